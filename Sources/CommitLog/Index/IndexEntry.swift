/// An entry of fixed size in an index file; entries are sorted by their key and stored big-endian.
protocol IndexEntry: Sendable, Equatable {
    associatedtype Key: Comparable
    /// What entries are sorted and looked up by.
    var key: Key { get }
    static var byteCount: Int { get }
    func encode(into bytes: inout [UInt8])
    init(decoding bytes: ArraySlice<UInt8>)
}

/// Kafka's offset index: where in the log file a batch starts.
struct OffsetEntry: IndexEntry {
    /// The batch's *last* offset, as Kafka has it, relative to the segment's base offset.
    var relativeOffset: UInt32
    /// The batch's first byte in the file.
    var position: UInt32

    static let byteCount = 8
    var key: UInt32 { relativeOffset }

    init(relativeOffset: UInt32, position: UInt32) {
        self.relativeOffset = relativeOffset
        self.position = position
    }

    func encode(into bytes: inout [UInt8]) {
        bytes.appendBigEndian(relativeOffset)
        bytes.appendBigEndian(position)
    }

    init(decoding bytes: ArraySlice<UInt8>) {
        relativeOffset = UInt32(truncatingIfNeeded: bytes.bigEndian(at: 0, byteCount: 4))
        position = UInt32(truncatingIfNeeded: bytes.bigEndian(at: 4, byteCount: 4))
    }
}

/// Kafka's time index: no record up to this offset is younger than this timestamp.
struct TimeEntry: IndexEntry {
    /// The largest timestamp of the segment up to that batch, in milliseconds since 1970.
    var timestamp: Int64
    /// The last offset of the batch that has it, relative to the segment's base offset.
    var relativeOffset: UInt32

    static let byteCount = 12
    var key: Int64 { timestamp }

    init(timestamp: Int64, relativeOffset: UInt32) {
        self.timestamp = timestamp
        self.relativeOffset = relativeOffset
    }

    func encode(into bytes: inout [UInt8]) {
        bytes.appendBigEndian(timestamp)
        bytes.appendBigEndian(relativeOffset)
    }

    init(decoding bytes: ArraySlice<UInt8>) {
        timestamp = Int64(bitPattern: bytes.bigEndian(at: 0, byteCount: 8))
        relativeOffset = UInt32(truncatingIfNeeded: bytes.bigEndian(at: 8, byteCount: 4))
    }
}

extension [UInt8] {
    fileprivate mutating func appendBigEndian<Value: FixedWidthInteger>(_ value: Value) {
        for shift in stride(from: Value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> Value(shift)))
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func bigEndian(at offset: Int, byteCount: Int) -> UInt64 {
        self[startIndex + offset..<startIndex + offset + byteCount].reduce(0) { $0 << 8 | UInt64($1) }
    }
}

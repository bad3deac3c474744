/// An entry of fixed size in an index file; entries are sorted by their key and stored big-endian.
protocol IndexEntry: Sendable, Equatable {
    associatedtype Key: Comparable
    /// What entries are sorted and looked up by.
    var key: Key { get }
    /// The offset, relative to the segment's base offset, of a batch's last record.
    var relativeOffset: UInt32 { get }
    static var byteCount: Int { get }
    /// Writes the entry to the first `byteCount` bytes.
    func encode(into bytes: UnsafeMutableRawBufferPointer)
    /// Reads an entry from the first `byteCount` bytes.
    init(decoding bytes: UnsafeRawBufferPointer)
}

/// Kafka's offset index: where in the log file a batch starts.
struct OffsetEntry: IndexEntry {
    /// The batch's *last* offset, as Kafka has it.
    var relativeOffset: UInt32
    /// The batch's first byte in the file.
    var position: UInt32

    static let byteCount = 8
    var key: UInt32 { relativeOffset }

    init(relativeOffset: UInt32, position: UInt32) {
        self.relativeOffset = relativeOffset
        self.position = position
    }

    func encode(into bytes: UnsafeMutableRawBufferPointer) {
        unsafe bytes.storeBytes(of: relativeOffset.bigEndian, toByteOffset: 0, as: UInt32.self)
        unsafe bytes.storeBytes(of: position.bigEndian, toByteOffset: 4, as: UInt32.self)
    }

    init(decoding bytes: UnsafeRawBufferPointer) {
        relativeOffset = unsafe UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        position = unsafe UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    }
}

/// Kafka's time index: no record up to this offset is younger than this timestamp.
struct TimeEntry: IndexEntry {
    /// The largest timestamp of the segment up to that batch, in milliseconds since 1970.
    var timestamp: Int64
    /// The last offset of the batch that has it.
    var relativeOffset: UInt32

    static let byteCount = 12
    var key: Int64 { timestamp }

    init(timestamp: Int64, relativeOffset: UInt32) {
        self.timestamp = timestamp
        self.relativeOffset = relativeOffset
    }

    func encode(into bytes: UnsafeMutableRawBufferPointer) {
        unsafe bytes.storeBytes(of: timestamp.bigEndian, toByteOffset: 0, as: Int64.self)
        unsafe bytes.storeBytes(of: relativeOffset.bigEndian, toByteOffset: 8, as: UInt32.self)
    }

    init(decoding bytes: UnsafeRawBufferPointer) {
        timestamp = unsafe Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: Int64.self))
        relativeOffset = unsafe UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
    }
}

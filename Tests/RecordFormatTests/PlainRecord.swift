import Compression
import RecordFormat

/// A record copied out of its batch, or to be put into one.
struct PlainRecord: Equatable {
    struct Header: Equatable {
        var key: String
        var value: [UInt8]?
    }

    var offset: Int64 = 0
    var timestamp: Int64 = 0
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [Header] = []
}

extension PlainRecord {
    init(copying record: RecordView) {
        offset = record.offset
        timestamp = record.timestamp
        key = unsafe record.key.map { unsafe Array($0) }
        value = unsafe record.value.map { unsafe Array($0) }
        var left = record.headers
        while let header = left.next() {
            let value = unsafe header.value.map { unsafe Array($0) }
            headers.append(Header(key: unsafe String(decoding: header.key, as: UTF8.self), value: value))
        }
    }

    init(_ record: Fixture.Record, offset: Int64) {
        self.init(
            offset: offset, timestamp: record.timestamp, key: record.key?.bytes, value: record.value?.bytes,
            headers: record.headers.map { Header(key: $0.key, value: $0.value?.bytes) })
    }
}

/// Calls `body` with the batch at the start of `bytes`.
func withBatch<Result>(_ bytes: [UInt8], _ body: (RecordBatch) throws -> Result) throws -> Result {
    try unsafe bytes.withUnsafeBytes { try unsafe body(RecordBatch(parsing: $0)) }
}

/// All records of the batch at the start of `bytes`, after validation.
func readRecords(_ bytes: [UInt8], limit: Int = Decompressor.defaultLimit) throws -> [PlainRecord] {
    try withBatch(bytes) { batch in
        let decompressor = Decompressor()
        try batch.validateRecords(decompressor: decompressor, limit: limit)
        var iterator = try RecordIterator(batch, decompressor: decompressor, limit: limit)
        var records: [PlainRecord] = []
        while let record = try iterator.next() { records.append(PlainRecord(copying: record)) }
        return records
    }
}

extension RecordBatchEncoder {
    /// Appends a copy of `record`; its offset does not matter.
    mutating func append(_ record: PlainRecord) throws {
        // The encoder takes pointers; they are gathered here in memory that lives until the end of the call.
        var bytes = ScratchBuffer()
        func size(_ part: [UInt8]?) -> Int { part?.count ?? 0 }
        bytes.reserve(
            size(record.key) + size(record.value)
                + record.headers.reduce(0) { $0 + $1.key.utf8.count + size($1.value) })
        func stored(_ part: [UInt8]?) -> UnsafeRawBufferPointer? {
            guard let part else { return nil }
            let room = unsafe UnsafeMutableRawBufferPointer(
                rebasing: bytes.memory[bytes.count..<bytes.count + part.count])
            unsafe room.copyBytes(from: part)
            bytes.count += part.count
            return UnsafeRawBufferPointer(room)
        }
        let key = unsafe stored(record.key)
        let value = unsafe stored(record.value)
        let headers = record.headers.map { header in
            unsafe RecordHeader(
                key: stored(Array(header.key.utf8)) ?? UnsafeRawBufferPointer(start: nil, count: 0),
                value: stored(header.value))
        }
        try unsafe headers.withUnsafeBufferPointer {
            try unsafe append(timestamp: record.timestamp, key: key, value: value, headers: $0)
        }
        withExtendedLifetime(bytes) {}
    }
}

/// A batch of `records` in bytes of its own.
func encode(
    _ records: [PlainRecord], codec: CodecID = .none, baseOffset: Int64 = 0, partitionLeaderEpoch: Int32 = -1
) throws -> [UInt8] {
    var encoder = RecordBatchEncoder()
    try unsafe encoder.begin(baseOffset: baseOffset, partitionLeaderEpoch: partitionLeaderEpoch)
    for record in records { try encoder.append(record) }
    guard let compressor = try CodecCatalog[codec]?.makeCompressor() else { throw CompressionError.unknownCodec(codec) }
    return unsafe Array(try encoder.finish(compressor))
}

/// Some records with all that a record can have.
let variedRecords = [
    PlainRecord(offset: 0, timestamp: 1_000, key: Array("key".utf8), value: Array("value".utf8)),
    PlainRecord(offset: 1, timestamp: 990, key: nil, value: Array("no key".utf8)),
    PlainRecord(offset: 2, timestamp: 1_500, key: [], value: nil),
    PlainRecord(
        offset: 3, timestamp: 1 << 40, key: nil, value: [UInt8](repeating: 7, count: 300),
        headers: [.init(key: "a", value: [1, 2]), .init(key: "", value: nil), .init(key: "a", value: [])]),
]

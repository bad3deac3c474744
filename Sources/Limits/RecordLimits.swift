internal import CPlainLoops
internal import Compression
internal import LinuxKernel
internal import RecordFormat
internal import Results

/// Records of 100 bytes in batches of 64 KiB, written and read, their CRC included.
enum RecordLimits {
    private static let valueByteCount = 100
    private static let timestamp: Int64 = 1_700_000_000_000

    static let encode = LimitComponent(
        "record-encode-100B",
        "encode batches of 100-byte records, CRC included; plain: a C loop that knows their shape",
        unit: .recordsPerSecond, target: .rate(atLeast: 5e6)
    ) { surroundings in
        let value = TouchedBuffer(byteCount: valueByteCount)
        let room = TouchedBuffer(byteCount: 128 << 10)
        let count = recordCount
        let encoder = Encoder(room)
        return try LimitTrial(
            repeating: Double(count), by: .cpu, scale: surroundings.scale,
            ours: { repetitions in
                for _ in 0..<repetitions { _ = unsafe try encoder.encode(value, count) }
            },
            plain: { repetitions in
                let byteCount = unsafe plain_encode_batch(
                    room.bytes.baseAddress, value.bytes.baseAddress, valueByteCount, timestamp, count, repetitions)
                let plain = unsafe CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: room.bytes[..<byteCount]))
                let ours = unsafe CRC32C.checksum(of: try encoder.encode(value, count))
                guard ours == plain else { throw UnlikeWork("record-encode-100B", ours: "\(ours)", plain: "\(plain)") }
            })
    }

    static let iterate = LimitComponent(
        "record-iterate-100B", "check the CRC and every record of batches of 100-byte records; plain: a C loop",
        unit: .recordsPerSecond, target: .rate(atLeast: 10e6)
    ) { surroundings in
        let value = TouchedBuffer(byteCount: valueByteCount)
        let room = TouchedBuffer(byteCount: 128 << 10)
        let count = recordCount
        let encoded = unsafe try Encoder(room).encode(value, count)
        let byteCount = encoded.count
        let decompressor = Decompressor()
        return try LimitTrial(
            repeating: Double(count), by: .cpu, scale: surroundings.scale,
            ours: { repetitions in
                var found = 0
                for _ in 0..<repetitions {
                    let batch = unsafe try RecordBatch(
                        parsing: UnsafeRawBufferPointer(rebasing: room.bytes[..<byteCount]))
                    try batch.validate()
                    var records = try RecordIterator(batch, decompressor: decompressor)
                    while try records.next() != nil { found += 1 }
                }
                try check(found, count * repetitions)
            },
            plain: { repetitions in
                let found = unsafe plain_iterate_batch(room.bytes.baseAddress, byteCount, repetitions)
                try check(Int(found), count * repetitions)
            })
    }

    /// As many records as a batch of 64 KiB takes for certain.
    private static var recordCount: Int {
        ((64 << 10) - RecordBatchHeader.byteCount)
            / RecordBatchEncoder.recordBound(keyByteCount: 0, valueByteCount: valueByteCount)
    }

    private static func check(_ found: Int, _ expected: Int) throws {
        guard found == expected else {
            throw UnlikeWork("record-iterate-100B", ours: "\(expected) records", plain: "\(found)")
        }
    }

    /// Encodes batches right where they are to be, one after another in the same room.
    @safe
    private final class Encoder {
        private var encoder = RecordBatchEncoder()
        private let room: TouchedBuffer

        init(_ room: TouchedBuffer) { self.room = room }

        func encode(_ value: TouchedBuffer, _ count: Int) throws -> UnsafeRawBufferPointer {
            unsafe try encoder.begin(baseTimestamp: timestamp, in: room.bytes)
            for _ in 0..<count {
                unsafe try encoder.append(timestamp: timestamp, key: nil, value: UnsafeRawBufferPointer(value.bytes))
            }
            return unsafe try encoder.finish()
        }
    }
}

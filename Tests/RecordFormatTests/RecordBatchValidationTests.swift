import Compression
import RecordFormat
import Testing

@Suite("Record batch validation")
struct RecordBatchValidationTests {
    /// One header field, overwritten by a bad number.
    struct Damage: Sendable, CustomTestStringConvertible {
        let position: Int
        let bytes: [UInt8]
        let error: RecordBatchError

        init(_ position: Int, _ bytes: [UInt8], _ part: RecordBatchError.Part, expected: Int64, found: Int64) {
            self.position = position
            self.bytes = bytes
            error = RecordBatchError(part, position: position, expected: expected, found: found)
        }

        var testDescription: String { error.description }
    }

    private static let damages = [
        Damage(0, [255, 255, 255, 255, 255, 255, 255, 255], .baseOffset, expected: .max - 4, found: -1),
        Damage(0, [127, 255, 255, 255, 255, 255, 255, 253], .baseOffset, expected: .max - 4, found: .max - 2),
        Damage(8, [0, 0, 0, 48], .batchLength, expected: 49, found: 48),
        Damage(8, [255, 255, 255, 255], .batchLength, expected: 49, found: -1),
        Damage(16, [1], .magic, expected: 2, found: 1),
        Damage(16, [3], .magic, expected: 2, found: 3),
        Damage(21, [0, 5], .codec, expected: 4, found: 5),
        Damage(21, [0, 7], .codec, expected: 4, found: 7),
        Damage(23, [255, 255, 255, 255], .lastOffsetDelta, expected: 3, found: -1),
        Damage(23, [0, 0, 0, 2], .lastOffsetDelta, expected: 3, found: 2),
        Damage(57, [255, 255, 255, 255], .recordCount, expected: 0, found: -1),
    ]

    @Test("a header that contradicts itself is refused, with what was expected and found", arguments: damages)
    func header(damage: Damage) throws {
        var bytes = try encode(variedRecords)
        bytes.replaceSubrange(damage.position..<damage.position + damage.bytes.count, with: damage.bytes)
        #expect(throws: damage.error) { try withBatch(bytes) { _ in } }
    }

    @Test("a batch cut at any byte is refused, with what is missing")
    func truncation() throws {
        let bytes = try encode(variedRecords)
        for count in bytes.indices {
            let expected = count < RecordBatchHeader.byteCount ? RecordBatchHeader.byteCount : bytes.count
            #expect(
                throws: RecordBatchError(.length, position: 0, expected: Int64(expected), found: Int64(count))
            ) { try withBatch(Array(bytes[..<count])) { _ in } }
        }
    }

    @Test("any changed bit is found, but in the fields that the broker may change")
    func flippedBits() throws {
        let bytes = try encode(variedRecords)
        let uncovered = Array(0..<8) + Array(12..<16)
        for position in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[position] ^= 1 << UInt8(bit)
                let valid = (try? withBatch(changed) { try $0.validate() }) != nil
                // The sign of the base offset makes the header impossible.
                #expect(
                    valid == (uncovered.contains(position) && (position, bit) != (0, 7)), "bit \(bit) of \(position)")
            }
        }
    }

    @Test("a header is read at any position of a buffer and from a span")
    func positions() throws {
        let batch = try encode(variedRecords, baseOffset: 77)
        let expected = try withBatch(batch) { $0.header }
        #expect(expected.baseOffset == 77)
        let shifted = [1, 2, 3] + batch
        let fromBuffer = try unsafe shifted.withUnsafeBytes { try unsafe RecordBatchHeader(parsing: $0, at: 3) }
        #expect(fromBuffer == expected)
        let fromSpan = try unsafe RecordBatchHeader(parsing: shifted.span.bytes, at: 3)
        #expect(fromSpan == expected)
    }

    @Test(
        "records that do not fit their batch are refused",
        arguments: [
            // Length beyond the batch.
            (RecordBatchError.Part.recordLength, [20, 0, 0, 0, 1, 1, 0]),
            // Length that its fields do not use up.
            (.recordLength, [14, 0, 0, 0, 1, 1, 0, 0]),
            // A negative length.
            (.recordLength, [13, 0, 0, 0, 1, 1, 0]),
            // A key beyond the record.
            (.fieldLength, [12, 0, 0, 0, 20, 1, 0]),
            // A key of length -2.
            (.fieldLength, [12, 0, 0, 0, 3, 1, 0]),
            // A value beyond the record, though not beyond the batch.
            (.fieldLength, [12, 0, 0, 0, 1, 4, 0, 0, 0, 0]),
            // More headers than bytes.
            (.headerCount, [12, 0, 0, 0, 1, 1, 100]),
            // A negative count of headers.
            (.headerCount, [12, 0, 0, 0, 1, 1, 1]),
            // A header with a null key.
            (.fieldLength, [16, 0, 0, 0, 1, 1, 2, 1, 1]),
            // An offset above the batch's last, and one below its first.
            (.offsetDelta, [12, 0, 0, 2, 1, 1, 0]),
            (.offsetDelta, [12, 0, 0, 1, 1, 1, 0]),
            // A number of six bytes for one of 32 bits; one of 33 bits; one that the end cuts off.
            (.varint, [22, 0, 0, 128, 128, 128, 128, 128, 0, 1, 1, 0]),
            (.varint, [20, 0, 0, 128, 128, 128, 128, 16, 1, 1, 0]),
            (.varint, [4, 0, 128]),
            // A timestamp that overflows: base 1, delta Int64.max.
            (.timestamp, [30, 0, 254, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 1, 1, 0]),
            // Bytes after the last record.
            (.trailingBytes, [12, 0, 0, 0, 1, 1, 0, 0]),
            // Nothing at all.
            (.varint, []),
        ] as [(RecordBatchError.Part, [UInt8])])
    func records(part: RecordBatchError.Part, records: [UInt8]) throws {
        let bytes = try batch(records: records, count: 1)
        let error = #expect(throws: RecordBatchError.self) { try readRecords(bytes) }
        #expect(error?.part == part)
        #expect(error?.description.isEmpty == false)
    }

    @Test("the record those bad ones are made from is good")
    func goodRecord() throws {
        let bytes = try batch(records: [12, 0, 0, 0, 1, 1, 0], count: 1)
        #expect(try readRecords(bytes) == [PlainRecord(offset: 0, timestamp: 1)])
    }

    @Test("two records of one offset are refused")
    func repeatedOffset() throws {
        let bytes = try batch(records: [12, 0, 0, 0, 1, 1, 0, 12, 0, 0, 0, 1, 1, 0], count: 2)
        let error = #expect(throws: RecordBatchError.self) { try readRecords(bytes) }
        #expect(error?.part == .offsetDelta)
    }

    @Test("offset deltas at the end of their range do not overflow")
    func greatestOffsetDelta() throws {
        let greatest: [UInt8] = [20, 0, 0, 254, 255, 255, 255, 15, 1, 1, 0]
        var bytes = try batch(records: greatest + greatest, count: 2)
        bytes.replaceSubrange(23..<27, with: [0x7F, 0xFF, 0xFF, 0xFF])
        try seal(&bytes)
        let error = #expect(throws: RecordBatchError.self) { try readRecords(bytes) }
        #expect(error == RecordBatchError(.offsetDelta, position: 11, expected: 1 << 31, found: 1 << 31 - 1))
    }

    @Test("a gap that compaction left is read")
    func gap() throws {
        let bytes = try batch(records: [12, 0, 0, 2, 1, 1, 0, 12, 0, 0, 8, 1, 1, 0], count: 2, lastOffsetDelta: 9)
        #expect(try readRecords(bytes).map(\.offset) == [1, 4])
        #expect(try withBatch(bytes) { $0.header.isDense } == false)
    }

    @Test(
        "compressed bytes that were changed are an error of the codec",
        arguments: [
            CodecID.gzip, .snappy, .lz4, .zstd,
        ])
    func damagedCompression(codec: CodecID) throws {
        var bytes = try encode(variedRecords, codec: codec)
        let start = RecordBatchHeader.byteCount
        bytes.replaceSubrange(start..<start + 4, with: [255, 255, 255, 255])
        try seal(&bytes)
        let error = #expect(throws: RecordBatchError.self) { try readRecords(bytes) }
        guard case .compression = error?.part else {
            Issue.record("not an error of compression: \(String(describing: error))")
            return
        }
    }

    @Test(
        "changed records give an error or other records, and never a crash",
        arguments: [
            CodecID.none, .lz4, .zstd, .snappy, .gzip,
        ])
    func fuzz(codec: CodecID) throws {
        let original = try encode(variedRecords, codec: codec)
        var generator = SystemIndependentGenerator(state: 11)
        var failures = 0
        for _ in 0..<3_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                let position = Int.random(in: RecordBatchHeader.Position.attributes..<bytes.count, using: &generator)
                bytes[position] = UInt8.random(in: 0...255, using: &generator)
            }
            do {
                try seal(&bytes)
                _ = try readRecords(bytes, limit: 1 << 20)
            } catch let error as RecordBatchError {
                failures += 1
                #expect(!error.description.isEmpty)
            }
        }
        #expect(failures > 500)
    }

    /// A batch of these encoded records, with a right CRC.
    private func batch(records: [UInt8], count: UInt8, lastOffsetDelta: UInt8? = nil) throws -> [UInt8] {
        var bytes = try Array(encode([PlainRecord(timestamp: 1)])[..<RecordBatchHeader.byteCount]) + records
        bytes[RecordBatchHeader.Position.batchLength + 3] = UInt8(bytes.count - 12)
        bytes[RecordBatchHeader.Position.lastOffsetDelta + 3] = lastOffsetDelta ?? count - 1
        bytes[RecordBatchHeader.Position.recordCount + 3] = count
        try seal(&bytes)
        return bytes
    }

    /// Makes the CRC right again.
    private func seal(_ bytes: inout [UInt8]) throws {
        let crc = try withBatch(bytes) { $0.computedCRC }
        for index in 0..<4 {
            bytes[RecordBatchHeader.Position.crc + index] = UInt8(truncatingIfNeeded: crc >> UInt32(24 - 8 * index))
        }
    }
}

/// The same numbers on every run and machine (SplitMix64).
struct SystemIndependentGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

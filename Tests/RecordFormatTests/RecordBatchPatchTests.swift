import RecordFormat
import Testing

@Suite("Patching a record batch")
struct RecordBatchPatchTests {
    @Test("a new base offset and leader epoch leave every other byte and the CRC alone")
    func assign() throws {
        let original = try encode(variedRecords)
        var bytes = original
        unsafe bytes.withUnsafeMutableBytes {
            unsafe RecordBatchPatch.assign(baseOffset: 0x0102_0304_0506_0708, partitionLeaderEpoch: 0x090A_0B0C, in: $0)
        }
        #expect(Array(bytes[0..<8]) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(Array(bytes[12..<16]) == [9, 10, 11, 12])
        #expect(bytes[8..<12] == original[8..<12])
        #expect(bytes[16...] == original[16...])
        let records = try readRecords(bytes)
        #expect(records.first?.offset == 0x0102_0304_0506_0708)
        #expect(records.map(\.value) == variedRecords.map(\.value))
    }

    @Test("a time of append is the time of every record, under a new CRC")
    func appendTime() throws {
        var bytes = try encode(variedRecords) + [1, 2, 3]
        let before = try withBatch(bytes) { $0.header.crc }
        try unsafe bytes.withUnsafeMutableBytes {
            try unsafe RecordBatchPatch.setMaxTimestamp(1_700_000_000_000, type: .logAppendTime, in: $0)
        }
        let header = try withBatch(bytes) { $0.header }
        #expect(header.timestampType == .logAppendTime)
        #expect(header.crc != before)
        #expect(try readRecords(bytes).allSatisfy { $0.timestamp == 1_700_000_000_000 })
        #expect(bytes.suffix(3) == [1, 2, 3])
    }

    @Test("a corrected max timestamp keeps the records' own times")
    func maxTimestamp() throws {
        var bytes = try encode(variedRecords)
        try unsafe bytes.withUnsafeMutableBytes {
            try unsafe RecordBatchPatch.setMaxTimestamp(5, type: .logAppendTime, in: $0)
            try unsafe RecordBatchPatch.setMaxTimestamp(1 << 40, type: .createTime, in: $0)
        }
        #expect(try bytes == encode(variedRecords))
    }

    @Test("what is not a whole batch is not patched")
    func incomplete() throws {
        var bytes = Array(try encode(variedRecords).dropLast())
        let original = bytes
        #expect(throws: RecordBatchError.self) {
            try unsafe bytes.withUnsafeMutableBytes {
                try unsafe RecordBatchPatch.setMaxTimestamp(5, type: .logAppendTime, in: $0)
            }
        }
        #expect(bytes == original)
    }
}

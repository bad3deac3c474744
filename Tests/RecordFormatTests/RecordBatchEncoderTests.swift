import CAllocationCounter
import Compression
import RecordFormat
import Testing

@Suite("Record batch encoder")
struct RecordBatchEncoderTests {
    @Test("what is written is read again, with every codec", arguments: CodecCatalog.all.map(\.id))
    func roundTrip(codec: CodecID) throws {
        let bytes = try encode(variedRecords, codec: codec, baseOffset: 0)
        #expect(try readRecords(bytes) == variedRecords)
        let header = try withBatch(bytes) { $0.header }
        #expect(header.codec == codec)
        #expect(header.maxTimestamp == 1 << 40)
        #expect(header.baseTimestamp == 1_000)
    }

    @Test("offsets follow the base offset, up to the last there is")
    func offsets() throws {
        let base = Int64.max - 4
        let records = try readRecords(encode(variedRecords, baseOffset: base))
        #expect(records.map(\.offset) == [base, base + 1, base + 2, base + 3])
    }

    @Test(
        "every length of a variable-length number is written and read",
        arguments: [
            0, 1, 62, 63, 64, 65, 8_191, 8_192, 8_193, 1_048_575, 1_048_576, 1_048_577,
        ])
    func lengths(count: Int) throws {
        let record = PlainRecord(timestamp: 5, key: [UInt8](repeating: 1, count: count), value: [2])
        #expect(try readRecords(encode([record])) == [record])
    }

    @Test("timestamps far from the base are written and read")
    func timestamps() throws {
        for shift in stride(from: Int64(0), through: 61, by: 1) {
            let records = [Int64(0), 1 << shift, -(1 << shift), (1 << shift) - 1].enumerated()
                .map { PlainRecord(offset: Int64($0), timestamp: $1) }
            #expect(try readRecords(encode(records)) == records)
        }
    }

    @Test("a timestamp that overflows its distance from the base is an error, and the batch goes on")
    func timestampOverflow() throws {
        var encoder = RecordBatchEncoder()
        try unsafe encoder.begin()
        try encoder.append(PlainRecord(timestamp: Int64.max))
        #expect(throws: RecordBatchError.self) { try encoder.append(PlainRecord(timestamp: -2)) }
        let bytes = unsafe Array(try encoder.finish())
        #expect(try readRecords(bytes).count == 1)
    }

    @Test("the size so far is the size of the finished batch")
    func sizeSoFar() throws {
        var encoder = RecordBatchEncoder()
        try unsafe encoder.begin()
        #expect(encoder.byteCount == RecordBatchHeader.byteCount)
        for record in variedRecords { try encoder.append(record) }
        let size = encoder.byteCount
        #expect(try unsafe encoder.finish().count == size)
    }

    @Test("a record never takes more than its bound")
    func bound() throws {
        var encoder = RecordBatchEncoder()
        try unsafe encoder.begin(baseTimestamp: Int64.min / 2)
        for record in variedRecords {
            let before = encoder.byteCount
            try encoder.append(record)
            let bound = RecordBatchEncoder.recordBound(
                keyByteCount: record.key?.count ?? 0, valueByteCount: record.value?.count ?? 0,
                headerCount: record.headers.count,
                headersByteCount: record.headers.reduce(0) { $0 + $1.key.utf8.count + ($1.value?.count ?? 0) })
            #expect(encoder.byteCount - before <= bound)
        }
    }

    @Test("a batch built in the caller's room is the same as one of its own")
    func inRoom() throws {
        let expected = try encode(variedRecords)
        var room = [UInt8](repeating: 0xAA, count: expected.count)
        try unsafe room.withUnsafeMutableBytes { room in
            var encoder = RecordBatchEncoder()
            try unsafe encoder.begin(in: room)
            for record in variedRecords { try encoder.append(record) }
            let batch = try unsafe encoder.finish()
            #expect(unsafe batch.baseAddress == UnsafeRawPointer(room.baseAddress))
        }
        #expect(room == expected)
    }

    @Test("a room that is full refuses the record and keeps the batch")
    func fullRoom() throws {
        let expected = try encode(Array(variedRecords.dropLast()))
        var room = [UInt8](repeating: 0, count: expected.count + 100)
        let count = try unsafe room.withUnsafeMutableBytes { room in
            var encoder = RecordBatchEncoder()
            try unsafe encoder.begin(in: room)
            for record in variedRecords.dropLast() { try encoder.append(record) }
            #expect(throws: RecordBatchError.self) { try encoder.append(variedRecords[3]) }
            return try unsafe encoder.finish().count
        }
        #expect(Array(room[..<count]) == expected)
        #expect(room[count...].allSatisfy { $0 == 0 })
    }

    @Test("a room smaller than a header is refused")
    func tinyRoom() {
        var room = [UInt8](repeating: 0, count: RecordBatchHeader.byteCount - 1)
        #expect(throws: RecordBatchError(.room, position: 0, expected: 61, found: 60)) {
            try unsafe room.withUnsafeMutableBytes { room in
                var encoder = RecordBatchEncoder()
                try unsafe encoder.begin(in: room)
            }
        }
    }

    @Test("a batch compressed into the caller's room is the same as one of its own", arguments: CodecCatalog.all)
    func compressedIntoRoom(codec: Codec) throws {
        let expected = try encode(variedRecords, codec: codec.id)
        let compressor = try codec.makeCompressor()
        var encoder = RecordBatchEncoder()
        try unsafe encoder.begin()
        for record in variedRecords { try encoder.append(record) }
        var room = [UInt8](repeating: 0, count: encoder.byteCountBound(compressor))
        let count = try unsafe room.withUnsafeMutableBytes { try unsafe encoder.finish(compressor, into: $0) }
        #expect(Array(room[..<count]) == expected)
    }

    @Test("a batch of no records cannot be finished")
    func empty() throws {
        var encoder = RecordBatchEncoder()
        try unsafe encoder.begin()
        #expect(throws: RecordBatchError.self) { _ = try unsafe encoder.finish() }
    }

    @Test("an encoder forgets an abandoned batch")
    func abandoned() throws {
        var encoder = RecordBatchEncoder()
        try unsafe encoder.begin(baseOffset: 9, producerId: 4, producerEpoch: 1, baseSequence: 7, isTransactional: true)
        try encoder.append(variedRecords[3])
        try unsafe encoder.begin()
        for record in variedRecords { try encoder.append(record) }
        let bytes = unsafe Array(try encoder.finish())
        #expect(try bytes == encode(variedRecords))
    }

    @Test("control and transactional bits are in the attributes")
    func bits() throws {
        var encoder = RecordBatchEncoder()
        try unsafe encoder.begin(isTransactional: true, isControl: true)
        try encoder.append(variedRecords[0])
        let header = try unsafe RecordBatchHeader(parsing: encoder.finish())
        #expect(header.isTransactional)
        #expect(header.isControl)
        #expect(header.attributes == 0x30)
    }

    @Test("neither encoding, validating nor iterating allocates per record or batch", arguments: CodecCatalog.all)
    func allocations(codec: Codec) throws {
        let compressor = try codec.makeCompressor()
        let decompressor = Decompressor()
        var encoder = RecordBatchEncoder()
        let value = [UInt8](repeating: 9, count: 100)
        let name = Array("header".utf8)
        var total: Int64 = 0
        func batch() throws {
            try unsafe value.withUnsafeBytes { value in
                try unsafe name.withUnsafeBytes { name in
                    var header = unsafe RecordHeader(key: name, value: value)
                    try unsafe withUnsafePointer(to: &header) { header in
                        try unsafe encoder.begin()
                        for index in 0..<500 {
                            try unsafe encoder.append(
                                timestamp: Int64(index), key: name, value: value,
                                headers: UnsafeBufferPointer(start: header, count: 1))
                        }
                    }
                }
            }
            let batch = try unsafe RecordBatch(parsing: encoder.finish(compressor))
            try batch.validateRecords(decompressor: decompressor)
            var records = try RecordIterator(batch, decompressor: decompressor)
            while let record = try records.next() {
                var headers = record.headers
                while headers.next() != nil { total += record.offset }
            }
        }
        try batch()
        let before = sluice_thread_allocations()
        for _ in 0..<10 { try batch() }
        // Only libsnappy takes memory: once in each compression.
        #expect(sluice_thread_allocations() - before == (codec.id == .snappy ? 10 : 0))
        #expect(total > 0)
    }

    @Test("the count of allocations can fail")
    func countCounts() {
        let before = sluice_thread_allocations()
        let buffer = ScratchBuffer(capacity: 100)
        #expect(sluice_thread_allocations() > before)
        _ = consume buffer
    }
}

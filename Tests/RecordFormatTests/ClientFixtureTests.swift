import Compression
import RecordFormat
import Testing

@Suite("Batches of real clients")
struct ClientFixtureTests {
    @Test("read as the records that the client was given", arguments: Fixture.all)
    func records(fixture: Fixture) throws {
        let expected = fixture.expected.enumerated().map { PlainRecord($1, offset: Int64($0)) }
        #expect(!expected.isEmpty)
        #expect(try readRecords(fixture.load()) == expected)
    }

    @Test("have the header that the client's settings ask for", arguments: Fixture.all)
    func header(fixture: Fixture) throws {
        let bytes = try fixture.load()
        let header = try withBatch(bytes) { $0.header }
        let timestamps = fixture.expected.map(\.timestamp)
        #expect(header.totalByteCount == bytes.count)
        #expect(header.magic == 2)
        #expect(header.codec.description == fixture.codec)
        #expect(header.timestampType == .createTime)
        #expect(header.isTransactional == fixture.transactional)
        #expect(!header.isControl)
        #expect(header.isDense)
        #expect(header.baseOffset == 0)
        #expect(header.nextOffset == Int64(timestamps.count))
        #expect(header.baseTimestamp == timestamps.first)
        #expect(header.maxTimestamp == timestamps.max())
        #expect(header.producerId == fixture.producerId)
        #expect(header.producerEpoch == fixture.producerEpoch)
        #expect(header.baseSequence == fixture.baseSequence)
        #expect(Int(header.recordCount) == timestamps.count)
    }

    @Test("are written again byte for byte", arguments: Fixture.all.filter { $0.codec == "none" })
    func encodeAgain(fixture: Fixture) throws {
        let bytes = try fixture.load()
        let again = try withBatch(bytes) { batch in
            var encoder = RecordBatchEncoder()
            try encoder.begin(copying: batch.header)
            for record in fixture.expected { try encoder.append(PlainRecord(record, offset: 0)) }
            return unsafe Array(try encoder.finish())
        }
        let isSame = again == bytes
        #expect(isSame)
    }

    @Test("are written again byte for byte from the records as they are read", arguments: Fixture.all)
    func transcode(fixture: Fixture) throws {
        let bytes = try fixture.load()
        let decompressor = Decompressor()
        let again = try withBatch(bytes) { batch in
            var encoder = RecordBatchEncoder()
            try encoder.begin(copying: batch.header)
            var records = try RecordIterator(batch, decompressor: decompressor)
            while let record = try records.next() {
                try unsafe encoder.append(
                    timestamp: record.timestamp, key: record.key, value: record.value, headers: record.headers)
            }
            return unsafe Array(try encoder.finish())
        }
        let uncompressed = try withBatch(bytes) { batch in
            try unsafe Array(decompressor.decompress(batch.records, codec: batch.header.codec))
        }
        let isSame = Array(again.dropFirst(RecordBatchHeader.byteCount)) == uncompressed
        #expect(isSame)
    }

    @Test("are refused when they would decompress to more than the limit", arguments: Fixture.all)
    func limit(fixture: Fixture) throws {
        let bytes = try fixture.load()
        guard fixture.codec != "none" else { return }
        let codec = try withBatch(bytes) { $0.header.codec }
        #expect(throws: RecordBatchError(.limitExceeded(codec, limit: 1_000))) {
            try readRecords(bytes, limit: 1_000)
        }
    }
}

extension RecordBatchEncoder {
    fileprivate mutating func begin(copying header: RecordBatchHeader) throws {
        try unsafe begin(
            baseOffset: header.baseOffset, partitionLeaderEpoch: header.partitionLeaderEpoch,
            baseTimestamp: header.baseTimestamp, producerId: header.producerId, producerEpoch: header.producerEpoch,
            baseSequence: header.baseSequence, isTransactional: header.isTransactional, isControl: header.isControl)
    }
}

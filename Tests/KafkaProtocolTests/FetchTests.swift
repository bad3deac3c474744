import KafkaProtocol
import Testing

@Suite struct FetchTests {
    static let versions = Array(ApiKey.fetch.versions.served)

    enum Asked: Equatable {
        case header(FetchRequest.Header, topicCount: Int)
        case topic(String, partitionCount: Int)
        case partition(FetchRequest.Partition)
    }

    enum Answered: Equatable {
        case header(FetchResponse.Header, topicCount: Int)
        case topic(String, partitionCount: Int)
        case partition(FetchResponse.Partition, records: [UInt8])
    }

    /// Numbers in the order in which the fixtures' rules give them out.
    private struct Counter {
        var count = 0

        mutating func next<Value: FixedWidthInteger>() -> Value {
            count += 1
            return Value(count)
        }

        mutating func next(from version: Int16, of actual: Int16) -> Int32 { actual >= version ? next() : -1 }
        mutating func next(from version: Int16, of actual: Int16) -> Int64 { actual >= version ? next() : -1 }
        mutating func errorCode() -> ErrorCode { ErrorCode(rawValue: 1 + next() % 98)! }
    }

    /// What the fixtures' rules put into a request, and the rack id behind it.
    private func request(_ version: Int16) -> (asked: [Asked], rackId: String) {
        var counter = Counter()
        var header = FetchRequest.Header(
            replicaId: counter.next(), maxWaitMs: counter.next(), minBytes: counter.next(), maxBytes: counter.next(),
            isolationLevel: counter.next())
        if version >= 7 {
            header.sessionId = counter.next()
            header.sessionEpoch = counter.next()
        }
        var asked: [Asked] = [.header(header, topicCount: 2)]
        for _ in 0..<2 {
            asked.append(.topic("s\(counter.next() as Int)", partitionCount: 2))
            for _ in 0..<2 {
                asked.append(
                    .partition(
                        .init(
                            index: counter.next(), currentLeaderEpoch: counter.next(from: 9, of: version),
                            fetchOffset: counter.next(), lastFetchedEpoch: counter.next(from: 12, of: version),
                            logStartOffset: counter.next(from: 5, of: version), maxBytes: counter.next())))
            }
        }
        return (asked, "s\(counter.next() as Int)")
    }

    @Test("a request is read as kafka-python meant it, with and without forgotten partitions", arguments: versions)
    func readsRequest(version: Int16) throws {
        for fixture in [Fixtures.request(.fetch, version), Fixtures.extended("FetchRequest", version)] {
            let seen = try reading(try #require(fixture)) { reader throws(WireError) in
                #expect(try RequestHeader.decode(from: &reader).api == .fetch)
                return try walkRequest(&reader, version: version)
            }
            #expect(seen == request(version).asked)
        }
    }

    private func walkRequest(_ reader: inout WireReader, version: Int16) throws(WireError) -> [Asked] {
        var cursor = try FetchRequestCursor(&reader, version: version)
        var seen: [Asked] = [.header(cursor.header, topicCount: cursor.topicCount)]
        while true {
            switch try cursor.next(&reader) {
            case .topic(let name, let count): seen.append(.topic(name.string, partitionCount: count))
            case .partition(let partition): seen.append(.partition(partition))
            case .end: return seen
            }
        }
    }

    @Test("a request is written as kafka-python writes it", arguments: versions)
    func writesRequest(version: Int16) throws {
        let (asked, rackId) = request(version)
        let encoded = try written { writer throws(WireError) in
            try RequestHeader.encode(.fetch, version: version, correlationId: 7, clientId: "sluice", into: &writer)
            for (position, part) in asked.enumerated() {
                switch part {
                case .header(let header, let count):
                    try FetchRequest.begin(version: version, header, topicCount: count, into: &writer)
                case .topic(let name, let count):
                    if position > 1 { writer.endTopic() }
                    try writer.beginTopic(name, partitionCount: count)
                case .partition(let partition):
                    FetchRequest.partition(partition, into: &writer)
                }
            }
            writer.endTopic()
            try FetchRequest.end(rackId: rackId, into: &writer)
        }
        #expect(encoded == Fixtures.request(.fetch, version))
    }

    /// What the fixtures' rules put into a response; null records are empty ones here.
    private func response(_ version: Int16, extended: Bool) -> [Answered] {
        var counter = Counter()
        var header = FetchResponse.Header(throttleTimeMs: counter.next())
        if version >= 7 {
            header.errorCode = counter.errorCode()
            header.sessionId = counter.next()
        }
        var answered: [Answered] = [.header(header, topicCount: 2)]
        for _ in 0..<2 {
            answered.append(.topic("s\(counter.next() as Int)", partitionCount: 2))
            for position in 0..<2 {
                var partition = FetchResponse.Partition(
                    index: counter.next(), errorCode: counter.errorCode(), highWatermark: counter.next(),
                    lastStableOffset: counter.next(), logStartOffset: counter.next(from: 5, of: version))
                // Two aborted transactions of two numbers each.
                if extended && position == 0 { counter.count += 4 }
                partition.preferredReadReplica = counter.next(from: 11, of: version)
                let records: [UInt8]
                if position == 0 {
                    let first: UInt8 = counter.next()
                    records = [first, first + 1, first + 2]
                } else {
                    records = []
                }
                answered.append(.partition(partition, records: records))
            }
        }
        return answered
    }

    @Test("a response is read as kafka-python meant it, with and without aborted transactions", arguments: versions)
    func readsResponse(version: Int16) throws {
        for extended in [false, true] {
            let frame = try #require(
                extended ? Fixtures.extended("FetchResponse", version) : Fixtures.response(.fetch, version))
            let seen = try reading(frame) { reader throws(WireError) in
                #expect(try ResponseHeader.decode(.fetch, version: version, from: &reader) == 7)
                return try walkResponse(&reader, of: frame, version: version)
            }
            #expect(seen == response(version, extended: extended))
        }
    }

    private func walkResponse(
        _ reader: inout WireReader, of frame: [UInt8], version: Int16
    ) throws(WireError) -> [Answered] {
        var cursor = try FetchResponseCursor(&reader, version: version)
        var seen: [Answered] = [.header(cursor.header, topicCount: cursor.topicCount)]
        while true {
            switch try cursor.next(&reader) {
            case .topic(let name, let count): seen.append(.topic(name.string, partitionCount: count))
            case .partition(let partition, let records):
                seen.append(.partition(partition, records: Array(frame[records])))
            case .end: return seen
            }
        }
    }

    @Test("a response is written in parts around the records, and its length counts them", arguments: versions)
    func writesResponse(version: Int16) throws {
        let answered = response(version, extended: false)
        var gaps: [(position: Int, bytes: [UInt8])] = []
        var sent = try written { writer throws(WireError) in
            let frame = writer.beginFrame()
            ResponseHeader.encode(.fetch, version: version, correlationId: 7, into: &writer)
            for (position, part) in answered.enumerated() {
                switch part {
                case .header(let header, let count):
                    try FetchResponse.begin(version: version, header, topicCount: count, into: &writer)
                case .topic(let name, let count):
                    if position > 1 { writer.endTopic() }
                    try writer.beginTopic(name, partitionCount: count)
                case .partition(let partition, let records):
                    FetchResponse.beginPartition(partition, recordsLength: records.count, into: &writer)
                    gaps.append((writer.count, records))
                    FetchResponse.endPartition(into: &writer)
                }
            }
            writer.endTopic()
            FetchResponse.end(into: &writer)
            writer.endFrame(frame)
        }
        for gap in gaps.reversed() {
            sent.insert(contentsOf: gap.bytes, at: gap.position)
        }
        let length = try reading(sent) { reader throws(WireError) in Int(try reader.int32()) }
        #expect(length == sent.count - 4)
        let body = Array(sent.dropFirst(4))
        let seen = try reading(body) { reader throws(WireError) in
            _ = try ResponseHeader.decode(.fetch, version: version, from: &reader)
            return try walkResponse(&reader, of: body, version: version)
        }
        #expect(seen == answered)

        // kafka-python wrote null for the records of every second partition, where these are empty: otherwise the same.
        let fixture = try #require(Fixtures.response(.fetch, version))
        #expect(body.count == fixture.count)
        let nullLength: [UInt8] = version >= 12 ? [0] : [0xff, 0xff, 0xff, 0xff]
        let emptyLength: [UInt8] = version >= 12 ? [1] : [0, 0, 0, 0]
        var expected = fixture
        for gap in gaps where gap.bytes.isEmpty {
            let before = gaps.filter { $0.position < gap.position }.map(\.bytes.count).reduce(0, +)
            let end = gap.position - 4 + before
            let place = end - nullLength.count..<end
            #expect(Array(expected[place]) == nullLength)
            expected.replaceSubrange(place, with: emptyLength)
        }
        #expect(body == expected)
    }
}

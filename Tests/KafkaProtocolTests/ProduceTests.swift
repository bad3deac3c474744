import KafkaProtocol
import Testing

@Suite struct ProduceTests {
    static let versions = Array(ApiKey.produce.versions.served)

    /// What the events of a parser or cursor say, in comparable form.
    enum Seen: Equatable {
        case header(transactionalId: String?, acks: Int16, timeoutMs: Int32, topicCount: Int)
        case topic(String, partitionCount: Int)
        case records(Int32, [UInt8]?)
        case acknowledged(ProduceResponse.Partition)
        case end(throttleTimeMs: Int32)
    }

    /// What the fixtures' rules put into a request.
    static let request: [Seen] = [
        .header(transactionalId: "s1", acks: 2, timeoutMs: 3, topicCount: 2),
        .topic("s4", partitionCount: 2), .records(5, [6, 7, 8]), .records(7, nil),
        .topic("s8", partitionCount: 2), .records(9, [10, 11, 12]), .records(11, nil),
        .end(throttleTimeMs: 0),
    ]

    /// Reads a body from a reader that holds all of it.
    private func parse(_ reader: inout WireReader, version: Int16) throws(WireError) -> [Seen] {
        var parser = try ProduceRequestParser(version: version)
        var seen: [Seen] = []
        while true {
            switch try parser.next(&reader) {
            case .header(let header): seen.append(.init(header))
            case .topic(let name, let count): seen.append(.topic(name.string, partitionCount: count))
            case .partition(let index, let length?): seen.append(.records(index, unsafe Array(try reader.take(length))))
            case .partition(let index, nil): seen.append(.records(index, nil))
            case .needMore(let count): throw WireError(.incomplete(missing: count), at: reader.offset)
            case .end: return seen + [.end(throttleTimeMs: 0)]
            }
        }
    }

    @Test("a whole request is parsed as kafka-python meant it", arguments: versions)
    func wholeRequest(version: Int16) throws {
        let frame = try #require(Fixtures.request(.produce, version))
        let seen = try reading(frame) { reader throws(WireError) in
            let header = try RequestHeader.decode(from: &reader)
            #expect(header.api == .produce && header.apiVersion == version)
            return try parse(&reader, version: version)
        }
        #expect(seen == Self.request)
    }

    @Test(
        "a request in pieces gives the same events, asks for no byte beyond the frame, and names records before they come",
        arguments: versions, [1, 2, 3, 5, 8, 13, 64])
    func requestInPieces(version: Int16, pieceLength: Int) throws {
        let frame = Array(try #require(Fixtures.request(.produce, version))[headerLength(version)...])
        var parser = try ProduceRequestParser(version: version)
        var seen: [Seen] = []
        var start = 0
        var arrived = 0
        while seen.last != .end(throttleTimeMs: 0) {
            let window = Array(frame[start..<arrived])
            var records: (index: Int32, length: Int)?
            let missing = try reading(window, stillToCome: frame.count - arrived) { reader throws(WireError) in
                defer { start += reader.offset }
                while true {
                    switch try parser.next(&reader) {
                    case .header(let header): seen.append(.init(header))
                    case .topic(let name, let count): seen.append(.topic(name.string, partitionCount: count))
                    case .partition(let index, let length?):
                        records = (index, length)
                        return 0
                    case .partition(let index, nil): seen.append(.records(index, nil))
                    case .needMore(let count): return count
                    case .end:
                        seen.append(.end(throttleTimeMs: 0))
                        return 0
                    }
                }
            }
            if let records {
                // The way of the data path: the records do not pass through the parser's window.
                seen.append(.records(records.index, Array(frame[start..<start + records.length])))
                start += records.length
                arrived = max(arrived, start)
            }
            #expect(arrived + missing <= frame.count)
            if missing > 0 { arrived = min(frame.count, arrived + pieceLength) }
        }
        #expect(start == frame.count)
        #expect(seen == Self.request)
    }

    @Test("a request is written as kafka-python writes it, with the records left to the sender", arguments: versions)
    func writesRequest(version: Int16) throws {
        let body = try reading(try #require(Fixtures.request(.produce, version))) { reader throws(WireError) in
            _ = try RequestHeader.decode(from: &reader)
            return unsafe Array(try reader.take(reader.remaining))
        }
        // Sluice's own client never sends null records, so the expected events are of an encoding with empty ones.
        let request = Self.request.map { event -> Seen in
            if case .records(let index, nil) = event { .records(index, []) } else { event }
        }
        var gaps: [(position: Int, bytes: [UInt8])] = []
        var length = 0
        var parts = try written { writer throws(WireError) in
            let frame = writer.beginFrame()
            for (position, event) in request.enumerated() {
                switch event {
                case .header(let id, let acks, let timeout, let count):
                    try ProduceRequest.begin(
                        version: version, transactionalId: id, acks: acks, timeoutMs: timeout, topicCount: count,
                        into: &writer)
                case .topic(let name, let count):
                    if position > 1 { writer.endTopic() }
                    try writer.beginTopic(name, partitionCount: count)
                case .records(let index, let bytes):
                    ProduceRequest.beginPartition(index, recordsLength: bytes!.count, into: &writer)
                    gaps.append((writer.count, bytes!))
                    ProduceRequest.endPartition(into: &writer)
                default:
                    writer.endTopic()
                    ProduceRequest.end(into: &writer)
                }
            }
            writer.endFrame(frame)
            length = writer.count - 4
        }
        for gap in gaps.reversed() {
            parts.insert(contentsOf: gap.bytes, at: gap.position)
            length += gap.bytes.count
        }
        #expect(try reading(parts) { reader throws(WireError) in Int(try reader.int32()) } == length)
        let sent = Array(parts.dropFirst(4))
        let seen = try reading(sent) { reader throws(WireError) in try parse(&reader, version: version) }
        #expect(seen == request)
        let nulls = try reading(body) { reader throws(WireError) in try parse(&reader, version: version) }
        #expect(nulls == Self.request)
        // Null and empty lengths have the same size, so the frames may only differ in those two.
        #expect(sent.count == body.count)
    }

    private func headerLength(_ version: Int16) -> Int {
        // Key, version, correlation id, "sluice" with a 16-bit length; tagged fields.
        16 + (version >= 9 ? 1 : 0)
    }

    @Test("records that the frame cannot hold, and bytes after the end, are errors", arguments: versions)
    func brokenRequests(version: Int16) throws {
        let body = Array(try #require(Fixtures.request(.produce, version))[headerLength(version)...])
        for length in 0..<body.count {
            #expect(throws: WireError.self, "cut to \(length) bytes") {
                try reading(Array(body[..<length])) { reader throws(WireError) in try parse(&reader, version: version) }
            }
        }
        #expect(throws: WireError(.trailingBytes(1), at: body.count)) {
            try reading(body + [0]) { reader throws(WireError) in try parse(&reader, version: version) }
        }
    }

    @Test("a piece that would have to be buffered without end is refused")
    func longPiece() throws {
        // A flexible body whose end announces one tagged field of 16 MiB.
        let body: [UInt8] = [0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0x80, 0x80, 0x80, 8]
        #expect(throws: WireError(.pieceTooLong((16 << 20) + 6), at: 8)) {
            try reading(body, stillToCome: 16 << 20) { reader throws(WireError) in
                var parser = try ProduceRequestParser(version: 9)
                guard case .header = try parser.next(&reader) else { return "no header" }
                _ = try parser.next(&reader)
                return "accepted"
            }
        }
    }

    @Test("versions of message formats 0 and 1 are advertised, but not parsed")
    func oldVersions() {
        #expect(throws: WireError(.unsupportedVersion(.produce, 2), at: 0)) { try ProduceRequestParser(version: 2) }
    }

    /// What the fixtures' rules put into a response; record errors stand before the message where a version has them.
    private func response(_ version: Int16, extended: Bool) -> [Seen] {
        var count: Int64 = 0
        func next() -> Int64 {
            count += 1
            return count
        }
        func partition(_ position: Int) -> Seen {
            var partition = ProduceResponse.Partition(
                index: Int32(next()), errorCode: ErrorCode(rawValue: Int16(1 + next() % 98))!, baseOffset: next(),
                logAppendTimeMs: next())
            if version >= 5 { partition.logStartOffset = next() }
            if version >= 8 {
                // An index and a message, then an index and null.
                if extended { count += 3 }
                partition.errorMessage = position == 0 ? "s\(next())" : nil
            }
            return .acknowledged(partition)
        }
        var seen: [Seen] = []
        for _ in 0..<2 {
            seen.append(.topic("s\(next())", partitionCount: 2))
            seen.append(partition(0))
            seen.append(partition(1))
        }
        return seen + [.end(throttleTimeMs: Int32(next()))]
    }

    @Test("a response is read as kafka-python meant it, and written as it writes it", arguments: versions)
    func responses(version: Int16) throws {
        for extended in [false, true] {
            let frame = try #require(
                extended ? Fixtures.extended("ProduceResponse", version) : Fixtures.response(.produce, version))
            let seen = try reading(frame) { reader throws(WireError) in
                #expect(try ResponseHeader.decode(.produce, version: version, from: &reader) == 7)
                return try walk(&reader, version: version)
            }
            #expect(seen == response(version, extended: extended))
        }
        let encoded = try written { writer throws(WireError) in
            ResponseHeader.encode(.produce, version: version, correlationId: 7, into: &writer)
            try ProduceResponse.begin(version: version, topicCount: 2, into: &writer)
            for (position, event) in response(version, extended: false).enumerated() {
                switch event {
                case .topic(let name, let count):
                    if position > 0 { writer.endTopic() }
                    try writer.beginTopic(name, partitionCount: count)
                case .acknowledged(let partition): try ProduceResponse.partition(partition, into: &writer)
                case .end(let throttleTimeMs):
                    writer.endTopic()
                    ProduceResponse.end(throttleTimeMs: throttleTimeMs, into: &writer)
                default: Issue.record("not of a response: \(event)")
                }
            }
        }
        #expect(encoded == Fixtures.response(.produce, version))
    }

    private func walk(_ reader: inout WireReader, version: Int16) throws(WireError) -> [Seen] {
        var cursor = try ProduceResponseCursor(&reader, version: version)
        var seen: [Seen] = []
        while true {
            switch try cursor.next(&reader) {
            case .topic(let name, let count): seen.append(.topic(name.string, partitionCount: count))
            case .partition(let partition): seen.append(.acknowledged(partition))
            case .end(let throttleTimeMs): return seen + [.end(throttleTimeMs: throttleTimeMs)]
            }
        }
    }
}

extension ProduceTests.Seen {
    fileprivate init(_ header: ProduceRequest.Header) {
        self = .header(
            transactionalId: header.transactionalId?.string, acks: header.acks, timeoutMs: header.timeoutMs,
            topicCount: header.topicCount)
    }
}

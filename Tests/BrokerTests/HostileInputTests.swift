import Broker
import KafkaProtocol
import LinuxKernel
import RecordFormat
import Testing

@Suite("Hostile and broken input")
struct HostileInputTests {
    private func lengthPrefix(_ length: Int32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
    }

    @Test(
        "a frame length that cannot be ends the connection with a reason",
        arguments: [-1, .min, 0, 7, (100 << 20) + 1, .max] as [Int32])
    func frameLengths(length: Int32) throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        try client.send(lengthPrefix(length) + [0, 18, 0, 0])
        #expect(try client.isClosed())
        #expect(broker.messages.all.contains { $0.contains("a request of \(length) bytes") })
        #expect(try broker.connect().produce("t", Batch.make(["alive"])).errorCode == .none)
    }

    @Test("an API or version that is not announced ends the connection, but ApiVersions is answered")
    func unknownApis() throws {
        let broker = try RunningBroker()
        for (api, version) in [(99, 0), (-1, 0), (0, 2), (0, 10), (1, 3), (1, 13), (3, 10)] as [(Int16, Int16)] {
            let client = try broker.connect()
            let body = [api, version].flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
            try client.send(lengthPrefix(14) + body + [0, 0, 0, 1, 255, 255, 0, 0, 0, 0])
            #expect(try client.isClosed(), "API \(api) version \(version)")
        }
        let client = try broker.connect()
        try client.send(lengthPrefix(11) + [0, 18, 0, 99, 0, 0, 0, 1, 255, 255, 0])
        let frame = try #require(try client.receiveFrame())
        // Correlation id 1, error 35.
        #expect(Array(frame[..<6]) == [0, 0, 0, 1, 0, 35])
    }

    @Test("random bytes behind every request header neither stop the broker nor keep its memory")
    func randomBodies() throws {
        let broker = try RunningBroker(["queued.max.request.bytes=64MiB"])
        var random = SeededRandom(seed: 0x5eed)
        for api in ApiVersionRange.all {
            for _ in 0..<12 {
                let client = try broker.connect()
                let version = Int16.random(in: api.served, using: &random)
                let body = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                let (bytes, _) = try client.frame(api.key, version: version) { writer in
                    unsafe body.withUnsafeBytes { unsafe writer.bytes($0) }
                }
                try client.send(bytes)
            }
        }
        #expect(try broker.connect().produce("alive", Batch.make(["yes"])).errorCode == .none)
    }

    @Test("real requests with flipped bits neither stop the broker nor spoil a log")
    func flippedBits() throws {
        let broker = try RunningBroker()
        var random = SeededRandom(seed: 0xf11b)
        let batch = try Batch.make(["one", "two", "three"])
        for _ in 0..<300 {
            let client = try broker.connect()
            var bytes = try client.produceFrame("t", [(0, batch)])
            bytes += try client.fetchFrame("t", [.init(index: 0, fetchOffset: 0, maxBytes: 1 << 20)])
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let position = Int.random(in: 4..<bytes.count, using: &random)
                bytes[position] ^= 1 << UInt8.random(in: 0...7, using: &random)
            }
            try client.send(bytes)
        }
        let client = try broker.connect()
        _ = try client.produce("t", batch)
        var offset: Int64 = 0
        while true {
            let fetched = try client.fetch("t", from: offset)
            if fetched.bytes.isEmpty { break }
            // Throws where a batch is damaged.
            offset = try #require(try Batch.records(fetched.bytes).last).offset + 1
        }
        #expect(offset >= 3)
    }

    @Test("batches that are wrong are refused with the code that says how, and leave nothing")
    func wrongBatches() throws {
        let broker = try RunningBroker(["message.max.bytes=100KiB"])
        let client = try broker.connect()
        let good = try Batch.make(["a", "b"])
        func changed(_ position: Int, to bytes: [UInt8]) -> [UInt8] {
            var batch = good
            batch.replaceSubrange(position..<position + bytes.count, with: bytes)
            return batch
        }
        typealias Position = RecordBatchHeader.Position
        let cases: [(String, [UInt8], ErrorCode)] = [
            ("crc", changed(Position.crc, to: [1, 2, 3, 4]), .corruptMessage),
            ("magic 1", changed(Position.magic, to: [1]), .invalidRecord),
            ("codec 6", changed(Position.attributes, to: [0, 6]), .unsupportedCompressionType),
            ("control", changed(Position.attributes, to: [0, 0x20]), .invalidRecord),
            ("transactional", changed(Position.attributes, to: [0, 0x10]), .transactionalIdAuthorizationFailed),
            ("count 3", changed(Position.recordCount, to: [0, 0, 0, 3]), .invalidRecord),
            ("count 1", changed(Position.recordCount, to: [0, 0, 0, 1]), .invalidRecord),
            ("count -1", changed(Position.recordCount, to: [255, 255, 255, 255]), .invalidRecord),
            ("last offset", changed(Position.lastOffsetDelta, to: [127, 255, 255, 255]), .invalidRecord),
            ("base offset", changed(0, to: [127, 255, 255, 255, 255, 255, 255, 255]), .corruptMessage),
            ("length", changed(Position.batchLength, to: [0, 0, 0, 60]), .invalidRecord),
            ("two batches", good + good, .invalidRecord),
            ("cut off", Array(good.dropLast()), .corruptMessage),
            ("a header only", Array(good[..<60]), .corruptMessage),
            ("nothing", [], .corruptMessage),
            ("too large", try Batch.make(byteCount: 200_000), .messageTooLarge),
        ]
        for (name, batch, code) in cases {
            #expect(try client.produce("t", batch).errorCode == code, "\(name)")
        }
        #expect(try client.produce("t", good).baseOffset == 0)
    }

    @Test("names that are paths are refused as names")
    func pathNames() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        for name in ["../x", "..", ".", "/etc/passwd", "a/b", "", "a\0b", String(repeating: "x", count: 250)] {
            let answer = try client.call(
                MetadataRequest { $0.topics = [MetadataRequest.Topic { $0.name = name }] }, version: 9,
                MetadataResponse.self)
            #expect(answer.topics[0].errorCode == .invalidTopicException, "\(name)")
            #expect(try client.createTopic(name) == .invalidTopicException, "\(name)")
        }
        #expect(try Directory.names(in: broker.directory) == ["logs"])
    }

    @Test("a connection that is idle, or stalls in a request, is closed; one that waits in a fetch is not")
    func timeouts() throws {
        let broker = try RunningBroker(["connections.max.idle.ms=300", "socket.request.timeout.ms=150"])
        let waiting = try broker.connect()
        _ = try waiting.produce("t", Batch.make(["a"]))
        try waiting.send(
            waiting.fetchFrame("t", [.init(index: 0, fetchOffset: 1, maxBytes: 1000)], maxWaitMs: 800))
        let idle = try broker.connect()
        let stalled = try broker.connect()
        try stalled.send(Array(stalled.produceFrame("t", [(0, Batch.make(byteCount: 5000))])[..<3000]))
        let began = MonotonicClock.now()
        #expect(try stalled.isClosed(within: 2000))
        #expect(try idle.isClosed(within: 2000))
        #expect(MonotonicClock.now() - began >= 250_000_000)
        #expect(try waiting.fetchResponse()[0].bytes.isEmpty)
        #expect(broker.messages.all.contains { $0.contains("connections.max.idle.ms") })
        #expect(broker.messages.all.contains { $0.contains("socket.request.timeout.ms") })
    }

    @Test(
        "a request that drips in, each byte in time, is ended when the whole takes too long",
        arguments: [0, 3000])
    func drip(sentAtOnce: Int) throws {
        let broker = try RunningBroker(["socket.request.arrival.timeout.ms=300"])
        let client = try broker.connect()
        let frame = try client.produceFrame("t", [(0, Batch.make(byteCount: 50_000))])
        try client.send(Array(frame[..<sentAtOnce]))
        let began = MonotonicClock.now()
        for byte in frame[sentAtOnce...] {
            guard (try? client.send([byte])) != nil else { break }
            MonotonicClock.sleep(nanoseconds: 10_000_000)
            try #require(MonotonicClock.now() - began < 10_000_000_000, "it goes on dripping")
        }
        #expect(MonotonicClock.now() - began >= 300_000_000)
        #expect(broker.messages.all.contains { $0.contains("socket.request.arrival.timeout.ms") })
        #expect(try broker.connect().produce("t", Batch.make(["alive"])).errorCode == .none)
    }

    @Test("connections beyond the descriptors wait, without work for the broker, until others have gone")
    func noDescriptors() throws {
        let directory = RunningBroker.makeDirectory()
        try Directory.create(directory)
        defer { try? Directory.removeTree(directory) }
        let broker = try BrokerProcess(in: directory, descriptors: 64)
        let first = try TestClient(port: broker.port)
        _ = try first.produce("t", Batch.make(["a"]))
        var others = try (0..<90).map { _ in try TestClient(port: broker.port) }
        let last = try #require(others.last)
        try last.send(last.frame(ApiVersionsRequest(), version: 3))
        MonotonicClock.sleep(nanoseconds: 100_000_000)
        #expect(try broker.descriptorCount() >= 60)
        let before = try broker.cpuTicks()
        #expect(try first.produce("t", Batch.make(["b"])).baseOffset == 1)
        #expect(try !last.isClosed(within: 600), "it was not served, and should wait")
        #expect(try broker.cpuTicks() - before <= 10, "it spins")
        others.removeFirst(60)
        _ = try last.response(ApiVersionsResponse.self, version: 3)
        #expect(try first.produce("t", Batch.make(["c"])).baseOffset == 2)
        withExtendedLifetime(others) {}
    }

    @Test("a fetch that begins a session gets all and no session; one that goes on with a session must begin again")
    func fetchSessions() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        _ = try client.produce("t", Batch.make(["a"]))
        func fetch(sessionId: Int32, epoch: Int32) throws -> (error: ErrorCode, session: Int32, byteCount: Int) {
            try client.send(
                client.frame(.fetch, version: 12) { writer in
                    try FetchRequest.begin(
                        version: 12,
                        .init(maxWaitMs: 0, minBytes: 1, maxBytes: 1000, sessionId: sessionId, sessionEpoch: epoch),
                        topicCount: 1, into: &writer)
                    try writer.beginTopic("t", partitionCount: 1)
                    FetchRequest.partition(.init(index: 0, fetchOffset: 0, maxBytes: 1000), into: &writer)
                    writer.endTopic()
                    try FetchRequest.end(into: &writer)
                }.bytes)
            let frame = try #require(try client.receiveFrame())
            return try unsafe frame.withUnsafeBytes { bytes in
                var reader = unsafe WireReader(bytes)
                _ = try ResponseHeader.decode(.fetch, version: 12, from: &reader)
                let cursor = try FetchResponseCursor(&reader, version: 12)
                return (cursor.header.errorCode, cursor.header.sessionId, bytes.count)
            }
        }
        // Without a session, to begin one, and to end one: all are full requests.
        for (session, epoch) in [(0, -1), (0, 0), (7, -1), (7, 0)] as [(Int32, Int32)] {
            let answer = try fetch(sessionId: session, epoch: epoch)
            #expect(answer.error == .none && answer.session == 0 && answer.byteCount > 60)
        }
        for (session, epoch) in [(7, 1), (0, 1)] as [(Int32, Int32)] {
            #expect(try fetch(sessionId: session, epoch: epoch).error == .fetchSessionIdNotFound)
        }
    }

    @Test("a client that does not read its answers is closed, and others are served meanwhile")
    func unreadAnswers() throws {
        let broker = try RunningBroker(["socket.request.timeout.ms=300", "socket.send.buffer.bytes=8192"])
        let client = try broker.connect()
        for _ in 0..<40 { _ = try client.produce("t", Batch.make(byteCount: 500_000)) }
        let deaf = try broker.connect()
        try deaf.send(deaf.fetchFrame("t", [.init(index: 0, fetchOffset: 0, maxBytes: 50 << 20)]))
        #expect(try client.produce("t", Batch.make(["served"])).errorCode == .none)
        MonotonicClock.sleep(nanoseconds: 900_000_000)
        #expect(broker.messages.all.contains { $0.contains("socket.request.timeout.ms") })
    }

    @Test("connections above max.connections are refused, and taken again when others have gone")
    func connectionLimit() throws {
        let broker = try RunningBroker(["max.connections=3"])
        var held = [try broker.connect(), try broker.connect(), try broker.connect()]
        for client in held { _ = try client.call(ApiVersionsRequest(), version: 3, ApiVersionsResponse.self) }
        #expect(try broker.connect().isClosed())
        held.removeLast()
        for attempt in 0... {
            let client = try broker.connect()
            if (try? client.call(ApiVersionsRequest(), version: 3, ApiVersionsResponse.self)) != nil { break }
            try #require(attempt < 50)
            MonotonicClock.sleep(nanoseconds: 20_000_000)
        }
    }

    @Test("memory for unfinished requests is bounded: who comes later waits, and all are served in the end")
    func memoryBound() throws {
        let broker = try RunningBroker(["queued.max.request.bytes=1MiB"])
        let clients = try (0..<6).map { _ in try broker.connect() }
        let frame = try clients[0].produceFrame("t", [(0, Batch.make(byteCount: 400_000))])
        for client in clients { try client.send(Array(frame[..<200_000])) }
        for client in clients { try client.send(Array(frame[200_000...])) }
        for client in clients { #expect(try client.produceResponse()[0].errorCode == .none) }
    }

    @Test("a topic's largest batch may be above the broker's")
    func largerTopic() throws {
        let broker = try RunningBroker(["message.max.bytes=64KiB"])
        let client = try broker.connect()
        #expect(try client.createTopic("large", configs: ["max.message.bytes": "3000000"]) == .none)
        #expect(try client.produce("large", Batch.make(byteCount: 2_500_000)).errorCode == .none)
        #expect(try client.produce("small", Batch.make(byteCount: 100_000)).errorCode == .messageTooLarge)
        #expect(try Batch.records(client.fetch("large", from: 0).bytes)[0].value.count == 2_500_000)
    }
}

/// The same numbers in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var mixed = state
        mixed = (mixed ^ (mixed >> 32)) &* 0xd6e8_feb8_6659_fd93
        return mixed ^ (mixed >> 32)
    }
}

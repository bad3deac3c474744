import KafkaProtocol
import RecordFormat
import Testing

@Suite("Clients that write their own requests")
struct RawClientTests {
    private static let time: Int64 = 1_700_000_000_000

    /// A batch of records with these times after `time`, in milliseconds.
    private static func batch(_ times: [Int64]) throws -> [UInt8] {
        var encoder = RecordBatchEncoder()
        unsafe try encoder.begin()
        for later in times { unsafe try encoder.append(timestamp: time + later, key: nil, value: nil) }
        return unsafe try Array(encoder.finish())
    }

    private func offset(
        at timestamp: Int64, _ client: TestClient, version: Int16 = 1
    ) throws -> ListOffsetsResponse.Partition {
        try client.call(
            ListOffsetsRequest {
                $0.topics = [
                    ListOffsetsRequest.Topic {
                        $0.name = "t"
                        $0.partitions = [ListOffsetsRequest.Partition { $0.timestamp = timestamp }]
                    }
                ]
            }, version: version, ListOffsetsResponse.self
        ).topics[0].partitions[0]
    }

    @Test("the first record that is not older is found where times go up and down, in every version", arguments: 1...6)
    func times(version: Int) throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        for times in [[100, 50, 300, 10], [5], [200, 400]] as [[Int64]] {
            #expect(try client.produce("t", Self.batch(times)).errorCode == .none)
        }
        let expected: [(time: Int64, found: Int64, offset: Int64)] = [
            (-Self.time, 100, 0), (5, 100, 0), (10, 100, 0), (60, 100, 0), (101, 300, 2), (300, 300, 2), (301, 400, 6),
            (400, 400, 6),
        ]
        for (time, found, offset) in expected {
            let answer = try self.offset(at: Self.time + time, client, version: Int16(version))
            #expect(answer.offset == offset && answer.timestamp == Self.time + found, "after \(time) ms: \(answer)")
        }
        #expect(try self.offset(at: Self.time + 401, client, version: Int16(version)).offset == -1)
        #expect(try self.offset(at: -1, client, version: Int16(version)).offset == 7)
        #expect(try self.offset(at: -2, client, version: Int16(version)).offset == 0)
        for unknown in [-3, -4, -5] as [Int64] {
            let answer = try self.offset(at: unknown, client, version: Int16(version))
            #expect(answer.errorCode == .unsupportedVersion, "\(unknown)")
        }
    }

    @Test("a client may have any id or none")
    func clientIds() throws {
        let broker = try RunningBroker()
        let ids: [[UInt8]?] = [
            nil, [], [0xff, 0xfe], Array("a b\"c\n".utf8), Array(repeating: 120, count: 30_000),
        ]
        for id in ids {
            let client = try broker.connect()
            try client.send(Self.frame([0, 18, 0, 0, 0, 0, 0, 7], id, []))
            let answer = try #require(try client.receiveFrame())
            #expect(Array(answer[..<6]) == [0, 0, 0, 7, 0, 0])
        }
    }

    private static func frame(_ start: [UInt8], _ id: [UInt8]?, _ body: [UInt8]) -> [UInt8] {
        let length: [UInt8] = id.map { [UInt8($0.count >> 8), UInt8($0.count & 0xff)] } ?? [255, 255]
        let bytes: [UInt8] = start + length + (id ?? []) + body
        let prefix = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bytes.count >> $0) }
        return prefix + bytes
    }

    @Test("a version that nobody knows is named as the reason, whatever its header looks like")
    func versions() throws {
        let broker = try RunningBroker()
        // ApiVersions 99 with the header of older versions, which has no tagged fields: it is answered in version 0.
        let asking = try broker.connect()
        try asking.send(Self.frame([0, 18, 0, 99, 0, 0, 0, 7], [114], []))
        let answer = try #require(try asking.receiveFrame())
        #expect(Array(answer[..<6]) == [0, 0, 0, 7, 0, 35])
        for (api, name) in [(1, "Fetch"), (3, "Metadata"), (9, "OffsetFetch")] as [(UInt8, String)] {
            let client = try broker.connect()
            try client.send(Self.frame([0, api, 0, 99, 0, 0, 0, 7], [114], []))
            #expect(try client.isClosed())
            #expect(broker.messages.all.contains { $0.contains("version 99 of \(name) was asked for") })
        }
    }

    @Test("null in the place of records is refused, and the connection goes on")
    func nullRecords() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        #expect(try client.createTopic("t") == .none)
        let body: [UInt8] =
            [255, 255, 0, 1, 0, 0, 3, 232, 0, 0, 0, 1, 0, 1, 116, 0, 0, 0, 1, 0, 0, 0, 0, 255, 255, 255, 255]
        try client.send(Self.frame([0, 0, 0, 3, 0, 0, 0, 7], [114], body))
        #expect(try client.produceResponse(version: 3).map(\.errorCode) == [.corruptMessage])
        #expect(try client.produce("t", Batch.make(["a"])).baseOffset == 0)
    }

    @Test("which names a topic may have")
    func names() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        let long = String(repeating: "a", count: 249)
        for name in [long, "my.topic", "-delete", "t-0", "x.0123456789abcdef0123456789abcdef-delete"] {
            #expect(try client.createTopic(name) == .none, "\(name)")
        }
        for name in [long + "a", ".", "..", "a/b", "ü", "a b", ""] {
            #expect(try client.createTopic(name) == .invalidTopicException, "\(name)")
        }
        #expect(try client.createTopic("__consumer_offsets") == .topicAlreadyExists)
    }
}

import KafkaProtocol
import Testing

/// A message type at one of its versions.
struct MessageCase: CustomTestStringConvertible {
    var type: any WireMessage.Type
    var isRequest: Bool
    var version: Int16

    var testDescription: String { "\(type) \(version)" }

    /// Every message that is a value, at every version that is served.
    static let all: [MessageCase] = requests.map { ($0, true) }.appending(responses.map { ($0, false) })
        .flatMap { type, isRequest in
            type.api.versions.served.map { MessageCase(type: type, isRequest: isRequest, version: $0) }
        }

    static let requests: [any WireMessage.Type] = [
        ListOffsetsRequest.self, MetadataRequest.self, OffsetCommitRequest.self, OffsetFetchRequest.self,
        FindCoordinatorRequest.self, JoinGroupRequest.self, HeartbeatRequest.self, LeaveGroupRequest.self,
        SyncGroupRequest.self, DescribeGroupsRequest.self, ListGroupsRequest.self, ApiVersionsRequest.self,
        CreateTopicsRequest.self, DeleteTopicsRequest.self, DeleteRecordsRequest.self, InitProducerIdRequest.self,
        OffsetForLeaderEpochRequest.self, DescribeConfigsRequest.self, AlterConfigsRequest.self,
        CreatePartitionsRequest.self, DeleteGroupsRequest.self, IncrementalAlterConfigsRequest.self,
        DescribeClusterRequest.self, DescribeLogDirsRequest.self, OffsetDeleteRequest.self,
    ]

    static let responses: [any WireMessage.Type] = [
        ListOffsetsResponse.self, MetadataResponse.self, OffsetCommitResponse.self, OffsetFetchResponse.self,
        FindCoordinatorResponse.self, JoinGroupResponse.self, HeartbeatResponse.self, LeaveGroupResponse.self,
        SyncGroupResponse.self, DescribeGroupsResponse.self, ListGroupsResponse.self, ApiVersionsResponse.self,
        CreateTopicsResponse.self, DeleteTopicsResponse.self, DeleteRecordsResponse.self, InitProducerIdResponse.self,
        OffsetForLeaderEpochResponse.self, DescribeConfigsResponse.self, AlterConfigsResponse.self,
        CreatePartitionsResponse.self, DeleteGroupsResponse.self, IncrementalAlterConfigsResponse.self,
        DescribeClusterResponse.self, DescribeLogDirsResponse.self, OffsetDeleteResponse.self,
    ]
}

extension Array {
    fileprivate func appending(_ others: [Element]) -> [Element] { self + others }
}

@Suite struct MessageTests {
    @Test("every message is read and written as kafka-python writes it, at every version", arguments: MessageCase.all)
    func agreesWithKafkaPython(_ message: MessageCase) throws {
        try check(message.type, message)
    }

    private func check<Message: WireMessage>(_ type: Message.Type, _ message: MessageCase) throws {
        let api = Message.api
        let version = message.version
        let sample = try MessageSample.make(type, version: version)
        let fixture = message.isRequest ? Fixtures.request(api, version) : Fixtures.response(api, version)
        let frame = try #require(fixture, "the fixtures have no \(message.testDescription)")

        let decoded = try reading(frame) { reader throws(WireError) in
            if message.isRequest {
                let header = try RequestHeader.decode(from: &reader)
                #expect(header.api == api && header.apiVersion == version && header.isServed)
                #expect(header.correlationId == 7)
                #expect(header.clientId?.string == "sluice")
            } else {
                #expect(try ResponseHeader.decode(api, version: version, from: &reader) == 7)
            }
            let body = try Message.decode(from: &reader, version: version)
            try reader.expectEnd()
            return body
        }
        #expect(decoded == sample)

        let encoded = try written { writer throws(WireError) in
            if message.isRequest {
                try RequestHeader.encode(api, version: version, correlationId: 7, clientId: "sluice", into: &writer)
            } else {
                ResponseHeader.encode(api, version: version, correlationId: 7, into: &writer)
            }
            try sample.encode(into: &writer, version: version)
        }
        #expect(encoded == frame)
    }

    @Test("a message with every field at its default survives", arguments: MessageCase.all)
    func defaultsSurvive(_ message: MessageCase) throws {
        try checkDefault(message.type, version: message.version)
    }

    private func checkDefault<Message: WireMessage>(_ type: Message.Type, version: Int16) throws {
        let body = try written { writer throws(WireError) in try Message().encode(into: &writer, version: version) }
        let decoded = try reading(body) { reader throws(WireError) in
            let decoded = try Message.decode(from: &reader, version: version)
            try reader.expectEnd()
            return decoded
        }
        let again = try written { writer throws(WireError) in try decoded.encode(into: &writer, version: version) }
        #expect(again == body)
    }

    @Test("a version that is not served is neither read nor written")
    func refusesVersions() throws {
        let refused = WireError(.unsupportedVersion(.metadata, 10), at: 0)
        #expect(throws: refused) {
            try reading([]) { reader throws(WireError) in try MetadataRequest.decode(from: &reader, version: 10) }
        }
        #expect(throws: refused) {
            try written { writer throws(WireError) in try MetadataRequest().encode(into: &writer, version: 10) }
        }
    }

    @Test("older versions that carry one group or member refuse to drop the others")
    func refusesToDrop() throws {
        let leave = LeaveGroupRequest { $0.members = [.init(), .init()] }
        #expect(throws: WireError(.notInVersion(2, "2 elements instead of one"), at: 0)) {
            try written { writer throws(WireError) in try leave.encode(into: &writer, version: 2) }
        }
    }

    @Test("a request for all offsets of a group does not turn into one for none")
    func refusesAllOffsets() throws {
        let all = OffsetFetchRequest { $0.groups = [.init { $0.topics = nil }] }
        #expect(throws: WireError(.notInVersion(1, "all partitions with an offset"), at: 0)) {
            try written { writer throws(WireError) in try all.encode(into: &writer, version: 1) }
        }
    }

    @Test("no topics means none in Metadata, and all before there was a null")
    func metadataOfAllTopics() {
        #expect(MetadataRequest().isForAllTopics(version: 0))
        #expect(!MetadataRequest().isForAllTopics(version: 1))
        #expect(MetadataRequest { $0.topics = nil }.isForAllTopics(version: 1))
    }

    @Test("tagged fields that this module does not know are read over")
    func unknownTags() throws {
        let request = HeartbeatRequest { $0.groupId = "g" }
        var body = try written { writer throws(WireError) in try request.encode(into: &writer, version: 4) }
        #expect(body.removeLast() == 0)
        body += [2, 0, 3, 1, 2, 3, 200, 1, 0]
        let decoded = try reading(body) { reader throws(WireError) in
            let decoded = try HeartbeatRequest.decode(from: &reader, version: 4)
            try reader.expectEnd()
            return decoded
        }
        #expect(decoded == request)
    }
}

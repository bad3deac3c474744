import KafkaProtocol
import LinuxKernel
import Testing

@Suite("Consumer groups")
struct GroupTests {
    private func joinRequest(
        _ member: String, instance: String? = nil, session: Int32 = 10_000, rebalance: Int32 = 2_000,
        metadata: [UInt8] = [1]
    ) -> JoinGroupRequest {
        JoinGroupRequest {
            $0.groupId = "g"
            $0.sessionTimeoutMs = session
            $0.rebalanceTimeoutMs = rebalance
            $0.memberId = member
            $0.groupInstanceId = instance
            $0.protocolType = "consumer"
            $0.protocols = [
                JoinGroupRequest.GroupProtocol {
                    $0.name = "range"
                    $0.metadata = metadata
                }
            ]
        }
    }

    private func join(_ client: TestClient, _ member: String = "", instance: String? = nil) throws -> JoinGroupResponse
    {
        let first = try client.call(joinRequest(member, instance: instance), version: 7, JoinGroupResponse.self)
        guard first.errorCode == .memberIdRequired else { return first }
        return try client.call(joinRequest(first.memberId, instance: instance), version: 7, JoinGroupResponse.self)
    }

    private func syncRequest(_ joined: JoinGroupResponse, _ assignments: [String: [UInt8]] = [:]) -> SyncGroupRequest {
        SyncGroupRequest {
            $0.groupId = "g"
            $0.generationId = joined.generationId
            $0.memberId = joined.memberId
            $0.assignments = assignments.map { id, bytes in
                SyncGroupRequest.Assignment {
                    $0.memberId = id
                    $0.assignment = bytes
                }
            }
        }
    }

    private func heartbeat(_ client: TestClient, _ joined: JoinGroupResponse) throws -> ErrorCode {
        try client.call(
            HeartbeatRequest {
                $0.groupId = "g"
                $0.generationId = joined.generationId
                $0.memberId = joined.memberId
            }, version: 4, HeartbeatResponse.self
        ).errorCode
    }

    private func commit(
        _ client: TestClient, _ offset: Int64, generation: Int32 = -1, member: String = ""
    ) throws -> ErrorCode {
        try client.call(
            OffsetCommitRequest { request in
                request.groupId = "g"
                request.generationId = generation
                request.memberId = member
                request.topics = [
                    OffsetCommitRequest.Topic { topic in
                        topic.name = "t"
                        topic.partitions = [
                            OffsetCommitRequest.Partition {
                                $0.committedOffset = offset
                                $0.committedMetadata = "m\(offset)"
                            }
                        ]
                    }
                ]
            }, version: 8, OffsetCommitResponse.self
        ).topics[0].partitions[0].errorCode
    }

    private func committed(_ client: TestClient, group: String = "g") throws -> OffsetFetchResponse.Partition? {
        try client.committedTopics(of: group).first?.partitions.first
    }

    @Test(
        "two members join, the leader assigns, both learn; the one that leaves makes the other join again",
        arguments: [1, 2])
    func lifeOfAGroup(reactors: Int) throws {
        let broker = try RunningBroker(["broker.reactors=\(reactors)"])
        let one = try broker.connect()
        let two = try broker.connect()
        var first = try join(one)
        #expect(first.leader == first.memberId)
        #expect(
            try one.call(syncRequest(first, [first.memberId: [7]]), version: 5, SyncGroupResponse.self).assignment == [
                7
            ])

        // The second joins; the first learns of it by its heartbeat.
        let id = try two.call(joinRequest(""), version: 7, JoinGroupResponse.self).memberId
        try two.send(two.frame(joinRequest(id), version: 7))
        while try heartbeat(one, first) != .rebalanceInProgress { MonotonicClock.sleep(nanoseconds: 1_000_000) }
        first = try join(one, first.memberId)
        let second = try two.response(JoinGroupResponse.self, version: 7)
        #expect(first.generationId == second.generationId)
        #expect(first.members.count == 2 && second.members.isEmpty)

        try two.send(two.frame(syncRequest(second), version: 5))
        let mine = try one.call(
            syncRequest(first, [first.memberId: [1], second.memberId: [2]]), version: 5, SyncGroupResponse.self)
        #expect(mine.assignment == [1])
        #expect(try two.response(SyncGroupResponse.self, version: 5).assignment == [2])
        #expect(try heartbeat(one, first) == .none)

        let left = try two.call(
            LeaveGroupRequest {
                $0.groupId = "g"
                $0.members = [LeaveGroupRequest.Member { $0.memberId = second.memberId }]
            }, version: 4, LeaveGroupResponse.self)
        #expect(left.errorCode == .none)
        #expect(try heartbeat(one, first) == .rebalanceInProgress)
        let alone = try join(one, first.memberId)
        #expect(alone.generationId == first.generationId + 1)
        #expect(alone.members.count == 1)
    }

    @Test("a member that is silent is given up after its session")
    func sessionTimeout() throws {
        let broker = try RunningBroker(["group.min.session.timeout.ms=50"])
        let one = try broker.connect()
        var request = joinRequest("", session: 150)
        request.memberId = try one.call(request, version: 7, JoinGroupResponse.self).memberId
        let joined = try one.call(request, version: 7, JoinGroupResponse.self)
        _ = try one.call(syncRequest(joined, [joined.memberId: []]), version: 5, SyncGroupResponse.self)
        #expect(try heartbeat(one, joined) == .none)
        MonotonicClock.sleep(nanoseconds: 400_000_000)
        #expect(try heartbeat(one, joined) == .unknownMemberId)
    }

    @Test("who does not join again within the rebalance timeout is left behind")
    func rebalanceTimeout() throws {
        let broker = try RunningBroker()
        let one = try broker.connect()
        let two = try broker.connect()
        var request = joinRequest("", rebalance: 150)
        request.memberId = try one.call(request, version: 7, JoinGroupResponse.self).memberId
        let first = try one.call(request, version: 7, JoinGroupResponse.self)
        _ = try one.call(syncRequest(first, [first.memberId: []]), version: 5, SyncGroupResponse.self)
        var other = joinRequest("", rebalance: 150)
        other.memberId = try two.call(other, version: 7, JoinGroupResponse.self).memberId
        let second = try two.call(other, version: 7, JoinGroupResponse.self)
        #expect(second.leader == second.memberId)
        #expect(second.members.count == 1)
        #expect(try heartbeat(one, first) == .unknownMemberId)
    }

    @Test("a static member that comes back keeps its assignment without a rebalance, and its old self is fenced")
    func staticMember() throws {
        let broker = try RunningBroker()
        let one = try broker.connect()
        let first = try join(one, instance: "i")
        _ = try one.call(syncRequest(first, [first.memberId: [5]]), version: 5, SyncGroupResponse.self)
        let again = try broker.connect()
        let second = try join(again, instance: "i")
        #expect(second.generationId == first.generationId)
        #expect(second.memberId != first.memberId)
        #expect(try again.call(syncRequest(second), version: 5, SyncGroupResponse.self).assignment == [5])
        let fenced = try one.call(
            HeartbeatRequest {
                $0.groupId = "g"
                $0.generationId = first.generationId
                $0.memberId = first.memberId
                $0.groupInstanceId = "i"
            }, version: 4, HeartbeatResponse.self)
        #expect(fenced.errorCode == .unknownMemberId || fenced.errorCode == .fencedInstanceId)
    }

    @Test("joins that make no sense are refused")
    func refusals() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        func code(_ change: (inout JoinGroupRequest) -> Void) throws -> ErrorCode {
            var request = joinRequest("")
            change(&request)
            return try client.call(request, version: 7, JoinGroupResponse.self).errorCode
        }
        #expect(try code { $0.groupId = "" } == .invalidGroupId)
        #expect(try code { $0.sessionTimeoutMs = 1 } == .invalidSessionTimeout)
        #expect(try code { $0.protocols = [] } == .inconsistentGroupProtocol)
        #expect(try code { $0.memberId = "stranger" } == .unknownMemberId)
        _ = try join(client)
        #expect(try code { $0.protocolType = "other" } == .inconsistentGroupProtocol)
    }

    @Test("committed offsets survive a restart; those of deleted groups and topics do not")
    func offsets() throws {
        let directory = RunningBroker.makeDirectory()
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        var client = try first.connect()
        _ = try client.createTopic("t")
        for offset in [5, 9, 12] as [Int64] { #expect(try commit(client, offset) == .none) }
        #expect(try commit(client, 1, generation: 3, member: "x") == .unknownMemberId)
        first.stop()

        let second = try RunningBroker(in: directory, keepingDirectory: true)
        client = try second.connect()
        #expect(try committed(client)?.committedOffset == 12)
        #expect(try committed(client)?.metadata == "m12")
        #expect(try committed(client, group: "other") == nil)
        let groups = try client.call(ListGroupsRequest(), version: 4, ListGroupsResponse.self).groups
        #expect(groups.map(\.groupId) == ["g"])
        let deleted = try client.call(
            DeleteGroupsRequest { $0.groupsNames = ["g", "other"] }, version: 2, DeleteGroupsResponse.self)
        #expect(deleted.results.map(\.errorCode) == [.none, .groupIdNotFound])
        second.stop()

        let third = try RunningBroker(in: directory)
        client = try third.connect()
        #expect(try committed(client) == nil)
        #expect(try commit(client, 3) == .none)
        _ = try client.call(DeleteTopicsRequest { $0.topicNames = ["t"] }, version: 5, DeleteTopicsResponse.self)
        #expect(try committed(client) == nil)
    }

    @Test("a group with members is described and cannot be deleted")
    func description() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        let joined = try join(client)
        _ = try client.call(syncRequest(joined, [joined.memberId: [4]]), version: 5, SyncGroupResponse.self)
        let described = try client.call(
            DescribeGroupsRequest { $0.groups = ["g", "none"] }, version: 5, DescribeGroupsResponse.self)
        #expect(described.groups.map(\.groupState) == ["Stable", "Dead"])
        #expect(described.groups[0].members.map(\.memberAssignment) == [[4]])
        let deleted = try client.call(
            DeleteGroupsRequest { $0.groupsNames = ["g"] }, version: 2, DeleteGroupsResponse.self)
        #expect(deleted.results[0].errorCode == .nonEmptyGroup)
    }
}

import KafkaProtocol
import LinuxKernel
import Testing

@Suite("Rebalances")
struct RebalanceTests {
    private static let settings = ["group.min.session.timeout.ms=100"]

    @Test("a member that waits in SyncGroup is alive, and is asked to join again when the leader falls silent")
    func silentLeader() throws {
        let broker = try RunningBroker(Self.settings)
        let (_, follower) = try GroupMember.pair(broker, session: 500)
        try follower.startSync()
        #expect(try follower.finishSync().errorCode == .rebalanceInProgress)
        let again = try follower.join()
        #expect(again.errorCode == .none)
        #expect(again.members.count == 1)
    }

    @Test("a member that waits longer than its session for the leader's assignment gets it")
    func lateAssignment() throws {
        let broker = try RunningBroker(Self.settings)
        let (leader, follower) = try GroupMember.pair(broker, session: 1000)
        try follower.startSync()
        for _ in 0..<15 {
            MonotonicClock.sleep(nanoseconds: 100_000_000)
            #expect(try leader.heartbeat() == .none)
        }
        #expect(try leader.sync([leader.id: [1], follower.id: [2]]).assignment == [1])
        #expect(try follower.finishSync().assignment == [2])
        // Its session begins when it is answered: it could not heartbeat before.
        MonotonicClock.sleep(nanoseconds: 300_000_000)
        #expect(try follower.heartbeat() == .none)
    }

    @Test("members that heartbeat and never ask for their assignment are given up at the rebalance timeout")
    func leaderThatNeverAssigns() throws {
        let broker = try RunningBroker(Self.settings)
        let (leader, follower) = try GroupMember.pair(broker, session: 30_000, rebalance: 400)
        try follower.startSync()
        #expect(try follower.finishSync().errorCode == .rebalanceInProgress)
        #expect(try leader.heartbeat() == .unknownMemberId)
        #expect(try follower.join().members.count == 1)
    }

    @Test("from LeaveGroup 3 on a single member's error stands at the member, before at the response")
    func leaving() throws {
        let broker = try RunningBroker()
        let member = try GroupMember(broker, instance: "i")
        try member.join()
        _ = try member.sync([member.id: [7]])
        let stranger = LeaveGroupRequest.Member { $0.groupInstanceId = "nope" }
        for version in [3, 4] as [Int16] {
            let one = try member.leave([stranger], version: version)
            #expect(one.errorCode == .none)
            #expect(one.members.map(\.errorCode) == [.unknownMemberId])
        }
        #expect(
            try member.leave([stranger, stranger]).members.map(\.errorCode) == [.unknownMemberId, .unknownMemberId])
        let unknown = LeaveGroupRequest.Member { $0.memberId = "nope" }
        #expect(try member.leave([unknown], version: 2).errorCode == .unknownMemberId)
        let elsewhere = try GroupMember(broker, group: "none")
        #expect(try elsewhere.leave([unknown]).members.map(\.errorCode) == [.unknownMemberId])
        #expect(try elsewhere.leave([unknown], version: 1).errorCode == .unknownMemberId)
        let own = LeaveGroupRequest.Member { $0.groupInstanceId = "i" }
        #expect(try member.leave([own]).members.map(\.errorCode) == [.none])
    }

    @Test("a static member that comes back has the generation and its assignment, under a new id")
    func staticMember() throws {
        let broker = try RunningBroker()
        let old = try GroupMember(broker, instance: "i")
        try old.join()
        _ = try old.sync([old.id: [113]])
        let new = try GroupMember(broker, instance: "i")
        let answer = try new.join()
        #expect(answer.generationId == old.joined.generationId)
        #expect(new.id != old.id)
        #expect(try old.heartbeat() == .fencedInstanceId)
        #expect(try new.sync().assignment == [113])
    }

    @Test("groups are listed by their states and types, whose case does not matter")
    func listing() throws {
        let broker = try RunningBroker()
        let member = try GroupMember(broker)
        try member.join()
        _ = try member.sync()
        func list(states: [String] = [], types: [String] = []) throws -> [ListGroupsResponse.Group] {
            try member.client.call(
                ListGroupsRequest {
                    $0.statesFilter = states
                    $0.typesFilter = types
                }, version: 5, ListGroupsResponse.self
            ).groups
        }
        #expect(try list().map(\.groupType) == ["classic"])
        #expect(try list(states: ["stable"], types: ["Classic"]).count == 1)
        #expect(try list(types: ["consumer"]).isEmpty)
        #expect(try list(states: ["Empty"]).isEmpty)
    }
}

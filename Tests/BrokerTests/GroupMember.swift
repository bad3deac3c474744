import KafkaProtocol
import LinuxKernel

/// A member of a group, on a connection of its own, that does each step of the rebalance protocol when it is told to.
final class GroupMember {
    let client: TestClient
    let group: String
    let instance: String?
    var session: Int32 = 10_000
    var rebalance: Int32 = 60_000
    var metadata: [UInt8] = [1]
    private(set) var joined = JoinGroupResponse()
    private(set) var id = ""

    convenience init(_ broker: RunningBroker, group: String = "g", instance: String? = nil) throws {
        try self.init(port: broker.port, group: group, instance: instance)
    }

    init(port: UInt16, group: String = "g", instance: String? = nil) throws {
        client = try TestClient(port: port)
        self.group = group
        self.instance = instance
    }

    /// The same member on a new connection, as after a restart of the broker.
    init(_ other: GroupMember, at broker: RunningBroker) throws {
        client = try TestClient(port: broker.port)
        group = other.group
        instance = other.instance
        session = other.session
        rebalance = other.rebalance
        metadata = other.metadata
        joined = other.joined
        id = other.id
    }

    var isLeader: Bool { joined.leader == id }

    /// Asks to join, and does not wait for the answer.
    func startJoin() throws {
        if id.isEmpty, instance == nil {
            id = try client.call(request, version: 7, JoinGroupResponse.self).memberId
        }
        try client.send(client.frame(request, version: 7))
    }

    private var request: JoinGroupRequest {
        JoinGroupRequest {
            $0.groupId = group
            $0.sessionTimeoutMs = session
            $0.rebalanceTimeoutMs = rebalance
            $0.memberId = id
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

    @discardableResult
    func finishJoin() throws -> JoinGroupResponse {
        joined = try client.response(JoinGroupResponse.self, version: 7)
        id = joined.memberId
        return joined
    }

    @discardableResult
    func join() throws -> JoinGroupResponse {
        try startJoin()
        return try finishJoin()
    }

    func startSync(_ assignments: [String: [UInt8]] = [:]) throws {
        let request = SyncGroupRequest {
            $0.groupId = group
            $0.generationId = joined.generationId
            $0.memberId = id
            $0.groupInstanceId = instance
            $0.assignments = assignments.map { id, bytes in
                SyncGroupRequest.Assignment {
                    $0.memberId = id
                    $0.assignment = bytes
                }
            }
        }
        try client.send(client.frame(request, version: 5))
    }

    func finishSync() throws -> SyncGroupResponse { try client.response(SyncGroupResponse.self, version: 5) }

    func sync(_ assignments: [String: [UInt8]] = [:]) throws -> SyncGroupResponse {
        try startSync(assignments)
        return try finishSync()
    }

    func heartbeat() throws -> ErrorCode {
        try client.call(
            HeartbeatRequest {
                $0.groupId = group
                $0.generationId = joined.generationId
                $0.memberId = id
                $0.groupInstanceId = instance
            }, version: 4, HeartbeatResponse.self
        ).errorCode
    }

    func leave(_ members: [LeaveGroupRequest.Member], version: Int16 = 4) throws -> LeaveGroupResponse {
        try client.call(
            LeaveGroupRequest {
                $0.groupId = group
                $0.members = members
            }, version: version, LeaveGroupResponse.self)
    }

    func commit(_ offset: Int64, topic: String = "t") throws -> ErrorCode {
        try client.call(
            OffsetCommitRequest { request in
                request.groupId = group
                request.generationId = joined.generationId
                request.memberId = id
                request.groupInstanceId = instance
                request.topics = [
                    OffsetCommitRequest.Topic {
                        $0.name = topic
                        $0.partitions = [OffsetCommitRequest.Partition { $0.committedOffset = offset }]
                    }
                ]
            }, version: 8, OffsetCommitResponse.self
        ).topics[0].partitions[0].errorCode
    }

    /// Two members of one generation that have joined and not asked for their assignments.
    static func pair(
        _ broker: RunningBroker, session: Int32 = 10_000, rebalance: Int32 = 60_000
    ) throws -> (leader: GroupMember, follower: GroupMember) {
        try pair(port: broker.port, session: session, rebalance: rebalance)
    }

    static func pair(
        port: UInt16, session: Int32 = 10_000, rebalance: Int32 = 60_000
    ) throws -> (leader: GroupMember, follower: GroupMember) {
        let one = try GroupMember(port: port)
        let two = try GroupMember(port: port)
        for member in [one, two] {
            member.session = session
            member.rebalance = rebalance
        }
        try one.join()
        _ = try one.sync()
        try two.startJoin()
        while try one.heartbeat() != .rebalanceInProgress { MonotonicClock.sleep(nanoseconds: 1_000_000) }
        try one.startJoin()
        try one.finishJoin()
        try two.finishJoin()
        return one.isLeader ? (one, two) : (two, one)
    }
}

extension TestClient {
    /// What a group has committed, of all topics.
    func committedTopics(of group: String) throws -> [OffsetFetchResponse.Topic] {
        try call(
            OffsetFetchRequest {
                $0.groups = [
                    OffsetFetchRequest.Group {
                        $0.groupId = group
                        $0.topics = nil
                    }
                ]
            }, version: 8, OffsetFetchResponse.self
        ).groups[0].topics
    }
}

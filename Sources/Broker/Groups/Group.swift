internal import KafkaProtocol

/// A consumer group: its members and where it stands in the rebalance protocol. Only the coordinator touches it.
///
/// Source of the states and their transitions: the design notes of Kafka's group coordinator (classic protocol)
/// and KIP-345 for static members.
final class Group {
    enum State: String {
        case empty = "Empty"
        /// Waits for the members to join.
        case preparingRebalance = "PreparingRebalance"
        /// Waits for the leader's assignment.
        case completingRebalance = "CompletingRebalance"
        case stable = "Stable"
    }

    struct Member {
        let id: String
        var instanceId: String?
        var clientId: String
        var clientHost: String
        var sessionTimeout: Int64
        var rebalanceTimeout: Int64
        var protocols: [JoinGroupRequest.GroupProtocol]
        var assignment: [UInt8] = []
        /// When the member is taken for dead; nanoseconds.
        var deadline: Int64
        var awaitsJoin: ReplyAddress?
        var awaitsSync: ReplyAddress?

        /// Whether the member waits for an answer: a connection that is held up cannot heartbeat, so it is alive.
        var isWaiting: Bool { awaitsJoin != nil || awaitsSync != nil }

        func metadata(of name: String) -> [UInt8] {
            protocols.first { $0.name == name }?.metadata ?? []
        }
    }

    let id: String
    var state = State.empty
    var generation: Int32 = 0
    var protocolType = ""
    var protocolName: String?
    var leader: String?
    /// In the order in which they joined.
    private(set) var members: [Member] = []
    /// Ids that were given out and not used yet, with their deadlines.
    var pending: [String: Int64] = [:]
    /// When the members that have not joined again are given up; nanoseconds.
    var rebalanceDeadline: Int64 = .max
    /// The members that have joined the generation and not asked for their assignment yet.
    var awaitedInSync: Set<String> = []
    /// When those are given up; nanoseconds.
    var syncDeadline: Int64 = .max
    /// Until when the first members wait for others; nanoseconds.
    var initialDelayUntil: Int64 = 0
    /// Since when it has no members; milliseconds since 1970.
    var emptySince: Int64

    init(id: String, now milliseconds: Int64) {
        self.id = id
        emptySince = milliseconds
    }

    subscript(id: String) -> Member? { members.first { $0.id == id } }

    func index(of id: String) -> Int? { members.firstIndex { $0.id == id } }

    func member(instance: String) -> Member? { members.first { $0.instanceId == instance } }

    func add(_ member: Member) { members.append(member) }

    func remove(_ id: String) -> Member? {
        guard let index = index(of: id) else { return nil }
        if leader == id { leader = nil }
        awaitedInSync.remove(id)
        return members.remove(at: index)
    }

    func update(_ id: String, _ change: (inout Member) -> Void) {
        guard let index = index(of: id) else { return }
        change(&members[index])
    }

    func updateAll(_ change: (inout Member) -> Void) {
        for index in members.indices { change(&members[index]) }
    }

    /// Puts another id in the place of a static member's.
    func replace(_ id: String, with member: Member) {
        guard let index = index(of: id) else { return }
        if leader == id { leader = member.id }
        members[index] = member
    }

    /// Whether a member with these protocols can belong to the group beside all others.
    func accepts(_ type: String, _ protocols: [JoinGroupRequest.GroupProtocol], besides id: String) -> Bool {
        let others = members.filter { $0.id != id }
        if others.isEmpty { return true }
        guard type == protocolType else { return false }
        return protocols.contains { candidate in
            others.allSatisfy { $0.protocols.contains { $0.name == candidate.name } }
        }
    }

    /// The protocol that all members know and most prefer.
    func chooseProtocol() -> String? {
        guard let first = members.first else { return nil }
        let common = first.protocols.map(\.name).filter { name in
            members.allSatisfy { $0.protocols.contains { $0.name == name } }
        }
        var votes: [String: Int] = [:]
        for member in members {
            if let vote = member.protocols.first(where: { common.contains($0.name) }) {
                votes[vote.name, default: 0] += 1
            }
        }
        // The first of the best, so that the choice does not depend on a hash.
        return common.max { votes[$0, default: 0] < votes[$1, default: 0] }
    }

    /// The earliest moment when something of the group is due; nanoseconds.
    var nextDeadline: Int64 {
        var next = Int64.max
        for member in members where !member.isWaiting { next = min(next, member.deadline) }
        for deadline in pending.values { next = min(next, deadline) }
        if !awaitedInSync.isEmpty { next = min(next, syncDeadline) }
        if state == .preparingRebalance {
            next = min(next, rebalanceDeadline)
            if initialDelayUntil > 0 { next = min(next, initialDelayUntil) }
        }
        return next
    }
}

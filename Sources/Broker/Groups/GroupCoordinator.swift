internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel
internal import Synchronization

/// Coordinates consumer groups: who belongs to them, who leads them, how far they have read.
///
/// Any reactor may call; one lock guards all groups, since none of this is on the data path. Answers that others wait
/// for are returned, and the caller hands them to the connections after the lock is released.
final class GroupCoordinator: @unchecked Sendable {
    let lock = Lock()
    let configuration: BrokerConfiguration
    let log: EventLog
    let offsets: OffsetStore
    private let cluster: ClusterMap
    var groups: [String: Group] = [:]
    private let next = Atomic<Int64>(.max)

    init(
        _ configuration: BrokerConfiguration, cluster: ClusterMap, topics: TopicCatalog, log: EventLog
    ) throws(BrokerError) {
        self.configuration = configuration
        self.cluster = cluster
        self.log = log
        offsets = try OffsetStore(topics, cluster)
        let milliseconds = WallClock.milliseconds()
        for id in offsets.groups { groups[id] = Group(id: id, now: milliseconds) }
        for (id, record) in offsets.members {
            let group = Group(id: id, record, now: MonotonicClock.now(), milliseconds: milliseconds)
            groups[id] = group
            deadlineChanged(group)
        }
        do throws(LogError) {
            try offsets.rewriteWhereDue(now: milliseconds)
        } catch {
            log.warn(.storage, "offsets and members could not be written again, which the next commit tries: \(error)")
        }
    }

    /// Why this node does not coordinate the group: another one does, or its offsets' directory is not there.
    func refusal(of group: String) -> ErrorCode? {
        if cluster.coordinator(ofGroup: group).id != cluster.own { return .notCoordinator }
        return offsets.isAvailable(group) ? nil : .coordinatorNotAvailable
    }

    /// What a member of a group is told that is not there.
    func unknown(_ group: String) -> ErrorCode { refusal(of: group) ?? .unknownMemberId }

    /// When `expire` has to be called; nanoseconds on the monotonic clock.
    var nextDeadline: Int64 { next.load(ordering: .relaxed) }

    /// To be called, with the lock held, after anything that may have brought a deadline nearer.
    func deadlineChanged(_ group: Group) {
        let deadline = group.nextDeadline
        if deadline < nextDeadline { next.store(deadline, ordering: .relaxed) }
    }

    /// Gives up who has been silent for too long.
    func expire(now: Int64) -> [GroupReply] {
        lock.withLock {
            var replies: [GroupReply] = []
            var nearest = Int64.max
            for group in groups.values {
                for (id, deadline) in group.pending where deadline <= now { group.pending[id] = nil }
                for member in group.members where member.deadline <= now && !member.isWaiting {
                    log.warn(.group, "group \(group.id): \(member.id) was silent for its session timeout and is out")
                    remove(member.id, from: group, now: now, &replies)
                }
                if group.syncDeadline <= now { giveUpAwaited(group, now: now, &replies) }
                if group.state == .preparingRebalance {
                    if group.initialDelayUntil > 0, group.initialDelayUntil <= now { group.initialDelayUntil = 0 }
                    if group.rebalanceDeadline <= now {
                        completeJoin(group, now: now, &replies)
                    } else {
                        completeJoinIfAllAreThere(group, now: now, &replies)
                    }
                }
                nearest = min(nearest, group.nextDeadline)
            }
            next.store(nearest, ordering: .relaxed)
            return replies
        }
    }

    /// Gives up the members that heartbeat and never ask for their assignment, since the others wait for it.
    private func giveUpAwaited(_ group: Group, now: Int64, _ replies: inout [GroupReply]) {
        for id in group.awaitedInSync.sorted() {
            log.warn(.group, "group \(group.id): \(id) did not ask for its assignment in time and is out")
            remove(id, from: group, now: now, &replies)
        }
        group.syncDeadline = .max
    }

    // MARK: Join

    func join(
        _ request: JoinGroupRequest, version: Int16, clientId: String, clientHost: String, address: ReplyAddress,
        now: Int64
    ) -> [GroupReply] {
        lock.withLock {
            var replies: [GroupReply] = []
            let code = tryJoin(
                request, version: version, clientId: clientId, clientHost: clientHost, address: address, now: now,
                &replies)
            if let (code, memberId) = code {
                let response = JoinGroupResponse {
                    $0.errorCode = code
                    $0.memberId = memberId
                    $0.protocolName = version >= 7 ? nil : ""
                }
                replies.append(GroupReply(address: address, content: .join(response)))
            }
            if let group = groups[request.groupId] { deadlineChanged(group) }
            return replies
        }
    }

    /// Nil when the member was taken and is answered now or later.
    private func tryJoin(
        _ request: JoinGroupRequest, version: Int16, clientId: String, clientHost: String, address: ReplyAddress,
        now: Int64, _ replies: inout [GroupReply]
    ) -> (ErrorCode, memberId: String)? {
        guard !request.groupId.isEmpty else { return (.invalidGroupId, request.memberId) }
        if let code = refusal(of: request.groupId) { return (code, request.memberId) }
        let session = Int64(request.sessionTimeoutMs)
        guard session >= configuration.minSessionMilliseconds, session <= configuration.maxSessionMilliseconds else {
            return (.invalidSessionTimeout, request.memberId)
        }
        guard !request.protocolType.isEmpty, !request.protocols.isEmpty else {
            return (.inconsistentGroupProtocol, request.memberId)
        }
        let group: Group
        if let known = groups[request.groupId] {
            group = known
        } else {
            guard request.memberId.isEmpty else { return (.unknownMemberId, request.memberId) }
            group = Group(id: request.groupId, now: WallClock.milliseconds())
            groups[request.groupId] = group
            keep(group)
        }
        guard group.accepts(request.protocolType, request.protocols, besides: request.memberId) else {
            return (.inconsistentGroupProtocol, request.memberId)
        }
        var member = Group.Member(
            id: request.memberId, instanceId: request.groupInstanceId, clientId: clientId, clientHost: clientHost,
            sessionTimeout: session,
            rebalanceTimeout: request.rebalanceTimeoutMs < 0 ? session : Int64(request.rebalanceTimeoutMs),
            protocols: request.protocols, deadline: now + session * 1_000_000, awaitsJoin: address)

        if request.memberId.isEmpty {
            let id = Self.makeMemberId(request.groupInstanceId ?? clientId)
            member = Group.Member(renaming: member, to: id)
            if let instance = request.groupInstanceId, let old = group.member(instance: instance) {
                rejoin(old, as: member, group, version: version, now: now, &replies)
                return nil
            }
            guard group.members.count + group.pending.count < configuration.maxGroupSize else {
                return (.groupMaxSizeReached, "")
            }
            if request.groupInstanceId == nil, version >= 4 {
                group.pending[id] = now + session * 1_000_000
                return (.memberIdRequired, id)
            }
            add(member, to: group, request.protocolType, now: now, &replies)
            return nil
        }
        if group.pending.removeValue(forKey: request.memberId) != nil {
            add(member, to: group, request.protocolType, now: now, &replies)
            return nil
        }
        if let instance = request.groupInstanceId, let holder = group.member(instance: instance),
            holder.id != request.memberId
        {
            return (.fencedInstanceId, request.memberId)
        }
        guard let known = group[request.memberId] else { return (.unknownMemberId, request.memberId) }
        let hasChanged = known.protocols != request.protocols
        let isLeader = group.leader == known.id
        switch group.state {
        case .empty:
            return (.unknownMemberId, request.memberId)
        case .completingRebalance where !hasChanged, .stable where !hasChanged && !isLeader:
            // The answer was lost; give it again.
            group.update(known.id) { $0.deadline = now + session * 1_000_000 }
            replies.append(GroupReply(address: address, content: .join(joined(group, known.id, version))))
        case .completingRebalance, .stable, .preparingRebalance:
            group.update(known.id) {
                $0.protocols = request.protocols
                $0.sessionTimeout = session
                $0.rebalanceTimeout = member.rebalanceTimeout
                $0.awaitsJoin = address
            }
            if group.state == .preparingRebalance {
                completeJoinIfAllAreThere(group, now: now, &replies)
            } else {
                prepareRebalance(group, now: now, &replies)
            }
        }
        return nil
    }

    private static func makeMemberId(_ prefix: String) -> String {
        var generator = SystemRandomNumberGenerator()
        let numbers = (0..<2).map { _ in String(generator.next(), radix: 16) }
        return prefix + "-" + numbers.map { String(repeating: "0", count: 16 - $0.count) + $0 }.joined()
    }

    private func add(
        _ member: Group.Member, to group: Group, _ protocolType: String, now: Int64, _ replies: inout [GroupReply]
    ) {
        if group.members.isEmpty { group.protocolType = protocolType }
        group.add(member)
        if group.state == .preparingRebalance {
            completeJoinIfAllAreThere(group, now: now, &replies)
        } else {
            prepareRebalance(group, now: now, &replies)
        }
    }

    /// A static member is back under a new id; the old one is fenced.
    private func rejoin(
        _ old: Group.Member, as member: Group.Member, _ group: Group, version: Int16, now: Int64,
        _ replies: inout [GroupReply]
    ) {
        let fenced = ErrorCode.fencedInstanceId
        if let address = old.awaitsJoin {
            replies.append(
                GroupReply(
                    address: address,
                    content: .join(
                        JoinGroupResponse {
                            $0.errorCode = fenced
                            $0.memberId = old.id
                            $0.protocolName = address.version >= 7 ? nil : ""
                        })))
        }
        if let address = old.awaitsSync {
            replies.append(GroupReply(address: address, content: .sync(SyncGroupResponse { $0.errorCode = fenced })))
        }
        let wasLeader = group.leader == old.id
        var renewed = member
        renewed.assignment = old.assignment
        let isUnchanged = group.protocolName.map { old.metadata(of: $0) == member.metadata(of: $0) } ?? false
        if group.state == .stable, isUnchanged, let address = member.awaitsJoin {
            // Nothing has changed for the others, so there is no rebalance. Whoever led gets the old leader's id, so
            // that it does not assign anew.
            renewed.awaitsJoin = nil
            group.replace(old.id, with: renewed)
            keep(group)
            var response = joined(group, renewed.id, version)
            if wasLeader {
                response.leader = old.id
                response.members = []
            }
            replies.append(GroupReply(address: address, content: .join(response)))
            return
        }
        group.replace(old.id, with: renewed)
        if group.state == .preparingRebalance {
            completeJoinIfAllAreThere(group, now: now, &replies)
        } else {
            prepareRebalance(group, now: now, &replies)
        }
    }

    // MARK: Rebalance

    func prepareRebalance(_ group: Group, now: Int64, _ replies: inout [GroupReply]) {
        for member in group.members {
            guard let address = member.awaitsSync else { continue }
            replies.append(
                GroupReply(
                    address: address, content: .sync(SyncGroupResponse { $0.errorCode = .rebalanceInProgress })))
        }
        group.updateAll {
            if $0.awaitsSync != nil { $0.deadline = now + $0.sessionTimeout * 1_000_000 }
            $0.awaitsSync = nil
            $0.assignment = []
        }
        group.awaitedInSync = []
        group.syncDeadline = .max
        let wasEmpty = group.state == .empty
        group.state = .preparingRebalance
        let longest = group.members.map(\.rebalanceTimeout).max() ?? 0
        group.rebalanceDeadline = now + longest * 1_000_000
        group.initialDelayUntil = 0
        if wasEmpty, configuration.initialRebalanceMilliseconds > 0 {
            group.initialDelayUntil = now + min(longest, configuration.initialRebalanceMilliseconds) * 1_000_000
        }
        completeJoinIfAllAreThere(group, now: now, &replies)
    }

    func completeJoinIfAllAreThere(_ group: Group, now: Int64, _ replies: inout [GroupReply]) {
        guard group.initialDelayUntil == 0, group.pending.isEmpty,
            group.members.allSatisfy({ $0.awaitsJoin != nil })
        else { return }
        completeJoin(group, now: now, &replies)
    }

    private func completeJoin(_ group: Group, now: Int64, _ replies: inout [GroupReply]) {
        // Static members may come back; their session decides.
        for member in group.members where member.awaitsJoin == nil && member.instanceId == nil {
            _ = group.remove(member.id)
        }
        group.generation += 1
        group.rebalanceDeadline = .max
        guard !group.members.isEmpty else {
            becomeEmpty(group)
            return
        }
        group.protocolName = group.chooseProtocol()
        if group.leader.flatMap({ group[$0] })?.awaitsJoin == nil {
            group.leader = group.members.first { $0.awaitsJoin != nil }?.id ?? group.members[0].id
        }
        group.state = .completingRebalance
        for member in group.members {
            guard let address = member.awaitsJoin else { continue }
            replies.append(
                GroupReply(address: address, content: .join(joined(group, member.id, address.version))))
        }
        group.updateAll {
            if $0.awaitsJoin != nil { $0.deadline = now + $0.sessionTimeout * 1_000_000 }
            $0.awaitsJoin = nil
        }
        group.awaitedInSync = Set(group.members.map(\.id))
        group.syncDeadline = now + (group.members.map(\.rebalanceTimeout).max() ?? 0) * 1_000_000
    }

    private func becomeEmpty(_ group: Group) {
        group.state = .empty
        group.protocolName = nil
        group.leader = nil
        group.emptySince = WallClock.milliseconds()
        keep(group)
    }

    private func joined(_ group: Group, _ id: String, _ version: Int16) -> JoinGroupResponse {
        JoinGroupResponse {
            $0.generationId = group.generation
            $0.protocolType = group.protocolType
            $0.protocolName = group.protocolName ?? ""
            $0.leader = group.leader ?? ""
            $0.memberId = id
            guard group.leader == id else { return }
            $0.members = group.members.map { member in
                JoinGroupResponse.Member {
                    $0.memberId = member.id
                    $0.groupInstanceId = member.instanceId
                    $0.metadata = member.metadata(of: group.protocolName ?? "")
                }
            }
        }
    }

    // MARK: Sync

    func sync(_ request: SyncGroupRequest, address: ReplyAddress, now: Int64) -> [GroupReply] {
        lock.withLock {
            guard let group = groups[request.groupId] else { return [refusal(unknown(request.groupId), address)] }
            if let code = check(group, request.memberId, request.groupInstanceId, request.generationId) {
                return [refusal(code, address)]
            }
            guard let member = group[request.memberId] else { return [refusal(.unknownMemberId, address)] }
            if let type = request.protocolType, type != group.protocolType {
                return [refusal(.inconsistentGroupProtocol, address)]
            }
            if let name = request.protocolName, name != group.protocolName {
                return [refusal(.inconsistentGroupProtocol, address)]
            }
            group.update(member.id) { $0.deadline = now + $0.sessionTimeout * 1_000_000 }
            group.awaitedInSync.remove(member.id)
            switch group.state {
            case .empty: return [refusal(.unknownMemberId, address)]
            case .preparingRebalance: return [refusal(.rebalanceInProgress, address)]
            case .stable:
                return [GroupReply(address: address, content: .sync(synced(group, member.assignment)))]
            case .completingRebalance:
                group.update(member.id) { $0.awaitsSync = address }
                guard group.leader == member.id else { return [] }
                for given in request.assignments {
                    group.update(given.memberId) { $0.assignment = given.assignment }
                }
                group.state = .stable
                keep(group)
                let replies = group.members.compactMap { member in
                    member.awaitsSync.map {
                        GroupReply(address: $0, content: .sync(synced(group, member.assignment)))
                    }
                }
                // A member could not heartbeat while it waited, so its session begins again.
                group.updateAll {
                    if $0.awaitsSync != nil { $0.deadline = now + $0.sessionTimeout * 1_000_000 }
                    $0.awaitsSync = nil
                }
                return replies
            }
        }
    }

    private func synced(_ group: Group, _ assignment: [UInt8]) -> SyncGroupResponse {
        SyncGroupResponse {
            $0.protocolType = group.protocolType
            $0.protocolName = group.protocolName
            $0.assignment = assignment
        }
    }

    func refusal(_ code: ErrorCode, _ address: ReplyAddress) -> GroupReply {
        GroupReply(address: address, content: .sync(SyncGroupResponse { $0.errorCode = code }))
    }
}

extension Group.Member {
    fileprivate init(renaming member: Group.Member, to id: String) {
        self.init(
            id: id, instanceId: member.instanceId, clientId: member.clientId, clientHost: member.clientHost,
            sessionTimeout: member.sessionTimeout, rebalanceTimeout: member.rebalanceTimeout,
            protocols: member.protocols, deadline: member.deadline, awaitsJoin: member.awaitsJoin)
    }
}

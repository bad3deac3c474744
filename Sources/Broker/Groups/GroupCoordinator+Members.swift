internal import KafkaProtocol
internal import LinuxKernel

/// What members say of themselves: that they are there, and that they leave.
extension GroupCoordinator {
    func heartbeat(_ request: HeartbeatRequest, now: Int64) -> HeartbeatResponse {
        lock.withLock {
            HeartbeatResponse { response in
                guard let group = groups[request.groupId] else {
                    response.errorCode = unknown(request.groupId)
                    return
                }
                // A static member whose id was taken over has to learn that, or it would join again and take it back.
                if let code = check(group, request.memberId, request.groupInstanceId, request.generationId) {
                    response.errorCode = code
                    return
                }
                group.update(request.memberId) { $0.deadline = now + $0.sessionTimeout * 1_000_000 }
                if group.state == .preparingRebalance { response.errorCode = .rebalanceInProgress }
            }
        }
    }

    func leave(
        _ request: LeaveGroupRequest, version: Int16, now: Int64
    ) -> (LeaveGroupResponse, [GroupReply]) {
        lock.withLock {
            var replies: [GroupReply] = []
            let response = LeaveGroupResponse { response in
                if let code = refusal(of: request.groupId) {
                    response.errorCode = code
                    return
                }
                let group = groups[request.groupId]
                for leaver in request.members {
                    let code = group.map { leave(leaver, $0, now: now, &replies) } ?? .unknownMemberId
                    response.members.append(
                        LeaveGroupResponse.Member {
                            $0.memberId = leaver.memberId
                            $0.groupInstanceId = leaver.groupInstanceId
                            $0.errorCode = code
                        })
                }
                // Before version 3 there is one member, and its error is the response's.
                if version < 3, let only = response.members.first { response.errorCode = only.errorCode }
                if let group { deadlineChanged(group) }
            }
            return (response, replies)
        }
    }

    private func leave(
        _ leaver: LeaveGroupRequest.Member, _ group: Group, now: Int64, _ replies: inout [GroupReply]
    ) -> ErrorCode {
        var id = leaver.memberId
        if let instance = leaver.groupInstanceId {
            guard let holder = group.member(instance: instance) else { return .unknownMemberId }
            guard id.isEmpty || id == holder.id else { return .fencedInstanceId }
            id = holder.id
        }
        if group.pending.removeValue(forKey: id) != nil {
            if group.state == .preparingRebalance { completeJoinIfAllAreThere(group, now: now, &replies) }
            return .none
        }
        guard group[id] != nil else { return .unknownMemberId }
        remove(id, from: group, now: now, &replies)
        return .none
    }

    func remove(_ id: String, from group: Group, now: Int64, _ replies: inout [GroupReply]) {
        guard let member = group.remove(id) else { return }
        if let address = member.awaitsJoin {
            replies.append(
                GroupReply(
                    address: address,
                    content: .join(
                        JoinGroupResponse {
                            $0.errorCode = .unknownMemberId
                            $0.memberId = id
                            $0.protocolName = address.version >= 7 ? nil : ""
                        })))
        }
        if let address = member.awaitsSync { replies.append(refusal(.unknownMemberId, address)) }
        switch group.state {
        case .empty: break
        case .preparingRebalance: completeJoinIfAllAreThere(group, now: now, &replies)
        case .completingRebalance, .stable: prepareRebalance(group, now: now, &replies)
        }
    }

    /// Why a member's request cannot be taken for the group's present generation.
    func check(_ group: Group, _ id: String, _ instanceId: String?, _ generation: Int32) -> ErrorCode? {
        if let instanceId {
            guard let holder = group.member(instance: instanceId) else { return .unknownMemberId }
            guard holder.id == id else { return .fencedInstanceId }
        }
        guard group[id] != nil else { return .unknownMemberId }
        return generation == group.generation ? nil : .illegalGeneration
    }
}

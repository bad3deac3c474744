internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel

extension Group {
    /// A group as its record has it, whose members' sessions begin now.
    ///
    /// - Parameter milliseconds: Since 1970, for the record of a Kafka that did not say since when it was empty.
    /// - Parameter nanoseconds: On the monotonic clock.
    convenience init(id: String, _ record: GroupMetadataValue, now nanoseconds: Int64, milliseconds: Int64) {
        self.init(id: id, now: record.timestamp < 0 ? milliseconds : record.timestamp)
        protocolType = record.protocolType
        generation = record.generation
        guard !record.members.isEmpty else { return }
        state = .stable
        protocolName = record.protocolName
        leader = record.leader
        for member in record.members {
            let session = Int64(member.sessionTimeout)
            add(
                Member(
                    id: member.id, instanceId: member.instanceId, clientId: member.clientId,
                    clientHost: member.clientHost.hasPrefix("/")
                        ? String(member.clientHost.dropFirst()) : member.clientHost,
                    sessionTimeout: session,
                    rebalanceTimeout: member.rebalanceTimeout < 0 ? session : Int64(member.rebalanceTimeout),
                    protocols: [
                        JoinGroupRequest.GroupProtocol {
                            $0.name = record.protocolName ?? ""
                            $0.metadata = member.subscription
                        }
                    ], assignment: member.assignment, deadline: nanoseconds + session * 1_000_000))
        }
    }

    /// What is kept of the group, which is stable or empty.
    ///
    /// - Parameter milliseconds: Since 1970.
    func record(now milliseconds: Int64) -> GroupMetadataValue {
        GroupMetadataValue {
            $0.protocolType = protocolType
            $0.generation = generation
            $0.timestamp = milliseconds
            guard state != .empty else { return }
            $0.protocolName = protocolName
            $0.leader = leader
            $0.members = members.map { member in
                GroupMetadataValue.Member {
                    $0.id = member.id
                    $0.instanceId = member.instanceId
                    $0.clientId = member.clientId
                    $0.clientHost = "/" + member.clientHost
                    $0.rebalanceTimeout = Int32(clamping: member.rebalanceTimeout)
                    $0.sessionTimeout = Int32(clamping: member.sessionTimeout)
                    $0.subscription = member.metadata(of: protocolName ?? "")
                    $0.assignment = member.assignment
                }
            }
        }
    }
}

extension GroupCoordinator {
    /// Keeps the members of a group for the next start. Where that fails the group goes on all the same: at the next
    /// start its members are told that their generation is not the group's, and join again.
    func keep(_ group: Group) {
        guard offsets.isAvailable(group.id) else { return }
        let time = WallClock.milliseconds()
        do throws(LogError) {
            try offsets.write(group.record(now: time), of: group.id, now: time)
        } catch {
            log.warn(.storage, "members of group \(group.id) could not be kept: \(error)")
        }
    }
}

internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel

extension GroupCoordinator {
    /// Keeps how far a group has read.
    ///
    /// - Parameter exists: Whether there is such a partition.
    func commit(
        _ request: OffsetCommitRequest, now: Int64, exists: (_ topic: String, _ partition: Int32) -> Bool
    ) -> OffsetCommitResponse {
        lock.withLock {
            let refusal = refuse(request, now: now)
            var commits: [(OffsetStore.Key, OffsetStore.Value)] = []
            let time = WallClock.milliseconds()
            var response = OffsetCommitResponse { response in
                response.topics = request.topics.map { topic in
                    OffsetCommitResponse.Topic {
                        $0.name = topic.name
                        $0.partitions = topic.partitions.map { partition in
                            var code = refusal ?? .none
                            let metadata = partition.committedMetadata ?? ""
                            if code == .none, metadata.utf8.count > configuration.maxOffsetMetadataBytes {
                                code = .offsetMetadataTooLarge
                            } else if code == .none, !exists(topic.name, partition.partitionIndex) {
                                code = .unknownTopicOrPartition
                            } else if code == .none {
                                commits.append(
                                    (
                                        OffsetStore.Key(
                                            group: request.groupId, topic: topic.name,
                                            partition: partition.partitionIndex),
                                        OffsetStore.Value {
                                            $0.offset = partition.committedOffset
                                            $0.leaderEpoch = partition.committedLeaderEpoch
                                            $0.metadata = metadata
                                            $0.timestamp = time
                                        }
                                    ))
                            }
                            return OffsetCommitResponse.Partition {
                                $0.partitionIndex = partition.partitionIndex
                                $0.errorCode = code
                            }
                        }
                    }
                }
            }
            guard !commits.isEmpty else { return response }
            if groups[request.groupId] == nil { groups[request.groupId] = Group(id: request.groupId, now: time) }
            do throws(LogError) {
                try offsets.write(commits.map { ($0.0, $0.1) }, now: time)
            } catch {
                log.warn(.storage, "offsets of group \(request.groupId) could not be kept: \(error)")
                for topic in response.topics.indices {
                    for partition in response.topics[topic].partitions.indices
                    where response.topics[topic].partitions[partition].errorCode == .none {
                        response.topics[topic].partitions[partition].errorCode = .kafkaStorageError
                    }
                }
            }
            return response
        }
    }

    private func refuse(_ request: OffsetCommitRequest, now: Int64) -> ErrorCode? {
        guard !request.groupId.isEmpty else { return .invalidGroupId }
        if let code = refusal(of: request.groupId) { return code }
        guard let group = groups[request.groupId] else {
            // A consumer that assigns its partitions itself needs no group.
            return request.generationId < 0 ? nil : .illegalGeneration
        }
        if request.generationId < 0, group.state == .empty { return nil }
        if let code = check(group, request.memberId, request.groupInstanceId, request.generationId) { return code }
        group.update(request.memberId) { $0.deadline = now + $0.sessionTimeout * 1_000_000 }
        return group.state == .completingRebalance ? .rebalanceInProgress : nil
    }

    func fetch(_ request: OffsetFetchRequest) -> OffsetFetchResponse {
        lock.withLock {
            OffsetFetchResponse { response in
                response.groups = request.groups.map { group in
                    OffsetFetchResponse.Group {
                        $0.groupId = group.groupId
                        if let code = refusal(of: group.groupId) {
                            $0.errorCode = code
                            return
                        }
                        $0.topics = (group.topics ?? offsets.topics(of: group.groupId)).map { topic in
                            fetch(topic, group.groupId)
                        }
                    }
                }
            }
        }
    }

    private func fetch(_ topic: OffsetFetchRequest.Topic, _ group: String) -> OffsetFetchResponse.Topic {
        OffsetFetchResponse.Topic {
            $0.name = topic.name
            $0.partitions = topic.partitionIndexes.map { index in
                let value = offsets[OffsetStore.Key(group: group, topic: topic.name, partition: index)]
                return OffsetFetchResponse.Partition {
                    $0.partitionIndex = index
                    $0.committedOffset = value?.offset ?? -1
                    $0.committedLeaderEpoch = value?.leaderEpoch ?? -1
                    $0.metadata = value?.metadata ?? ""
                }
            }
        }
    }

    // MARK: Administration

    func describe(_ request: DescribeGroupsRequest) -> DescribeGroupsResponse {
        lock.withLock {
            DescribeGroupsResponse { response in
                response.groups = request.groups.map { id in
                    DescribeGroupsResponse.Group { answer in
                        answer.groupId = id
                        if request.includeAuthorizedOperations {
                            answer.authorizedOperations = AuthorizedOperations.group
                        }
                        if let code = refusal(of: id) {
                            answer.errorCode = code
                            return
                        }
                        guard let group = groups[id] else {
                            // Not an error: as Kafka has it, a group that is not there is dead.
                            answer.groupState = "Dead"
                            return
                        }
                        answer.groupState = group.state.rawValue
                        answer.protocolType = group.protocolType
                        answer.protocolData = group.state == .stable ? group.protocolName ?? "" : ""
                        answer.members = group.members.map { member in
                            DescribeGroupsResponse.Member {
                                $0.memberId = member.id
                                $0.groupInstanceId = member.instanceId
                                $0.clientId = member.clientId
                                $0.clientHost = "/" + member.clientHost
                                $0.memberMetadata = member.metadata(of: group.protocolName ?? "")
                                $0.memberAssignment = member.assignment
                            }
                        }
                    }
                }
            }
        }
    }

    func list(_ request: ListGroupsRequest) -> ListGroupsResponse {
        lock.withLock {
            ListGroupsResponse { response in
                // As in Kafka, the filters' words have no case.
                let states = Set(request.statesFilter.map { $0.lowercased() })
                let types = Set(request.typesFilter.map { $0.lowercased() })
                guard types.isEmpty || types.contains(Group.type) else { return }
                for group in groups.values.sorted(by: { $0.id < $1.id })
                where states.isEmpty || states.contains(group.state.rawValue.lowercased()) {
                    response.groups.append(
                        ListGroupsResponse.Group {
                            $0.groupId = group.id
                            $0.protocolType = group.protocolType
                            $0.groupState = group.state.rawValue
                            $0.groupType = Group.type
                        })
                }
            }
        }
    }

    func delete(_ request: DeleteGroupsRequest) -> DeleteGroupsResponse {
        lock.withLock {
            DeleteGroupsResponse { response in
                response.results = request.groupsNames.map { id in
                    let code = delete(id)
                    return DeleteGroupsResponse.Group {
                        $0.groupId = id
                        $0.errorCode = code
                    }
                }
            }
        }
    }

    private func delete(_ id: String) -> ErrorCode {
        if let code = refusal(of: id) { return code }
        guard let group = groups[id] else { return .groupIdNotFound }
        guard group.state == .empty else { return .nonEmptyGroup }
        do throws(LogError) {
            try offsets.removeAll(of: id, now: WallClock.milliseconds())
        } catch {
            log.warn(.storage, "offsets of group \(id) could not be removed: \(error)")
            return .kafkaStorageError
        }
        groups[id] = nil
        return .none
    }

    /// Forgets how far a group has read in some partitions.
    ///
    /// - Parameter exists: Whether there is such a partition.
    func deleteOffsets(
        _ request: OffsetDeleteRequest, exists: (_ topic: String, _ partition: Int32) -> Bool
    ) -> OffsetDeleteResponse {
        lock.withLock {
            OffsetDeleteResponse { response in
                guard let group = groups[request.groupId] else {
                    response.errorCode = refusal(of: request.groupId) ?? .groupIdNotFound
                    return
                }
                if let code = refusal(of: group.id) ?? group.refusalToDeleteOffsets {
                    response.errorCode = code
                    return
                }
                var removals: [(OffsetStore.Key, OffsetStore.Value?)] = []
                response.topics = request.topics.map { topic in
                    let isSubscribed = group.isSubscribed(to: topic.name)
                    return OffsetDeleteResponse.Topic {
                        $0.name = topic.name
                        $0.partitions = topic.partitions.map { partition in
                            OffsetDeleteResponse.Partition {
                                $0.partitionIndex = partition.partitionIndex
                                if !exists(topic.name, partition.partitionIndex) {
                                    $0.errorCode = .unknownTopicOrPartition
                                } else if isSubscribed {
                                    $0.errorCode = .groupSubscribedToTopic
                                } else {
                                    let key = OffsetStore.Key(
                                        group: group.id, topic: topic.name, partition: partition.partitionIndex)
                                    if offsets[key] != nil { removals.append((key, nil)) }
                                }
                            }
                        }
                    }
                }
                do throws(LogError) {
                    try offsets.write(removals, now: WallClock.milliseconds())
                } catch {
                    log.warn(.storage, "offsets of group \(group.id) could not be removed: \(error)")
                    response.topics = []
                    response.errorCode = .kafkaStorageError
                }
            }
        }
    }

    /// Forgets the offsets of a topic that was deleted, so that a new one of its name is read from its start.
    func forget(topic: String) {
        lock.withLock {
            do throws(LogError) {
                try offsets.removeAll(ofTopic: topic, now: WallClock.milliseconds())
            } catch {
                log.warn(.storage, "offsets of topic \(topic) could not be removed: \(error)")
            }
        }
    }

    /// Forgets groups that have had no members for longer than offsets are kept, and those that have none to keep.
    func expireOffsets(now milliseconds: Int64) {
        lock.withLock {
            let lastCommits = offsets.lastCommits
            for group in groups.values where group.state == .empty && group.pending.isEmpty {
                if let last = lastCommits[group.id] {
                    let age = milliseconds - max(group.emptySince, last)
                    guard age > configuration.offsetsRetentionMilliseconds else { continue }
                }
                _ = delete(group.id)
            }
        }
    }
}

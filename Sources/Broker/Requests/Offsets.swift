internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel

extension Connection {
    /// The first or last offset of partitions, the first at a time, or that of the largest time.
    func listOffsets(_ request: ListOffsetsRequest, version: Int16) -> ListOffsetsResponse {
        ListOffsetsResponse { response in
            response.topics = request.topics.map { wanted in
                let topic = node.topics.find(wanted.name)
                return ListOffsetsResponse.Topic {
                    $0.name = wanted.name
                    $0.partitions = wanted.partitions.map { partition in
                        listOffset(partition, in: topic, version: version)
                    }
                }
            }
        }
    }

    private func listOffset(
        _ wanted: ListOffsetsRequest.Partition, in topic: Topic?, version: Int16
    ) -> ListOffsetsResponse.Partition {
        ListOffsetsResponse.Partition { answer in
            answer.partitionIndex = wanted.partitionIndex
            let partition: Partition
            switch find(wanted.partitionIndex, in: topic, leaderEpoch: wanted.currentLeaderEpoch) {
            case .failure(let code):
                answer.errorCode = code
                return
            case .success(let found): partition = found
            }
            answer.leaderEpoch = 0
            do throws(LogError) {
                try partition.lock.withLock { () throws(LogError) in
                    switch wanted.timestamp {
                    case ListOffsetsRequest.earliestTimestamp: answer.offset = partition.logStartOffset
                    case ListOffsetsRequest.latestTimestamp: answer.offset = partition.log.readableOffset
                    case ListOffsetsRequest.newestTimestamp where version >= 7:
                        if let record = try partition.log.newestRecord() { take(record, of: partition, &answer) }
                    case 0...:
                        if let record = try partition.log.firstRecord(notBefore: wanted.timestamp) {
                            take(record, of: partition, &answer)
                        }
                    default: answer.errorCode = .unsupportedVersion
                    }
                }
            } catch {
                answer.errorCode = error.code
                partition.health.judge(error)
                node.log.warn(.storage, "\(partition.name): \(error)")
            }
        }
    }

    private func take(
        _ record: (offset: Int64, timestamp: Int64), of partition: Partition,
        _ answer: inout ListOffsetsResponse.Partition
    ) {
        guard record.offset < partition.log.readableOffset else { return }
        answer.offset = max(record.offset, partition.logStartOffset)
        answer.timestamp = record.timestamp
    }

    /// A partition that this node leads, or what to tell the client.
    func find(_ index: Int32, in topic: Topic?, leaderEpoch: Int32) -> Result<Partition, ErrorCode> {
        guard let topic else { return .failure(.unknownTopicOrPartition) }
        return topic.partition(index).flatMap {
            // There is one epoch, 0: nobody else ever led.
            leaderEpoch <= 0 ? .success($0) : .failure(.unknownLeaderEpoch)
        }
    }

    /// Where an epoch of a leader ended: there is one epoch, and it goes on.
    func offsetForLeaderEpoch(_ request: OffsetForLeaderEpochRequest) -> OffsetForLeaderEpochResponse {
        OffsetForLeaderEpochResponse { response in
            response.topics = request.topics.map { wanted in
                let topic = node.topics.find(wanted.topic)
                return OffsetForLeaderEpochResponse.Topic {
                    $0.topic = wanted.topic
                    $0.partitions = wanted.partitions.map { partition in
                        epochEnd(partition, in: topic)
                    }
                }
            }
        }
    }

    private func epochEnd(
        _ wanted: OffsetForLeaderEpochRequest.Partition, in topic: Topic?
    ) -> OffsetForLeaderEpochResponse.Partition {
        OffsetForLeaderEpochResponse.Partition { answer in
            answer.partition = wanted.partition
            switch find(wanted.partition, in: topic, leaderEpoch: wanted.currentLeaderEpoch) {
            case .failure(let code): answer.errorCode = code
            case .success(let partition):
                guard wanted.leaderEpoch == 0 else { return }
                answer.leaderEpoch = 0
                answer.endOffset = partition.lock.withLock { partition.log.readableOffset }
            }
        }
    }

    /// An id for an idempotent producer.
    func initProducerId(_ request: InitProducerIdRequest) -> InitProducerIdResponse {
        InitProducerIdResponse {
            guard request.transactionalId == nil else {
                $0.errorCode = .transactionalIdAuthorizationFailed
                return
            }
            do throws(SystemError) {
                $0.producerId = try node.producerIds.next()
                $0.producerEpoch = 0
            } catch {
                node.log.warn(.storage, "\(error)")
                $0.errorCode = .kafkaStorageError
            }
        }
    }
}

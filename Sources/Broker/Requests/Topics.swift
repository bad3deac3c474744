internal import KafkaProtocol
internal import LinuxKernel

extension BrokerNode {
    func createTopics(_ request: CreateTopicsRequest, by topics: some TopicAuthority) -> CreateTopicsResponse {
        let names = request.topics.map(\.name)
        return CreateTopicsResponse { response in
            response.topics = request.topics.map { wanted in
                CreateTopicsResponse.Topic { answer in
                    answer.name = wanted.name
                    do throws(TopicCatalog.Refusal) {
                        guard names.filter({ $0 == wanted.name }).count == 1 else {
                            throw TopicCatalog.Refusal(
                                code: .invalidRequest, message: "topic '\(wanted.name)' is named twice")
                        }
                        let count = try create(wanted, validateOnly: request.validateOnly, by: topics)
                        answer.numPartitions = Int32(count)
                        answer.replicationFactor = 1
                    } catch {
                        answer.errorCode = error.code
                        answer.errorMessage = error.message
                        answer.configs = nil
                    }
                }
            }
        }
    }

    /// Makes a topic and returns its number of partitions.
    private func create(
        _ wanted: CreateTopicsRequest.Topic, validateOnly: Bool, by topics: some TopicAuthority
    ) throws(TopicCatalog.Refusal) -> Int {
        guard wanted.assignments.isEmpty else {
            throw TopicCatalog.Refusal(
                code: .invalidReplicaAssignment,
                message: "partitions are assigned by the cluster map; leave the assignment out")
        }
        guard wanted.replicationFactor == -1 || wanted.replicationFactor == 1 else {
            throw TopicCatalog.Refusal(
                code: .invalidReplicationFactor,
                message: "replication factor \(wanted.replicationFactor): there are no replicas, so it is 1")
        }
        var overrides: [String: String] = [:]
        for config in wanted.configs { overrides[config.name] = config.value }
        return try topics.create(
            wanted.name, partitionCount: wanted.numPartitions == -1 ? nil : Int(wanted.numPartitions),
            overrides: overrides, validateOnly: validateOnly)
    }

    func createPartitions(
        _ request: CreatePartitionsRequest, by topics: some TopicAuthority
    ) -> CreatePartitionsResponse {
        CreatePartitionsResponse { response in
            response.results = request.topics.map { wanted in
                CreatePartitionsResponse.Topic { answer in
                    answer.name = wanted.name
                    do throws(TopicCatalog.Refusal) {
                        guard wanted.assignments?.isEmpty ?? true else {
                            throw TopicCatalog.Refusal(
                                code: .invalidReplicaAssignment, message: "partitions are assigned by the cluster map")
                        }
                        try topics.addPartitions(
                            to: wanted.name, total: Int(wanted.count), validateOnly: request.validateOnly)
                    } catch {
                        answer.errorCode = error.code
                        answer.errorMessage = error.message
                    }
                }
            }
        }
    }

    func deleteTopics(_ request: DeleteTopicsRequest, by topics: some TopicAuthority) -> DeleteTopicsResponse {
        DeleteTopicsResponse { response in
            response.responses = request.topicNames.map { name in
                DeleteTopicsResponse.Topic { answer in
                    answer.name = name
                    do throws(TopicCatalog.Refusal) {
                        try topics.delete(name)
                    } catch {
                        answer.errorCode = error.code
                        answer.errorMessage = error.message
                    }
                }
            }
        }
    }
}

extension Connection {
    func deleteRecords(_ request: DeleteRecordsRequest) -> DeleteRecordsResponse {
        DeleteRecordsResponse { response in
            response.topics = request.topics.map { wanted in
                let topic = node.topics.find(wanted.name)
                return DeleteRecordsResponse.Topic {
                    $0.name = wanted.name
                    $0.partitions = wanted.partitions.map { deleteRecords($0, of: topic) }
                }
            }
        }
    }

    private func deleteRecords(
        _ wanted: DeleteRecordsRequest.Partition, of topic: Topic?
    ) -> DeleteRecordsResponse.Partition {
        DeleteRecordsResponse.Partition { answer in
            answer.partitionIndex = wanted.partitionIndex
            switch find(wanted.partitionIndex, in: topic, leaderEpoch: -1) {
            case .failure(let code): answer.errorCode = code
            case .success(let partition):
                do throws(TopicCatalog.Refusal) {
                    answer.lowWatermark = try node.topics.deleteRecords(of: partition, before: wanted.offset)
                } catch {
                    answer.errorCode = error.code
                }
            }
        }
    }
}

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
        let assigned = wanted.assignments.sorted { $0.partitionIndex < $1.partitionIndex }
        if !assigned.isEmpty {
            guard assigned.map(\.partitionIndex) == Array(0..<Int32(assigned.count)) else {
                throw TopicCatalog.Refusal(
                    code: .invalidReplicaAssignment,
                    message: "the assigned partitions are \(assigned.map(\.partitionIndex)), not 0 to "
                        + "\(assigned.count - 1)")
            }
            guard wanted.numPartitions == -1 || Int(wanted.numPartitions) == assigned.count else {
                throw TopicCatalog.Refusal(
                    code: .invalidRequest,
                    message: "\(assigned.count) partitions are assigned, and \(wanted.numPartitions) were asked for")
            }
            try check(assigned.map(\.brokerIds), of: wanted.name, from: 0)
        }
        guard wanted.replicationFactor == -1 || wanted.replicationFactor == 1 else {
            throw TopicCatalog.Refusal(
                code: .invalidReplicationFactor,
                message: "replication factor \(wanted.replicationFactor): there are no replicas, so it is 1")
        }
        var overrides: [String: String] = [:]
        for config in wanted.configs { overrides[config.name] = config.value }
        return try topics.create(
            wanted.name,
            partitionCount: !assigned.isEmpty
                ? assigned.count : wanted.numPartitions == -1 ? nil : Int(wanted.numPartitions),
            overrides: overrides, validateOnly: validateOnly)
    }

    /// Takes an assignment of replicas that says what the cluster map says: nothing else can be had.
    private func check(
        _ replicas: [[Int32]], of topic: String, from first: Int
    ) throws(TopicCatalog.Refusal) {
        for (index, replicas) in replicas.enumerated() {
            let leader = cluster.leader(ofTopic: topic, partition: Int32(first + index))
            guard replicas == [leader] else {
                throw TopicCatalog.Refusal(
                    code: .invalidReplicaAssignment,
                    message: "partition \(first + index) is assigned to \(replicas); the cluster map has it on "
                        + "[\(leader)]: leave the assignment out, or give that")
            }
        }
    }

    func createPartitions(
        _ request: CreatePartitionsRequest, by topics: some TopicAuthority
    ) -> CreatePartitionsResponse {
        CreatePartitionsResponse { response in
            response.results = request.topics.map { wanted in
                CreatePartitionsResponse.Topic { answer in
                    answer.name = wanted.name
                    do throws(TopicCatalog.Refusal) {
                        guard wanted.name != TopicCatalog.offsetsTopic else {
                            // Which partition a group is kept in depends on their number.
                            throw TopicCatalog.Refusal(
                                code: .invalidTopicException,
                                message: "'\(wanted.name)' belongs to the broker, and its groups would not be found")
                        }
                        if let assignments = wanted.assignments, !assignments.isEmpty,
                            let topic = self.topics.find(wanted.name)
                        {
                            let first = topic.partitions.count
                            guard assignments.count == max(0, Int(wanted.count) - first) else {
                                throw TopicCatalog.Refusal(
                                    code: .invalidReplicaAssignment,
                                    message: "\(assignments.count) new partitions are assigned; from \(first) to "
                                        + "\(wanted.count) there are \(max(0, Int(wanted.count) - first))")
                            }
                            try check(assignments.map(\.brokerIds), of: wanted.name, from: first)
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

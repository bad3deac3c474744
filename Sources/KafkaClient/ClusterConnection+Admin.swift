package import KafkaProtocol
internal import LinuxKernel

/// Administration, each call waited for.
extension ClusterConnection {
    /// Waits until a node answers: it is up, and speaks the protocol.
    ///
    /// - Returns: The cluster as that node describes it, with no topics.
    @discardableResult
    package func waitUntilReady(timeout: Int64 = callTimeout) throws(ClientError) -> MetadataResponse {
        let deadline = MonotonicClock.now() + timeout
        while true {
            let rest = deadline - MonotonicClock.now()
            do throws(ClientError) {
                return try metadata(of: [], timeout: max(rest, 0))
            } catch {
                guard MonotonicClock.now() < deadline else { throw error }
            }
        }
    }

    /// What a node knows of the nodes and of some topics; nil asks for all of them.
    package func metadata(of topics: [String]?, timeout: Int64 = callTimeout) throws(ClientError) -> MetadataResponse {
        let question = MetadataRequest {
            $0.topics = topics?.map { name in MetadataRequest.Topic { $0.name = name } }
            $0.allowAutoTopicCreation = false
        }
        return try call(question, answer: MetadataResponse.self, timeout: timeout)
    }

    /// Creates a topic and waits until each of its partitions has a leader.
    ///
    /// - Parameter configs: The topic's settings under Kafka's names, for example `segment.bytes`.
    package func createTopic(
        _ name: String, partitions: Int, replicationFactor: Int16 = 1, configs: [(name: String, value: String)] = [],
        timeout: Int64 = callTimeout
    ) throws(ClientError) {
        let question = CreateTopicsRequest {
            $0.timeoutMs = Int32(clamping: timeout / 1_000_000)
            $0.topics = [
                CreateTopicsRequest.Topic {
                    $0.name = name
                    $0.numPartitions = Int32(partitions)
                    $0.replicationFactor = replicationFactor
                    $0.configs = configs.map { config in
                        CreateTopicsRequest.Config {
                            $0.name = config.name
                            $0.value = config.value
                        }
                    }
                }
            ]
        }
        let answer = try call(question, at: .controller, answer: CreateTopicsResponse.self, timeout: timeout)
        guard let result = answer.topics.first(where: { $0.name == name }) else {
            throw ClientError(.unanswered, api: .createTopics, subject: name)
        }
        try check(result.errorCode, result.errorMessage, api: .createTopics, subject: name)
        try waitForLeaders(ofTopic: name, partitions: partitions, timeout: timeout)
    }

    private func waitForLeaders(ofTopic name: String, partitions: Int, timeout: Int64) throws(ClientError) {
        let deadline = MonotonicClock.now() + timeout
        while true {
            let topic = try metadata(of: [name], timeout: timeout).topics.first
            let led = topic?.partitions.filter { $0.leaderId >= 0 && $0.errorCode == .none }
            if led?.count == partitions { return }
            guard MonotonicClock.now() < deadline else {
                throw ClientError(.timedOut(nanoseconds: timeout), api: .metadata, subject: name)
            }
            let pause = MonotonicClock.now() + configuration.retryBackoff
            while MonotonicClock.now() < pause { try loop.poll(nanoseconds: pause - MonotonicClock.now()) }
        }
    }

    package func deleteTopic(_ name: String, timeout: Int64 = callTimeout) throws(ClientError) {
        let question = DeleteTopicsRequest {
            $0.topicNames = [name]
            $0.timeoutMs = Int32(clamping: timeout / 1_000_000)
        }
        let answer = try call(question, at: .controller, answer: DeleteTopicsResponse.self, timeout: timeout)
        guard let result = answer.responses.first(where: { $0.name == name }) else {
            throw ClientError(.unanswered, api: .deleteTopics, subject: name)
        }
        try check(result.errorCode, result.errorMessage, api: .deleteTopics, subject: name)
    }

    /// Waits until each partition of a topic that is followed has a leader.
    ///
    /// - Parameter partitions: How many there are at least.
    package func waitForLeaders(
        of topic: Int, partitions: Int = 1, timeout: Int64 = callTimeout
    ) throws(ClientError) {
        try wait(timeout: timeout) {
            topics[topic].isLed && topics[topic].partitions.count >= partitions
        } otherwise: {
            let code = topics[topic].errorCode
            guard code == .none else {
                return ClientError(.kafka(code, message: nil), api: .metadata, subject: topics[topic].name)
            }
            return ClientError(.timedOut(nanoseconds: timeout), api: .metadata, subject: topics[topic].name)
        }
    }

    /// Looks an offset up at the partition's leader.
    ///
    /// - Parameter timestamp: Milliseconds since 1970 for the first record from then on; or
    ///   `ListOffsetsRequest.earliestTimestamp`, `latestTimestamp`.
    /// - Returns: Nil if no record is as late as that.
    package func offset(
        of partition: PartitionID, at timestamp: Int64, timeout: Int64 = callTimeout
    ) throws(ClientError) -> Int64? {
        let name = topics[partition.topic].name
        let subject = "\(name)-\(partition.index)"
        try wait(timeout: timeout) {
            leader(of: partition) != nil
        } otherwise: {
            ClientError(.kafka(.leaderNotAvailable, message: nil), api: .listOffsets, subject: subject)
        }
        guard let leader = leader(of: partition) else {
            throw ClientError(.kafka(.leaderNotAvailable, message: nil), api: .listOffsets, subject: subject)
        }
        let question = ListOffsetsRequest {
            $0.topics = [
                ListOffsetsRequest.Topic {
                    $0.name = name
                    $0.partitions = [
                        ListOffsetsRequest.Partition {
                            $0.partitionIndex = Int32(partition.index)
                            $0.timestamp = timestamp
                        }
                    ]
                }
            ]
        }
        let answer = try call(question, at: .node(leader), answer: ListOffsetsResponse.self, timeout: timeout)
        guard let result = answer.topics.first?.partitions.first else {
            throw ClientError(.unanswered, node: leader.name, api: .listOffsets, subject: subject)
        }
        if result.errorCode.isRetriable { refreshMetadata(now: MonotonicClock.now()) }
        try check(result.errorCode, nil, api: .listOffsets, subject: subject)
        return result.offset >= 0 ? result.offset : nil
    }

    private func leader(of partition: PartitionID) -> NodeConnection? {
        let partitions = topics[partition.topic].partitions
        return partition.index < partitions.count ? partitions[partition.index].leader : nil
    }

    private func check(
        _ code: ErrorCode, _ message: String?, api: ApiKey, subject: String
    ) throws(ClientError) {
        guard code == .none else { throw ClientError(.kafka(code, message: message), api: api, subject: subject) }
    }
}

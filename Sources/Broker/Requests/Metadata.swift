internal import CommitLog
internal import KafkaProtocol

extension BrokerNode {
    /// Who holds what. A topic that is asked for by name is made, where client and broker allow it.
    func metadata(
        _ request: MetadataRequest, version: Int16, by authority: some TopicAuthority
    ) -> MetadataResponse {
        MetadataResponse { response in
            response.brokers = cluster.nodes.map { node in
                MetadataResponse.Broker {
                    $0.nodeId = node.id
                    $0.host = node.host
                    $0.port = node.port
                }
            }
            response.clusterId = clusterId
            response.controllerId = cluster.controller.id
            if request.includeClusterAuthorizedOperations {
                response.clusterAuthorizedOperations = AuthorizedOperations.cluster
            }
            defer {
                if request.includeTopicAuthorizedOperations {
                    for index in response.topics.indices where response.topics[index].errorCode == .none {
                        response.topics[index].authorizedOperations = AuthorizedOperations.topic
                    }
                }
            }
            if request.isForAllTopics(version: version) {
                response.topics = topics.all.map(describe)
            } else {
                let mayCreate = mayCreateTopics(request)
                response.topics = (request.topics ?? []).map { topic in
                    describe(topic.name ?? "", creator: mayCreate ? authority : nil)
                }
            }
        }
    }

    private func mayCreateTopics(_ request: MetadataRequest) -> Bool {
        configuration.autoCreateTopics && request.allowAutoTopicCreation
    }

    /// Whether the answer needs a topic to be made first.
    func wouldCreateTopics(_ request: MetadataRequest) -> Bool {
        mayCreateTopics(request)
            && (request.topics ?? []).contains {
                guard let name = $0.name else { return false }
                return topics.find(name) == nil && TopicPartition.objection(toTopic: name) == nil
            }
    }

    /// - Parameter creator: Who makes the topic if it is missing; nil leaves it so.
    private func describe(_ name: String, creator: (some TopicAuthority)?) -> MetadataResponse.Topic {
        if let topic = topics.find(name) { return describe(topic) }
        var code = ErrorCode.unknownTopicOrPartition
        if TopicPartition.objection(toTopic: name) != nil {
            code = .invalidTopicException
        } else if let creator {
            do throws(TopicCatalog.Refusal) {
                try creator.create(name, partitionCount: nil, overrides: [:], validateOnly: false)
            } catch {
                code = error.code
            }
            // Another connection may have been faster.
            if let topic = topics.find(name) { return describe(topic) }
        }
        return MetadataResponse.Topic {
            $0.errorCode = code
            $0.name = name
        }
    }

    /// Nobody else can lead a partition that is offline here, so the leader stays, and tells who asks it with
    /// KAFKA_STORAGE_ERROR; every node's answer is then the same but for the offline replica.
    private func describe(_ topic: Topic) -> MetadataResponse.Topic {
        MetadataResponse.Topic { answer in
            answer.name = topic.name
            answer.isInternal = topic.isInternal
            answer.partitions = topic.partitions.indices.map { index in
                let leader = cluster.leader(ofTopic: topic.name, partition: Int32(index))
                return MetadataResponse.Partition {
                    $0.partitionIndex = Int32(index)
                    $0.leaderId = leader
                    $0.leaderEpoch = 0
                    $0.replicaNodes = [leader]
                    $0.isrNodes = [leader]
                    if topic.isOffline(index) { $0.offlineReplicas = [leader] }
                }
            }
        }
    }

    func describeCluster(_ request: DescribeClusterRequest) -> DescribeClusterResponse {
        DescribeClusterResponse { response in
            response.endpointType = request.endpointType
            response.clusterId = clusterId
            response.controllerId = cluster.controller.id
            guard request.endpointType == 1 else {
                response.errorCode = .unsupportedEndpointType
                response.errorMessage = "there are no controllers apart from the brokers"
                return
            }
            if request.includeClusterAuthorizedOperations {
                response.clusterAuthorizedOperations = AuthorizedOperations.cluster
            }
            response.brokers = cluster.nodes.map { node in
                DescribeClusterResponse.Broker {
                    $0.brokerId = node.id
                    $0.host = node.host
                    $0.port = node.port
                }
            }
        }
    }

    func findCoordinator(_ request: FindCoordinatorRequest) -> FindCoordinatorResponse {
        FindCoordinatorResponse {
            guard request.keyType == 0 else {
                $0.errorCode = .transactionalIdAuthorizationFailed
                $0.errorMessage = "this broker has no transactions"
                return
            }
            let node = cluster.coordinator(ofGroup: request.key)
            if node.id == cluster.own, let code = groups.refusal(of: request.key) {
                $0.errorCode = code
                $0.errorMessage = "the log directory that holds committed offsets is not there"
                return
            }
            $0.nodeId = node.id
            $0.host = node.host
            $0.port = node.port
        }
    }
}

extension Connection {
    func serveMetadata(_ header: RequestHeader, _ request: MetadataRequest) throws(ConnectionEnd) {
        let version = header.apiVersion
        if node.wouldCreateTopics(request) {
            try change(header, request) { $0.metadata($2, version: version, by: $1) }
        } else {
            reactor.appends.settle()
            try respond(
                .metadata, version: version, correlationId: header.correlationId,
                node.metadata(request, version: version, by: LocalTopics(node: node)))
        }
    }
}

internal import KafkaProtocol

extension BrokerNode {
    /// Who holds what. A topic that is asked for by name is made, where client and broker allow it.
    func metadata(_ request: MetadataRequest, version: Int16) -> MetadataResponse {
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
            if request.isForAllTopics(version: version) {
                response.topics = topics.all.map(describe)
            } else {
                let mayCreate = configuration.autoCreateTopics && request.allowAutoTopicCreation
                response.topics = (request.topics ?? []).map { describe($0.name, mayCreate: mayCreate) }
            }
        }
    }

    private func describe(_ name: String, mayCreate: Bool) -> MetadataResponse.Topic {
        if let topic = topics.find(name) { return describe(topic) }
        var code = ErrorCode.unknownTopicOrPartition
        if mayCreate {
            do throws(TopicCatalog.Refusal) {
                return describe(try topics.findOrCreate(name))
            } catch {
                code = error.code
            }
        }
        return MetadataResponse.Topic {
            $0.errorCode = code
            $0.name = name
        }
    }

    private func describe(_ topic: Topic) -> MetadataResponse.Topic {
        MetadataResponse.Topic { answer in
            answer.name = topic.name
            answer.isInternal = topic.isInternal
            answer.partitions = topic.partitions.indices.map { index in
                let leader =
                    topic.partitions[index] != nil
                    ? cluster.own : cluster.leader(ofTopic: topic.name, partition: Int32(index))
                return MetadataResponse.Partition {
                    $0.partitionIndex = Int32(index)
                    $0.leaderId = leader
                    $0.leaderEpoch = 0
                    $0.replicaNodes = [leader]
                    $0.isrNodes = [leader]
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
            $0.nodeId = node.id
            $0.host = node.host
            $0.port = node.port
        }
    }
}

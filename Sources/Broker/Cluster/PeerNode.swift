internal import KafkaClient
internal import KafkaProtocol

/// Another node, asked over its ordinary listener. Connected only while something is asked.
final class PeerNode {
    let node: ClusterMap.Node
    private let connection: ClusterConnection

    /// - Parameter clientId: Whom the node is to take this one for.
    init(_ node: ClusterMap.Node, _ loop: ClientLoop, clientId: String) {
        self.node = node
        var configuration = ClientConfiguration()
        configuration.clientId = clientId
        configuration.connectTimeout = 1_000_000_000
        configuration.reconnectBackoff = 10_000_000
        connection = ClusterConnection(
            loop, bootstrap: [(node.host, UInt16(truncatingIfNeeded: node.port))], configuration)
    }

    /// Sees that the node answers. One that is not there is known at once, one that is busy gets its time.
    func reach() throws(TopicCatalog.Refusal) {
        do throws(ClientError) {
            do throws(ClientError) {
                try connection.waitUntilReady(timeout: 100_000_000)
            } catch {
                if case .system = error.reason { throw error }
                try connection.waitUntilReady(timeout: 2_000_000_000)
            }
        } catch {
            throw refusal(error)
        }
    }

    func call<Question: WireMessage, Answer: WireMessage>(
        _ question: Question, _ answer: Answer.Type
    ) throws(TopicCatalog.Refusal) -> Answer {
        try reach()
        do throws(ClientError) {
            return try connection.call(question, answer: answer)
        } catch {
            throw refusal(error)
        }
    }

    /// Ends the connection until the node is asked again.
    func close() { connection.close() }

    private func refusal(_ error: ClientError) -> TopicCatalog.Refusal {
        TopicCatalog.Refusal(code: .brokerNotAvailable, message: "node \(node.id) cannot be asked: \(error)")
    }
}

/// What another node does with topics: the controller for its cluster, any other node for itself.
struct RemoteTopics: TopicAuthority {
    let peer: PeerNode
    /// What this node knows, for changes that build on it.
    let catalog: TopicCatalog

    @discardableResult
    func create(
        _ name: String, partitionCount: Int?, overrides: [String: String], validateOnly: Bool
    ) throws(TopicCatalog.Refusal) -> Int {
        let request = CreateTopicsRequest {
            $0.validateOnly = validateOnly
            $0.topics = [
                CreateTopicsRequest.Topic {
                    $0.name = name
                    $0.numPartitions = partitionCount.map { Int32($0) } ?? -1
                    $0.replicationFactor = 1
                    $0.configs = overrides.sorted { $0.key < $1.key }.map { override in
                        CreateTopicsRequest.Config {
                            $0.name = override.key
                            $0.value = override.value
                        }
                    }
                }
            ]
        }
        let answer = try peer.call(request, CreateTopicsResponse.self).topics.first
        try check(answer?.errorCode, answer?.errorMessage)
        return Int(answer?.numPartitions ?? 0)
    }

    func addPartitions(to name: String, total: Int, validateOnly: Bool) throws(TopicCatalog.Refusal) {
        let request = CreatePartitionsRequest {
            $0.validateOnly = validateOnly
            $0.topics = [
                CreatePartitionsRequest.Topic {
                    $0.name = name
                    $0.count = Int32(clamping: total)
                }
            ]
        }
        let answer = try peer.call(request, CreatePartitionsResponse.self).results.first
        try check(answer?.errorCode, answer?.errorMessage)
    }

    func setOverrides(
        of name: String, validateOnly: Bool,
        _ change: ([String: String]) throws(TopicCatalog.Refusal) -> [String: String]
    ) throws(TopicCatalog.Refusal) {
        let overrides = try change(catalog.find(name)?.overrides ?? [:])
        let request = AlterConfigsRequest {
            $0.validateOnly = validateOnly
            $0.resources = [
                AlterConfigsRequest.Resource {
                    $0.resourceType = ConfigResource.topic
                    $0.resourceName = name
                    $0.configs = overrides.sorted { $0.key < $1.key }.map { override in
                        AlterConfigsRequest.Config {
                            $0.name = override.key
                            $0.value = override.value
                        }
                    }
                }
            ]
        }
        let answer = try peer.call(request, AlterConfigsResponse.self).responses.first
        try check(answer?.errorCode, answer?.errorMessage)
    }

    func delete(_ name: String) throws(TopicCatalog.Refusal) {
        let request = DeleteTopicsRequest { $0.topicNames = [name] }
        let answer = try peer.call(request, DeleteTopicsResponse.self).responses.first
        try check(answer?.errorCode, answer?.errorMessage)
    }

    /// - Parameter code: nil when the answer has nothing of the topic.
    private func check(_ code: ErrorCode?, _ message: String?) throws(TopicCatalog.Refusal) {
        guard code != ErrorCode.none else { return }
        throw TopicCatalog.Refusal(
            code: code ?? .unknownServerError,
            message: message ?? "node \(peer.node.id) says no more than \(code.map { "\($0)" } ?? "nothing")")
    }
}

internal import KafkaClient
internal import KafkaProtocol
internal import LinuxKernel
internal import Synchronization

/// The thread that carries out, one after the other, what clients change of topics in a cluster of several nodes, so
/// that no reactor waits for another node.
///
/// Any node takes such a request. One that is not the controller, the node with the lowest id, hands it to the
/// controller; the controller has every node make the change over its ordinary listener, under a client id by which
/// they know it. At its start a node asks each other one, as soon as it can be reached, for topics that it does not
/// have. It never deletes one on their word, so that no node that has lost its disk makes others lose theirs.
final class ClusterAdministration: Sendable {
    /// Whose requests a node carries out by itself alone.
    static let controllerClientId = "sluice-controller"
    /// How often nodes are tried that could not be asked for their topics yet.
    private static let learningPause: Int64 = 500_000_000
    private static let idlePause: Int64 = 3_600_000_000_000

    /// What was asked, and where the answer goes.
    private struct Order: Sendable {
        let address: ReplyAddress
        let api: ApiKey
        let work: @Sendable (any TopicAuthority) -> any WireMessage
    }

    private let wake: WakeEvent
    private let orders = Mutex<[Order]>([])
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<KernelThread?>(nil)

    init() throws(SystemError) {
        wake = try WakeEvent()
    }

    func start(for node: BrokerNode) throws(SystemError) {
        let started = try KernelThread(name: "cluster") { [self] in
            do throws(ClientError) {
                try run(node)
            } catch {
                node.log.error("topics can be changed no more through this node: \(error)")
            }
        }
        thread.withLock { $0 = started }
    }

    func stop() {
        isStopping.store(true, ordering: .relaxed)
        wake.signal()
        thread.withLock { $0.take() }?.join()
    }

    /// Has a change made; the answer goes to the connection that waits for it.
    func submit(
        _ api: ApiKey, answerTo address: ReplyAddress,
        _ work: @escaping @Sendable (any TopicAuthority) -> any WireMessage
    ) {
        orders.withLock { $0.append(Order(address: address, api: api, work: work)) }
        wake.signal()
    }

    private func run(_ node: BrokerNode) throws(ClientError) {
        let loop = try ClientLoop()
        let isController = node.cluster.controller.id == node.cluster.own
        let clientId = isController ? Self.controllerClientId : "sluice-node-\(node.cluster.own)"
        let peers = node.cluster.nodes.filter { $0.id != node.cluster.own }.map {
            PeerNode($0, loop, clientId: clientId)
        }
        let local = LocalTopics(node: node)
        let others = peers.map { RemoteTopics(peer: $0, catalog: node.topics) }
        // The controller has the lowest id, so it is the first of the others.
        let authority: any TopicAuthority = isController ? ClusterTopics(local: local, others: others) : others[0]
        var unasked = peers
        while !isStopping.load(ordering: .relaxed) {
            unasked.removeAll { learn(from: $0, local) }
            wake.wait(nanoseconds: unasked.isEmpty ? Self.idlePause : Self.learningPause)
            for order in orders.withLock({ $0.takeAll() }) {
                let response = order.work(authority)
                node.reactors[order.address.reactor].post(
                    .answer(LateAnswer(address: order.address, api: order.api, response: response)))
            }
            for peer in peers { peer.close() }
        }
    }

    // MARK: Learning

    /// Makes the topics and partitions that another node knows and this one does not.
    ///
    /// - Returns: Whether the node could be asked.
    private func learn(from peer: PeerNode, _ local: LocalTopics) -> Bool {
        if isStopping.load(ordering: .relaxed) { return false }
        defer { peer.close() }
        do throws(TopicCatalog.Refusal) {
            let question = MetadataRequest {
                $0.topics = nil
                $0.allowAutoTopicCreation = false
            }
            let described = try peer.call(question, MetadataResponse.self).topics.filter { !$0.isInternal }
            let news = described.filter { topic in
                (topic.name.flatMap { local.node.topics.find($0) }?.partitions.count ?? 0) < topic.partitions.count
            }
            if news.isEmpty { return true }
            let overrides = try overrides(of: news.compactMap(\.name), at: peer)
            for topic in news {
                guard let name = topic.name else { continue }
                take(name, topic.partitions.count, overrides[name] ?? [:], from: peer, local)
            }
            return true
        } catch {
            return false
        }
    }

    private func overrides(
        of topics: [String], at peer: PeerNode
    ) throws(TopicCatalog.Refusal) -> [String: [String: String]] {
        let question = DescribeConfigsRequest {
            $0.resources = topics.map { name in
                DescribeConfigsRequest.Resource {
                    $0.resourceType = ConfigResource.topic
                    $0.resourceName = name
                }
            }
        }
        var overrides: [String: [String: String]] = [:]
        for topic in try peer.call(question, DescribeConfigsResponse.self).results {
            for config in topic.configs where config.configSource == ConfigSource.topic {
                overrides[topic.resourceName, default: [:]][config.name] = config.value
            }
        }
        return overrides
    }

    private func take(
        _ name: String, _ partitionCount: Int, _ overrides: [String: String], from peer: PeerNode, _ local: LocalTopics
    ) {
        let log = local.node.log
        do throws(TopicCatalog.Refusal) {
            if local.node.topics.find(name) == nil {
                try local.create(name, partitionCount: partitionCount, overrides: overrides, validateOnly: false)
            } else {
                try local.addPartitions(to: name, total: partitionCount, validateOnly: false)
            }
            log.notice("topic '\(name)', \(partitionCount) partitions: learnt from node \(peer.node.id)")
        } catch {
            log.error("topic '\(name)' of node \(peer.node.id) cannot be made here: \(error.message)")
        }
    }
}

extension Array {
    fileprivate mutating func takeAll() -> [Element] {
        defer { self = [] }
        return self
    }
}

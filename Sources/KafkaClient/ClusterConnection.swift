package import KafkaProtocol
internal import LinuxKernel

/// A client's view of the cluster: the nodes, the topics it follows, and who leads their partitions.
///
/// Each producer and each consumer has its own, with connections of its own, as Kafka's clients have. It is used in
/// the thread of its loop alone.
package final class ClusterConnection {
    /// A partition of a topic that is followed.
    package struct Partition {
        /// The connection to its leader; nil as long as there is none.
        package internal(set) var leader: NodeConnection?
        /// -1 where it is not known.
        package internal(set) var leaderEpoch: Int32 = -1
    }

    /// A topic that is followed.
    package struct Topic {
        package let name: String
        package internal(set) var partitions: [Partition] = []
        /// What the last metadata said of it.
        package internal(set) var errorCode = ErrorCode.none

        /// Whether every partition has a leader.
        package var isLed: Bool { !partitions.isEmpty && partitions.allSatisfy { $0.leader != nil } }
    }

    package let loop: ClientLoop
    let configuration: ClientConfiguration
    /// The producer or consumer that it belongs to, if any.
    weak var member: (any ClusterMember)?

    /// The addresses to begin with; one that turns out to be a node's moves to the nodes.
    private var bootstraps: [NodeConnection] = []
    package private(set) var nodes: [NodeConnection] = []
    private(set) var controllerId: Int32 = -1
    package private(set) var topics: [Topic] = []

    private var wantsMetadata = false
    private var isAskingMetadata = false
    private var metadataRetryAt: Int64 = 0
    private var metadataAge: Int64 = 0

    /// What has become of the call that is being waited for.
    var call = CallState.none
    /// The caller waits for an answer or for metadata, and takes no results meanwhile.
    var isWaiting = false

    /// - Parameter bootstrap: Addresses of some of the nodes, at least one.
    package init(
        _ loop: ClientLoop, bootstrap: [(host: String, port: UInt16)], _ configuration: ClientConfiguration = .init()
    ) {
        precondition(!bootstrap.isEmpty, "a cluster has at least one address")
        self.loop = loop
        self.configuration = configuration
        bootstraps = bootstrap.map { NodeConnection(cluster: self, nodeId: -1, host: $0.host, port: $0.port) }
        loop.join(self)
    }

    deinit {
        loop.leave(ObjectIdentifier(self))
        for node in nodes + bootstraps { node.hangUp() }
    }

    /// Ends all connections, whatever is on the way.
    package func close() {
        for node in nodes + bootstraps { node.hangUp() }
    }

    // MARK: Loop

    func advance(now: Int64) {
        for node in nodes { node.advance(now: now) }
        for node in bootstraps { node.advance(now: now) }
        askMetadata(now: now)
        if !nodes.isEmpty { retireBootstraps() }
        member?.advance(now: now)
    }

    func deadline(now: Int64) -> Int64 {
        var deadline = member?.deadline(now: now) ?? .max
        for node in nodes { deadline = min(deadline, node.deadline) }
        for node in bootstraps { deadline = min(deadline, node.deadline) }
        if !isAskingMetadata, !topics.isEmpty {
            let due = wantsMetadata ? metadataRetryAt : metadataAge + configuration.metadataMaxAge
            // Without a node to ask, the nodes' own deadlines count.
            if due > now { deadline = min(deadline, due) }
        }
        return deadline
    }

    /// The nodes' own addresses are known now, so these connections would be one too many.
    private func retireBootstraps() {
        for node in bootstraps where node.isReady && node.inFlight == 0 && !node.holdsFrame && call.node !== node {
            node.hangUp()
        }
    }

    /// A node that can be asked anything; begins to connect to one if there is none.
    func anyNode(now: Int64) -> NodeConnection? {
        var candidate: NodeConnection?
        var isConnecting = false
        for list in [nodes, bootstraps] {
            for node in list {
                if node.isReady { return node }
                if node.isConnecting { isConnecting = true }
                if candidate == nil, node.canConnect(now: now) { candidate = node }
            }
        }
        guard !isConnecting else { return nil }
        guard let candidate else {
            // They are all paused; this one wakes the loop when its pause is over.
            _ = (nodes.first ?? bootstraps.first)?.prepare(now: now)
            return nil
        }
        return candidate.prepare(now: now) ? candidate : nil
    }

    func node(id: Int32) -> NodeConnection? { nodes.first { $0.nodeId == id } }

    /// The last error of any connection, to say why nothing works.
    var lastError: ClientError? { (nodes + bootstraps).lazy.compactMap(\.lastError).first }

    // MARK: Topics

    /// Follows a topic from now on.
    ///
    /// - Returns: Its place in `topics`, for good.
    package func follow(_ name: String) -> Int {
        if let index = topics.firstIndex(where: { $0.name == name }) { return index }
        topics.append(Topic(name: name))
        refreshMetadata(at: 0)
        return topics.count - 1
    }

    /// Asks for metadata again, after the usual pause.
    func refreshMetadata(now: Int64) {
        if !wantsMetadata { refreshMetadata(at: now + configuration.retryBackoff) }
    }

    private func refreshMetadata(at time: Int64) {
        wantsMetadata = true
        metadataRetryAt = time
    }

    private func askMetadata(now: Int64) {
        guard !isAskingMetadata, !topics.isEmpty else { return }
        let isDue = wantsMetadata ? now >= metadataRetryAt : now - metadataAge >= configuration.metadataMaxAge
        guard isDue, let node = anyNode(now: now) else { return }
        do throws(ClientError) {
            let request = try node.begin(.metadata, .metadata)
            let body = MetadataRequest {
                $0.topics = topics.map { topic in MetadataRequest.Topic { $0.name = topic.name } }
                $0.allowAutoTopicCreation = false
            }
            try node.wire(.metadata) { () throws(WireError) in
                try body.encode(into: &request.writer, version: request.version)
            }
            isAskingMetadata = true
            wantsMetadata = false
            node.submit(request)
        } catch {
            node.fail(error)
        }
    }

    /// Takes over what a node says of all nodes and of the topics that are followed.
    func take(_ metadata: MetadataResponse, from source: NodeConnection, now: Int64) {
        controllerId = metadata.controllerId
        for broker in metadata.brokers { take(broker, from: source) }
        var isComplete = true
        for described in metadata.topics {
            guard let index = topics.firstIndex(where: { $0.name == described.name }) else { continue }
            take(described, for: &topics[index])
            if !topics[index].isLed { isComplete = false }
        }
        metadataAge = now
        if !isComplete { refreshMetadata(at: now + configuration.retryBackoff) }
        member?.leadersChanged()
    }

    private func take(_ broker: MetadataResponse.Broker, from source: NodeConnection) {
        guard let port = UInt16(exactly: broker.port) else { return }
        if let known = node(id: broker.nodeId) {
            guard known.host != broker.host || known.port != port else { return }
            known.move(to: broker.host, port: port)
        } else if source.nodeId == -1, source.host == broker.host, source.port == port {
            source.nodeId = broker.nodeId
            bootstraps.removeAll { $0 === source }
            nodes.append(source)
        } else {
            nodes.append(NodeConnection(cluster: self, nodeId: broker.nodeId, host: broker.host, port: port))
        }
    }

    private func take(_ described: MetadataResponse.Topic, for topic: inout Topic) {
        topic.errorCode = described.errorCode
        guard described.errorCode == .none else {
            for index in topic.partitions.indices { topic.partitions[index].leader = nil }
            return
        }
        let count = described.partitions.reduce(0) { max($0, Int($1.partitionIndex) + 1) }
        while topic.partitions.count < count { topic.partitions.append(Partition()) }
        for partition in described.partitions where partition.partitionIndex >= 0 {
            let index = Int(partition.partitionIndex)
            topic.partitions[index].leader = node(id: partition.leaderId)
            topic.partitions[index].leaderEpoch = partition.leaderEpoch
        }
    }

    // MARK: Answers

    func received(
        _ request: Request, _ reader: inout WireReader, _ frame: UnsafeRawBufferPointer, at node: NodeConnection
    ) throws(ClientError) -> Bool {
        switch request.purpose {
        case .versions: preconditionFailure("a connection keeps this to itself")
        case .metadata:
            let metadata = try node.wire(.metadata) { () throws(WireError) in
                try MetadataResponse.decode(from: &reader, version: request.version)
            }
            isAskingMetadata = false
            take(metadata, from: node, now: MonotonicClock.now())
            return false
        case .call:
            call = .arrived(reader, version: request.version, from: node)
            return true
        case .produce, .fetch:
            guard let member else { return false }
            return unsafe try member.received(request, &reader, frame, at: node)
        }
    }

    func sent(_ request: Request, at node: NodeConnection) {
        member?.sent(request, at: node)
    }

    func failed(_ request: Request, _ error: ClientError, at node: NodeConnection) {
        let now = MonotonicClock.now()
        switch request.purpose {
        case .versions: break
        case .metadata:
            isAskingMetadata = false
            refreshMetadata(at: now + configuration.retryBackoff)
        case .call:
            call = .failed(error)
        case .produce, .fetch:
            // The node may be gone for good, and its partitions led by another.
            refreshMetadata(now: now)
            member?.failed(request, error, at: node)
        }
    }
}

internal import CommitLog
internal import LinuxKernel
internal import Synchronization

/// What all reactors of a running broker share: configuration, topics, groups, the cluster map, and bounds.
final class BrokerNode: @unchecked Sendable {
    let configuration: BrokerConfiguration
    let cluster: ClusterMap
    let clusterId: String
    let store: LogStore
    let topics: TopicCatalog
    let groups: GroupCoordinator
    let producerIds: ProducerIds
    let memory: RequestMemory
    /// Nil where the page cache is used.
    let directReads: DirectReads?
    /// Nil where reactors read from the disk themselves.
    let coldReader: ColdReader?
    /// Nil where this is the only node.
    let administration: ClusterAdministration?
    let log: EventLog
    /// Set when a connection waits for memory.
    private let isAnyStarved = Atomic<Bool>(false)
    private let connectionCount = Atomic<Int>(0)
    private let turn = Atomic<Int>(0)
    private(set) var reactors: [Reactor] = []

    /// - Parameter port: The one that the kernel chose, if it had to.
    init(_ configuration: BrokerConfiguration, port: UInt16, log: EventLog) throws(BrokerError) {
        self.configuration = configuration
        self.log = log
        cluster = try Self.cluster(configuration, port: port, log: log)
        memory = RequestMemory(limit: configuration.queuedRequestBytes)
        directReads =
            switch configuration.cache {
            case .pageCache: nil
            case .none: DirectReads(nil)
            case .application: DirectReads(BlockCache(capacity: configuration.cacheBytes))
            }
        coldReader =
            configuration.coldReads == "offload"
            ? try kernel { () throws(SystemError) in try ColdReader() } : nil
        administration =
            cluster.isSingle ? nil : try kernel { () throws(SystemError) in try ClusterAdministration() }
        store = try LogStore(
            configuration.logDirectories, cache: directReads?.cache,
            checkpointMilliseconds: configuration.checkpointMilliseconds, log: log)
        try Self.checkAppendPath(configuration, in: store.usablePaths)
        clusterId = cluster.isSingle ? try ClusterIdentity.read(from: store.files) : cluster.identity
        producerIds = try ProducerIds(in: store.files, node: configuration.nodeId)
        topics = try TopicCatalog(configuration, cluster: cluster, store: store, log: log)
        groups = try GroupCoordinator(configuration, cluster: cluster, topics: topics, log: log)
        for number in 0..<configuration.reactors {
            let reactor = try kernel { () throws(SystemError) in try Reactor(number: number, node: self) }
            reactors.append(reactor)
        }
        store.whenFlushed { [reactors] in
            for reactor in reactors { reactor.post(.flushed) }
        }
    }

    private static func cluster(
        _ configuration: BrokerConfiguration, port: UInt16, log: EventLog
    ) throws(BrokerError) -> ClusterMap {
        guard configuration.nodes.isEmpty else {
            if configuration.advertisedHost != nil {
                log.notice("advertised.listeners has no effect beside cluster.nodes, which says where clients are sent")
            }
            return ClusterMap(nodes: configuration.nodes, own: configuration.nodeId)
        }
        do throws(ConfigurationError) {
            let (host, advertisedPort) = try configuration.advertised(port: port)
            if host != configuration.host || advertisedPort != port {
                log.notice("clients are sent to \(host):\(advertisedPort)")
            }
            let own = ClusterMap.Node(id: configuration.nodeId, host: host, port: Int32(advertisedPort))
            return ClusterMap(nodes: [own], own: configuration.nodeId)
        } catch {
            throw .configuration(error)
        }
    }

    /// Refuses an append path that a log directory's file system or this kernel cannot do; the directories exist.
    private static func checkAppendPath(
        _ configuration: BrokerConfiguration, in directories: [String]
    ) throws(BrokerError) {
        guard let entry = AppendPathCatalog.entry(named: configuration.appendPath) else {
            preconditionFailure("the configuration was checked")
        }
        for directory in directories {
            guard let reason = entry.objection(directory) else { continue }
            throw .configuration(ConfigurationError("append.path", "'\(entry.name)' cannot be taken here: \(reason)"))
        }
    }

    func makeAppendPath(largestBatchBytes: Int) -> AppendPath {
        guard let entry = AppendPathCatalog.entry(named: configuration.appendPath) else {
            preconditionFailure("the configuration was checked")
        }
        return entry.make(largestBatchBytes)
    }

    // MARK: Connections

    /// Counts a connection; false when there are too many.
    func admitConnection() -> Bool {
        if connectionCount.add(1, ordering: .relaxed).newValue <= configuration.maxConnections { return true }
        releaseConnection()
        return false
    }

    func releaseConnection() {
        connectionCount.subtract(1, ordering: .relaxed)
    }

    /// The reactors in turn, for new connections.
    func nextReactor() -> Reactor {
        reactors[turn.add(1, ordering: .relaxed).oldValue % reactors.count]
    }

    // MARK: Between reactors

    func wake(_ waiter: Partition.Waiter, from reactor: Reactor) {
        if waiter.reactor == reactor.number {
            reactor.wake(waiter.slot, waiter.ticket)
        } else {
            reactors[waiter.reactor].post(.wake(slot: waiter.slot, ticket: waiter.ticket))
        }
    }

    /// Wakes a fetch from any thread.
    func wake(_ waiter: Partition.Waiter) {
        reactors[waiter.reactor].post(.wake(slot: waiter.slot, ticket: waiter.ticket))
    }

    /// Hands answers to the members' connections.
    func send(_ replies: [GroupReply], from reactor: Reactor) {
        for reply in replies {
            if reply.reactor == reactor.number {
                reactor.deliver(reply)
            } else {
                reactors[reply.reactor].post(.deliver(reply))
            }
        }
        // The first reactor keeps the groups' deadlines.
        if reactor.number != 0 { reactors[0].post(.retryStarved) }
    }

    /// Takes memory for a request of the connection, or lets it wait for some.
    ///
    /// Whoever waits says so before asking for the last time, and whoever releases looks for waiters afterwards,
    /// so that no release is missed.
    func acquireMemory(_ byteCount: Int, for connection: Connection) -> Bool {
        if memory.acquire(byteCount) { return true }
        isAnyStarved.store(true, ordering: .sequentiallyConsistent)
        if memory.acquire(byteCount) { return true }
        connection.reactor.starve(connection)
        return false
    }

    func releaseMemory(_ byteCount: Int) {
        memory.release(byteCount)
        guard isAnyStarved.exchange(false, ordering: .sequentiallyConsistent) else { return }
        for other in reactors { other.post(.retryStarved) }
    }
}

internal import CommitLog

/// A broker's setting: the one table that configuration files, `--set` and DescribeConfigs read.
struct BrokerSetting: Sendable {
    /// Kafka's name first; then other names that mean the same.
    let names: [String]
    let summary: String
    let read: @Sendable (BrokerConfiguration) -> String
    let write: @Sendable (inout BrokerConfiguration, _ text: String, _ key: String) throws(ConfigurationError) -> Void

    static let all: [BrokerSetting] = [
        .init(
            "node.id", or: "broker.id", "this node's number in the cluster", read: { "\($0.nodeId)" },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.nodeId = Int32(try SettingText.count(text, key: key, in: 0...Int(Int32.max)))
            }),
        .init(
            "listeners", "where the broker takes connections",
            read: { "PLAINTEXT://\($0.listener.host):\($0.listener.port)" },
            write: { (broker, text, key) throws(ConfigurationError) in
                try broker.listen(at: try ListenerText.endpoints(text, key: key), key: key)
            }),
        .init(
            "advertised.listeners", "where clients are sent to",
            read: { "PLAINTEXT://\($0.advertisedHost ?? $0.host):\($0.advertisedPort ?? $0.port)" },
            write: { (broker, text, key) throws(ConfigurationError) in
                try broker.advertise(try ListenerText.endpoints(text, key: key), key: key)
            }),
        .init(
            "controller.listener.names", "the names of listeners that are not for clients, and are not opened",
            read: { $0.controllerListeners.sorted().joined(separator: ",") },
            write: { (broker, text, _) in
                broker.controllerListeners = Set(SettingText.list(text).map { $0.uppercased() })
            }),
        .init(
            "listener.security.protocol.map", "the protocols of listeners whose names are none; PLAINTEXT is spoken",
            read: {
                $0.listenerProtocols.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
            },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.listenerProtocols = try ListenerText.protocolMap(text, key: key)
            }),
        .init(
            "process.roles", "broker: there is no controller beside it", read: { _ in "broker" },
            write: { (_, text, key) throws(ConfigurationError) in
                let roles = SettingText.list(text)
                for role in roles {
                    _ = try SettingText.choice(role, key: key, among: ["broker", "controller"])
                }
                guard roles.isEmpty || roles.contains("broker") else {
                    throw ConfigurationError(key, "'\(text)' has no broker in it, and this program is one")
                }
            }),
        .init(
            "cluster.nodes", "all nodes, this one too: id@host:port,…",
            read: { $0.nodes.map { "\($0.id)@\($0.host):\($0.port)" }.joined(separator: ",") },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.nodes = try nodes(text, key: key)
            }),
        .init(
            "log.dirs", or: "log.dir", "the directories that hold the partitions",
            read: { $0.logDirectories.joined(separator: ",") },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.logDirectories = SettingText.list(text)
                guard !broker.logDirectories.isEmpty else {
                    throw ConfigurationError(key, "it names no directory")
                }
            }),
        .init(
            "socket.congestion.control", "TCP's congestion control on all connections; system leaves it alone",
            read: { $0.congestionControl ?? "system" },
            write: { (broker, text, _) throws(ConfigurationError) in
                broker.congestionControl = text == "system" ? nil : text
            }),
        .init(
            "broker.reactors", "threads that serve connections", read: { "\($0.reactors)" },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.reactors = try SettingText.count(text, key: key, in: 1...256)
            }),
        .init(
            "append.path", "how bytes get from a socket into a log", read: { $0.appendPath },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.appendPath = try SettingText.choice(text, key: key, among: AppendPathCatalog.all.map(\.name))
            }),
        .init(
            "fetch.path", "how bytes get from a log into a socket", read: { $0.fetchPath },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.fetchPath = try SettingText.choice(text, key: key, among: FetchPathCatalog.all.map(\.name))
            }),
        .bytes(
            "fetch.pipe.bytes", "the room in a pipe, for the fetch paths that have one",
            \.fetchSurroundings.pipeByteCount, 4096...(1 << 30)),
        .init(
            "cache", "who keeps what was appended and read: page-cache, none, or application, the broker",
            read: { $0.cache.rawValue },
            write: { (broker, text, key) throws(ConfigurationError) in
                let name = try SettingText.choice(text, key: key, among: ReadCache.allCases.map(\.rawValue))
                broker.cache = ReadCache(rawValue: name) ?? .pageCache
            }),
        .bytes(
            "cache.bytes", "the memory of the broker's own cache", \.cacheBytes, BlockExtent.byteCount...(1 << 40)),
        .init(
            "cold.reads", "who waits for the disk: offload, a thread of its own, or inline, the reactor",
            read: { $0.coldReads },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.coldReads = try SettingText.choice(text, key: key, among: ["offload", "inline"])
            }),
        .init(
            "num.partitions", "partitions of a new topic", read: { "\($0.defaultPartitions)" },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.defaultPartitions = try SettingText.count(
                    text, key: key, in: 1...TopicCatalog.largestPartitionCount)
            }),
        .init(
            "default.replication.factor", "1: there are no replicas", read: { _ in "1" },
            write: { (_, text, key) throws(ConfigurationError) in
                try SettingText.fixed(text, key: key, to: "1", because: "there are no replicas here")
            }),
        .init(
            "auto.create.topics.enable", "make topics when clients name them", read: { "\($0.autoCreateTopics)" },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.autoCreateTopics = try SettingText.flag(text, key: key)
            }),
        .init(
            "delete.topic.enable", "let clients delete topics", read: { "\($0.deleteTopics)" },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.deleteTopics = try SettingText.flag(text, key: key)
            }),
        .bytes("socket.request.max.bytes", "the longest request", \.largestRequestBytes, 64...Int(Int32.max)),
        .init(
            "queued.max.request.bytes", "memory for unfinished requests; -1 is unbounded",
            read: { "\($0.queuedRequestBytes ?? -1)" },
            write: { (broker, text, key) throws(ConfigurationError) in
                let bytes = try SettingText.bytes(text, key: key, in: -1...Int.max)
                broker.queuedRequestBytes = bytes < 0 ? nil : bytes
            }),
        .bytes("fetch.max.bytes", "the longest fetch response", \.largestFetchBytes, 1024...Int(Int32.max) / 2),
        .init(
            "max.connections", "connections that are served at a time", read: { "\($0.maxConnections)" },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.maxConnections = try SettingText.count(text, key: key, in: 1...Int(Int32.max))
            }),
        .time("connections.max.idle.ms", "how long a connection may be idle", \.maxIdleMilliseconds),
        .time("socket.request.timeout.ms", "how long a request or an answer may stall", \.stallMilliseconds),
        .time(
            "socket.request.arrival.timeout.ms", "how long a request may take to arrive whole", \.arrivalMilliseconds),
        .time("shutdown.timeout.ms", "how long a stop waits for answers to be taken", \.shutdownMilliseconds),
        .buffer("socket.send.buffer.bytes", "the kernel's send buffer; -1 leaves it to the kernel", \.sendBufferBytes),
        .buffer(
            "socket.receive.buffer.bytes", "the kernel's receive buffer; -1 leaves it to the kernel",
            \.receiveBufferBytes),
        .time("log.retention.check.interval.ms", "how often retention is applied", \.retentionCheckMilliseconds),
        .time(
            "log.flush.offset.checkpoint.interval.ms",
            "how often closed segments are made durable and producers' states written, so that a start after a crash "
                + "need not read what lies before",
            \.checkpointMilliseconds),
        .init(
            "log.retention.minutes", "as log.retention.ms, which is taken before it",
            read: { SettingText.count(of: $0.topicDefaults.log.retentionMilliseconds, unit: 60_000) },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.topicDefaults.log.retentionMilliseconds = try SettingText.unlimited(
                    text, key: key, unit: 60_000)
            }),
        .init(
            "log.retention.hours", "as log.retention.ms, which is taken before it, and log.retention.minutes too",
            read: { SettingText.count(of: $0.topicDefaults.log.retentionMilliseconds, unit: 3_600_000) },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.topicDefaults.log.retentionMilliseconds = try SettingText.unlimited(
                    text, key: key, unit: 3_600_000)
            }),
        .init(
            "log.roll.hours", "as log.roll.ms, which is taken before it",
            read: { SettingText.count(of: $0.topicDefaults.log.segmentMilliseconds, unit: 3_600_000) },
            write: { (broker, text, key) throws(ConfigurationError) in
                let hours = try SettingText.count(text, key: key, in: 1...Int(Int32.max))
                broker.topicDefaults.log.segmentMilliseconds = Int64(hours) * 3_600_000
            }),
        .time(
            "producer.id.expiration.ms", "how long a silent idempotent producer is remembered",
            \.producerExpirationMilliseconds),
        .time(
            "group.initial.rebalance.delay.ms", "how long a group's first member waits for others",
            \.initialRebalanceMilliseconds),
        .time("group.min.session.timeout.ms", "the shortest session", \.minSessionMilliseconds),
        .time("group.max.session.timeout.ms", "the longest session", \.maxSessionMilliseconds),
        .init(
            "group.max.size", "members of a group", read: { "\($0.maxGroupSize)" },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.maxGroupSize = try SettingText.count(text, key: key, in: 1...Int(Int32.max))
            }),
        .bytes(
            "offset.metadata.max.bytes", "metadata of a committed offset", \.maxOffsetMetadataBytes,
            0...Int(Int16.max)),
        .init(
            "offsets.retention.minutes", "how long an empty group keeps its offsets",
            read: { "\($0.offsetsRetentionMilliseconds / 60_000)" },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker.offsetsRetentionMilliseconds =
                    Int64(try SettingText.count(text, key: key, in: 1...Int(Int32.max))) * 60_000
            }),
    ]

    /// Keys of which only the first that is given counts, wherever they stand (`KafkaConfig`, `LogConfig`).
    static let precedences = [
        ["log.dirs", "log.dir"], ["node.id", "broker.id"], ["log.roll.ms", "log.roll.hours"],
        ["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
    ]

    /// Keys that others are read by, whose values must be there before them.
    static let readFirst: Set<String> = [
        "process.roles", "controller.listener.names", "listener.security.protocol.map",
    ]

    private init(
        _ name: String, or other: String? = nil, _ summary: String,
        read: @escaping @Sendable (BrokerConfiguration) -> String,
        write:
            @escaping @Sendable (inout BrokerConfiguration, String, String) throws(ConfigurationError) -> Void
    ) {
        names = [name] + (other.map { [$0] } ?? [])
        self.summary = summary
        self.read = read
        self.write = write
    }

    private static func bytes(
        _ name: String, _ summary: String, _ path: any WritableKeyPath<BrokerConfiguration, Int> & Sendable,
        _ range: ClosedRange<Int>
    ) -> BrokerSetting {
        .init(
            name, summary, read: { "\($0[keyPath: path])" },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker[keyPath: path] = try SettingText.bytes(text, key: key, in: range)
            })
    }

    private static func buffer(
        _ name: String, _ summary: String, _ path: any WritableKeyPath<BrokerConfiguration, Int> & Sendable
    ) -> BrokerSetting {
        .init(
            name, summary, read: { "\($0[keyPath: path] == 0 ? -1 : $0[keyPath: path])" },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker[keyPath: path] = max(0, try SettingText.bytes(text, key: key, in: -1...Int(Int32.max)))
            })
    }

    private static func time(
        _ name: String, _ summary: String, _ path: any WritableKeyPath<BrokerConfiguration, Int64> & Sendable
    ) -> BrokerSetting {
        .init(
            name, summary, read: { "\($0[keyPath: path])" },
            write: { (broker, text, key) throws(ConfigurationError) in
                broker[keyPath: path] = Int64(try SettingText.milliseconds(text, key: key, in: 0...Int(Int32.max)))
            })
    }

    private static func nodes(_ text: String, key: String) throws(ConfigurationError) -> [ClusterMap.Node] {
        var nodes: [ClusterMap.Node] = []
        for part in SettingText.list(text) {
            guard let at = part.firstIndex(of: "@"), let id = Int32(part[..<at]), id >= 0,
                !nodes.contains(where: { $0.id == id })
            else { throw ConfigurationError(key, "'\(part)' is no id@host:port with an id of its own") }
            let place = try ListenerText.endpoint(String(part[part.index(after: at)...]), key: key)
            guard place.name == nil || place.name == "PLAINTEXT" else {
                throw ConfigurationError(key, "'\(part)': only PLAINTEXT is spoken here")
            }
            guard !place.isEverywhere else {
                throw ConfigurationError(
                    key, "'\(part)' is every interface, where no other node and no client finds it; write its host")
            }
            nodes.append(ClusterMap.Node(id: id, host: place.host, port: Int32(place.port)))
        }
        return nodes.sorted { $0.id < $1.id }
    }
}

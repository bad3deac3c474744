internal import CommitLog
internal import LinuxKernel

/// How a broker runs; names are Kafka's where Kafka has one.
package struct BrokerConfiguration: Sendable {
    /// `node.id`.
    package var nodeId: Int32 = 1
    /// `listeners`: where the broker takes connections. Port 0 lets the kernel choose one.
    package var host = "127.0.0.1"
    package var port: UInt16 = 9092
    /// Whether `listeners` was given.
    var hasListener = false
    /// `socket.congestion.control`: TCP's, on all connections; nil leaves it to the system.
    package var congestionControl: String?
    /// `advertised.listeners`: where clients are sent to; nil is where the broker listens.
    package var advertisedHost: String?
    package var advertisedPort: UInt16?
    /// `cluster.nodes`: all nodes of the cluster, this one included; empty where it is the only one.
    package var nodes: [ClusterMap.Node] = []
    /// `log.dirs`.
    package var logDirectories: [String] = []
    /// `broker.reactors`: threads that serve connections.
    package var reactors = 1
    /// `append.path`, `fetch.path`: catalog names.
    package var appendPath = "buffered"
    package var fetchPath = "sendfile"
    /// What the fetch path is made with: `fetch.pipe.bytes`.
    package var fetchSurroundings = FetchPathCatalog.Surroundings()
    /// `cache`: who keeps what was read of the log.
    package var cache = ReadCache.pageCache
    /// `cache.bytes`: what the broker's own cache may take.
    package var cacheBytes = 64 << 20
    /// `cold.reads`: `offload` hands what the page cache does not have to a thread that reads it; `inline` lets
    /// the reactor wait for the disk.
    package var coldReads = "offload"
    /// What topics have that do not say otherwise.
    package var topicDefaults = TopicConfiguration()
    /// `num.partitions` of a topic whose creator does not say.
    package var defaultPartitions = 1
    package var autoCreateTopics = true
    package var deleteTopics = true
    /// `socket.request.max.bytes`: a longer request ends its connection.
    package var largestRequestBytes = 100 << 20
    /// `queued.max.request.bytes`: memory for requests that have not arrived whole, over all
    /// connections; nil is unbounded.
    package var queuedRequestBytes: Int?
    /// `fetch.max.bytes`: the most bytes of one fetch response.
    package var largestFetchBytes = 55 << 20
    /// `max.connections`.
    package var maxConnections = Int(Int32.max)
    /// `connections.max.idle.ms`.
    package var maxIdleMilliseconds: Int64 = 600_000
    /// `socket.request.timeout.ms`: how long a request may take to arrive, or an answer to be taken,
    /// without any progress.
    package var stallMilliseconds: Int64 = 30_000
    /// `socket.request.arrival.timeout.ms`: how long a request may take to arrive whole, whatever progress it makes. By
    /// default the longest request arrives in time at 350 kB/s.
    package var arrivalMilliseconds: Int64 = 300_000
    /// `shutdown.timeout.ms`: how long a stop waits for answers to be taken.
    package var shutdownMilliseconds: Int64 = 5_000
    /// `socket.send.buffer.bytes`, `socket.receive.buffer.bytes`: 0 leaves them to the kernel.
    package var sendBufferBytes = 0
    package var receiveBufferBytes = 0
    /// `log.retention.check.interval.ms`.
    package var retentionCheckMilliseconds: Int64 = 300_000
    /// `log.flush.offset.checkpoint.interval.ms`: how often closed segments are made durable, and the recovery
    /// checkpoint and the states of idempotent producers are written.
    package var checkpointMilliseconds: Int64 = 60_000
    /// `producer.id.expiration.ms`: how long a silent idempotent producer is remembered.
    package var producerExpirationMilliseconds: Int64 = 86_400_000
    /// `group.initial.rebalance.delay.ms`: how long the first member of a group waits for others.
    package var initialRebalanceMilliseconds: Int64 = 0
    package var minSessionMilliseconds: Int64 = 6_000
    package var maxSessionMilliseconds: Int64 = 1_800_000
    package var maxGroupSize = Int(Int32.max)
    package var maxOffsetMetadataBytes = 4096
    /// `offsets.retention.minutes`: how long offsets of a group without members are kept, in milliseconds.
    package var offsetsRetentionMilliseconds: Int64 = 7 * 24 * 3_600_000
    /// A fault on purpose, which no configuration file can ask for; nil but in tests of the gate.
    package var handicap: Handicap?
    /// Keys of Kafka that were given and have no effect here.
    package internal(set) var withoutEffect: [String] = []

    package init() {}

    /// Reads Kafka's `.properties` text: a key and a value a line, `#` and `!` for comments.
    package mutating func apply(properties text: String, name: String) throws(ConfigurationError) {
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let line = line.trimmed
            guard let first = line.first, first != "#", first != "!" else { continue }
            guard let separator = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
                throw ConfigurationError("\(name), line \(number)", "'\(line)' is no key=value")
            }
            do throws(ConfigurationError) {
                try set(
                    String(line[..<separator].trimmed), to: String(line[line.index(after: separator)...].trimmed))
            } catch {
                throw ConfigurationError("\(name), line \(number): \(error.key)", error.reason)
            }
        }
    }

    /// Reads a cluster's map: a node a line, `id@host:port`, `#` for comments.
    package mutating func apply(cluster text: String, name: String) throws(ConfigurationError) {
        let lines = text.split(separator: "\n").map { $0.prefix { $0 != "#" }.trimmed }.filter { !$0.isEmpty }
        guard !lines.isEmpty else {
            throw ConfigurationError(name, "it names no node; write a line id@host:port for each")
        }
        do throws(ConfigurationError) {
            try set("cluster.nodes", to: lines.joined(separator: ","))
        } catch {
            throw ConfigurationError(name, error.reason)
        }
    }

    /// Reads one `key=value`, as `--set` takes it.
    package mutating func apply(assignment text: String) throws(ConfigurationError) {
        guard let separator = text.firstIndex(of: "=") else {
            throw ConfigurationError(text, "write key=value")
        }
        try set(String(text[..<separator].trimmed[...]), to: String(text[text.index(after: separator)...].trimmed))
    }

    /// Sets a key; one that does not exist is an error that names the nearest.
    package mutating func set(_ key: String, to value: String) throws(ConfigurationError) {
        if let setting = BrokerSetting.all.first(where: { $0.names.contains(key) }) {
            try setting.write(&self, value, key)
        } else if let setting = TopicSetting.all.first(where: { $0.brokerName == key || $0.name == key }) {
            try setting.write(&topicDefaults, value, key)
        } else if BrokerSetting.withoutEffect.contains(key) {
            withoutEffect.append(key)
        } else {
            let known = BrokerSetting.all.flatMap(\.names) + TopicSetting.all.compactMap(\.brokerName)
            let nearest = known.min { $0.editDistance(to: key) < $1.editDistance(to: key) }
            throw ConfigurationError(key, "there is no such setting; the nearest is \(nearest ?? "none")")
        }
    }

    /// Where it listens: as `listeners` says, else where the cluster's other nodes look for it.
    package var listener: (host: String, port: UInt16) {
        guard !hasListener, let own = nodes.first(where: { $0.id == nodeId }), let port = UInt16(exactly: own.port)
        else { return (host, port) }
        return (own.host, port)
    }

    /// What cannot be said by one key alone.
    func check() throws(ConfigurationError) {
        guard !logDirectories.isEmpty else {
            throw ConfigurationError("log.dirs", "it is needed: the directories that hold the partitions")
        }
        guard Set(logDirectories).count == logDirectories.count else {
            throw ConfigurationError("log.dirs", "a directory is named twice")
        }
        guard nodes.isEmpty || nodes.contains(where: { $0.id == nodeId }) else {
            throw ConfigurationError("cluster.nodes", "node.id \(nodeId) is not among them")
        }
        if let reason = FetchPathCatalog.entry(named: fetchPath)?.traits.objection() {
            throw ConfigurationError("fetch.path", "'\(fetchPath)' cannot run on this machine: \(reason)")
        }
        if cache != .pageCache {
            if FetchPathCatalog.entry(named: fetchPath)?.traits.limitations.contains(.needsPageCache) == true {
                throw ConfigurationError(
                    "cache",
                    "'\(cache.rawValue)' does not go with fetch.path '\(fetchPath)', "
                        + "which \(PathTraits.Limitation.needsPageCache.rawValue)")
            }
        }
        try check(topicDefaults)
        guard topicDefaults.log.maxMessageBytes <= largestRequestBytes else {
            throw ConfigurationError("message.max.bytes", "it is above socket.request.max.bytes \(largestRequestBytes)")
        }
    }

    /// What topics of this broker cannot have.
    func check(_ topic: TopicConfiguration) throws(ConfigurationError) {
        guard FetchPathCatalog.entry(named: fetchPath)?.traits.limitations.contains(.lendsPages) == true else { return }
        let others = FetchPathCatalog.all.filter { !$0.traits.limitations.contains(.lendsPages) }.map(\.name)
        func refuse(_ key: String, _ value: String) throws(ConfigurationError) {
            throw ConfigurationError(
                key,
                "'\(value)' does not go with fetch.path '\(fetchPath)', "
                    + "which \(PathTraits.Limitation.lendsPages.rawValue); "
                    + "choose one of \(others.joined(separator: ", "))")
        }
        if topic.log.segmentReuse == .recycle { try refuse("segment.reuse", topic.log.segmentReuse.rawValue) }
        if RetentionMethodCatalog.entry(named: topic.log.retentionMethod)?.changesFile == true {
            try refuse("retention.method", topic.log.retentionMethod)
        }
    }
}

extension StringProtocol {
    fileprivate var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return self[endIndex...] }
        return self[first...last]
    }

    /// How many characters have to be inserted, removed or replaced to get the other text (Levenshtein).
    fileprivate func editDistance(to other: String) -> Int {
        var row = Array(0...other.count)
        for (index, character) in enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, candidate) in other.enumerated() {
                let replaced = diagonal + (character == candidate ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = Swift.min(replaced, Swift.min(row[column], row[column + 1]) + 1)
            }
        }
        return row[other.count]
    }
}

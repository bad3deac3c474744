/// How a broker runs; names are Kafka's where Kafka has one.
package struct BrokerConfiguration: Sendable {
    /// `node.id`.
    package var nodeId: Int32 = 1
    /// `listeners`: where the broker takes connections. Port 0 lets the kernel choose one.
    package var host = "127.0.0.1"
    package var port: UInt16 = 9092
    /// Whether `listeners` was given, and whether it has no host: then clients are sent to the machine's name, as by
    /// Kafka.
    var hasListener = false
    var listensWithoutHost = false
    /// The name of that listener, in capitals, which `advertised.listeners` has too.
    var listenerName = "PLAINTEXT"
    /// `controller.listener.names`, in capitals.
    var controllerListeners: Set<String> = ["CONTROLLER"]
    /// `listener.security.protocol.map`.
    var listenerProtocols: [String: String] = [:]
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
    /// Keys of Kafka that were given and have no effect here, in the order they were given.
    package internal(set) var withoutEffect: [String] = []
    /// Those of them that say who may do what.
    package internal(set) var withoutSecurity: [String] = []
    /// What an operator should know of what was given, a sentence each.
    package internal(set) var remarks: [ConfigurationRemark] = []
    /// The keys of `BrokerSetting.precedences` that were given.
    var given: Set<String> = []

    package init() {}
}

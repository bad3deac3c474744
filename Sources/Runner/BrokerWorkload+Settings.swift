internal import Compression
internal import Experiments
internal import KafkaClient
internal import LoadGenerator

extension BrokerWorkload {
    /// The workload that a cell's settings describe. The planner has checked them: what is missing here is a bug.
    init(_ settings: Settings, directories: [String], seed: UInt64) throws {
        let batches = try BatchShape(settings, seed: seed)
        let largest = try batches.largestBatchByteCount()
        self.init(
            shape: LogWorkload.Shape(settings[.shape]),
            batches: batches,
            prebuilt: settings[.prebuilt],
            payloadByteCount: settings[.workloadBytes].bytes,
            producers: settings[.producers],
            consumers: settings[.consumers],
            producer: ProducerConfiguration(settings, batches, largest: largest),
            consumer: ConsumerConfiguration(settings),
            readsCold: settings[.cache] == .cold,
            decodes: settings[.consumerMode] == .decode,
            verifies: settings[.verify],
            topics: settings.topicNames,
            partitions: settings[.partitions],
            topicConfiguration: Self.topicConfiguration(settings, largest: largest),
            directories: directories)
        keeper =
            switch settings[.readCache] {
            case .pageCache: .kernel
            case .application: .broker
            case .none: .nobody
            }
        pace = Pace(settings)
        phases = Phases(settings)
        settles = settings[.settles]
    }

    /// The topic's settings, under the names that the broker has for them.
    private static func topicConfiguration(_ settings: Settings, largest: Int) -> [(name: String, value: String)] {
        var configuration: [(name: String, value: String)] = [
            // A slot of random placement holds one batch of this size.
            ("max.message.bytes", "\(largest)"),
            ("segment.bytes", "\(settings[.segmentBytes].bytes)"),
            ("segment.ms", "\(settings[.segmentTime].milliseconds)"),
            ("index.interval.bytes", "\(settings[.indexInterval].bytes)"),
            ("preallocate", "\(settings[.preallocate] == .fallocate)"),
            ("segment.reuse", settings[.segmentReuse].rawValue),
            ("compression.type", settings[.topicCompression]),
            ("placement", settings[.placement]),
            ("flush.policy", settings[.flushPolicy]),
            ("retention.method", settings[.retentionMethod]),
            ("retention.bytes", "\(settings[.retentionBytes]?.bytes ?? -1)"),
            ("retention.ms", "\(settings[.retentionTime]?.milliseconds ?? -1)"),
        ]
        if let count = settings[.flushMessages] { configuration.append(("flush.messages", "\(count)")) }
        if let time = settings[.flushTime] { configuration.append(("flush.ms", "\(time.milliseconds)")) }
        return configuration
    }
}

extension ProducerConfiguration {
    fileprivate init(_ settings: Settings, _ batches: BatchShape, largest: Int) {
        self.init()
        client.congestionControl = settings.congestionControlName
        acks =
            switch settings[.acks] {
            case .none: .none
            case .leader: .leader
            case .all: .all
            }
        batchSize = settings[.batchSize].bytes
        linger = Int64(settings[.linger].nanoseconds)
        codec = batches.codec
        compressionLevel = batches.level
        maxInFlight = settings[.maxInFlight]
        // A batch that was sent twice could be stored twice; a leg with a failure has no performance anyway.
        retries = 0
        maxRequestSize = max(maxRequestSize, largest)
        bufferMemory = max(bufferMemory, largest * 16)
        seed = batches.seed
        partitioner =
            switch settings[.partitioner] {
            case .sticky: .sticky
            case .roundRobin: .roundRobin
            case .key: .key
            }
    }
}

extension ConsumerConfiguration {
    fileprivate init(_ settings: Settings) {
        self.init()
        client.congestionControl = settings.congestionControlName
        maxPartitionFetchBytes = settings[.maxPartitionFetch].bytes
        fetchMinBytes = settings[.fetchMin].bytes
        fetchMaxWait = Int64(settings[.fetchMaxWait].nanoseconds)
    }
}

extension Settings {
    /// Nil leaves it to the system.
    fileprivate var congestionControlName: String? {
        self[.congestionControl] == "system" ? nil : self[.congestionControl]
    }
}

extension Settings {
    fileprivate var topicNames: [String] {
        let (name, count) = (self[.topicName].name, self[.topics])
        return count == 1 ? [name] : (0..<count).map { "\(name)-\($0)" }
    }
}

internal import CommitLog
internal import Compression
internal import Experiments
internal import LoadGenerator

extension LogWorkload {
    /// The workload that a cell's settings describe. The planner has checked them: what is missing here is a bug.
    init(_ settings: Settings, directories: [String], seed: UInt64) throws {
        guard let path = AppendPathCatalog.entry(named: settings[.appendPath]) else {
            preconditionFailure("a plan names a strategy that no catalog has")
        }
        self.init(
            shape: Shape(settings[.shape]),
            batches: try BatchShape(settings, seed: seed),
            prebuilt: settings[.prebuilt],
            payloadByteCount: settings[.workloadBytes].bytes,
            maxReadByteCount: settings[.maxPartitionFetch].bytes,
            readsCold: settings[.cache] == .cold,
            decodes: settings[.consumerMode] == .decode,
            verifies: settings[.verify],
            topic: settings[.topicName].name,
            partitions: settings[.partitions],
            directories: directories,
            appendPath: path,
            log: LogConfiguration(settings, seed: seed))
        pace = Pace(settings)
        phases = Phases(settings)
        settles = settings[.settles]
    }
}

extension BatchShape {
    /// - Throws: What is wrong with a file of sizes or records that the settings name.
    init(_ settings: Settings, seed: UInt64) throws {
        guard let codec = CodecCatalog.named(settings[.compression]) else {
            preconditionFailure("a plan names a codec that no catalog has")
        }
        self.init(
            batchByteCount: settings[.batchSize].bytes, recordByteCount: settings[.recordSize].bytes,
            compressibility: settings[.compressibility].value, codec: codec.id, level: settings[.compressionLevel],
            seed: seed)
        sizes = try RecordSizes(settings)
        keys = RecordKeys(settings)
        corpus = try settings[.corpus].map { try Corpus(path: $0) }
    }
}

extension LogWorkload.Shape {
    init(_ shape: WorkloadShape) {
        self =
            switch shape {
            case .produce: .produce
            case .consume: .consume
            case .produceThenConsume: .produceThenConsume
            case .produceAndConsume: .produceAndConsume
            case .catchUp: .catchUp
            case .tailBesideCatchUp: .tailBesideCatchUp
            case .randomRead: .randomRead
            }
    }
}

extension LogConfiguration {
    fileprivate init(_ settings: Settings, seed: UInt64) {
        self.init()
        segmentBytes = settings[.segmentBytes].bytes
        segmentMilliseconds = settings[.segmentTime].milliseconds
        indexIntervalBytes = settings[.indexInterval].bytes
        retentionBytes = settings[.retentionBytes]?.bytes
        retentionMilliseconds = settings[.retentionTime]?.milliseconds
        flushMessages = settings[.flushMessages]
        flushMilliseconds = settings[.flushTime]?.milliseconds
        preallocate = settings[.preallocate] == .fallocate
        segmentReuse = settings[.segmentReuse] == .recycle ? .recycle : .none
        placement = settings[.placement]
        flushPolicy = settings[.flushPolicy]
        retentionMethod = settings[.retentionMethod]
        self.seed = seed
    }
}

extension TimeSpan {
    /// In Kafka's unit; its settings accept nothing shorter.
    var milliseconds: Int64 { Int64(nanoseconds / 1_000_000) }
}

/// Every key there is, in the order of the documentation. Parsing, validation, defaults, `sluice list` and the reference
/// documentation read this table and nothing else.
package enum SettingCatalog {
    package static let all: [SettingDefinition] = [
        Setting.appendPath.row, Setting.placement.row, Setting.flushPolicy.row, Setting.preallocate.row,
        Setting.segmentReuse.row,
        Setting.logDirs.row, Setting.nodes.row, Setting.reactors.row, Setting.processorQuota.row, Setting.fetchPath.row,
        Setting.pipeBytes.row, Setting.coldReads.row, Setting.readCache.row, Setting.readCacheBytes.row,
        Setting.traceCalls.row,

        Setting.topicName.row, Setting.topics.row, Setting.partitions.row, Setting.segmentBytes.row,
        Setting.segmentTime.row,
        Setting.indexInterval.row, Setting.flushMessages.row, Setting.flushTime.row, Setting.retentionBytes.row,
        Setting.retentionTime.row, Setting.retentionMethod.row, Setting.topicCompression.row,

        Setting.producers.row, Setting.batchSize.row, Setting.linger.row, Setting.acks.row, Setting.maxInFlight.row,
        Setting.compression.row,
        Setting.compressionLevel.row, Setting.prebuilt.row, Setting.partitioner.row,

        Setting.consumers.row, Setting.maxPartitionFetch.row, Setting.fetchMin.row, Setting.fetchMaxWait.row,
        Setting.consumerMode.row,

        Setting.shape.row, Setting.recordSize.row, Setting.recordSizes.row, Setting.compressibility.row,
        Setting.corpus.row, Setting.keyDistribution.row, Setting.keyCount.row, Setting.workloadBytes.row,
        Setting.duration.row, Setting.warmUpTime.row, Setting.warmUpEnd.row, Setting.rate.row, Setting.arrivals.row,
        Setting.latencyTarget.row, Setting.cache.row, Setting.verify.row,

        Setting.diskCount.row, Setting.diskSize.row, Setting.diskFileSystem.row, Setting.diskWriteBytes.row,
        Setting.diskWriteOperations.row, Setting.network.row,

        Setting.rounds.row,

        Setting.memoryState.row, Setting.settles.row, Setting.loadProcessors.row, Setting.brokerProcessors.row,
        Setting.congestionControl.row, Setting.stealLimit.row, Setting.otherLoadLimit.row,
        Setting.memoryPressureLimit.row, Setting.ioPressureLimit.row, Setting.cpuPressureLimit.row,
        Setting.repeatBudget.row,
    ]

    package static let sections = [
        "broker", "topic", "producer", "consumer", "workload", "disks", "network", "repeat", "run",
    ]

    package static func definition(of name: String) -> SettingDefinition? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

// MARK: - broker

extension Setting where Value == String {
    package static var appendPath: Self {
        Self(
            "broker.append.path", default: "buffered", .both.strategy,
            "How the bytes of a batch reach the segment file.")
    }
    package static var placement: Self {
        Self("broker.placement", default: "sequential", .both.strategy, "Where in the segment a batch goes.")
    }
    package static var flushPolicy: Self {
        Self("broker.flush.policy", default: "none", .both.strategy, "When written bytes are forced to the device.")
    }
    package static var fetchPath: Self {
        Self(
            "broker.fetch.path", default: "sendfile", .broker.strategy,
            "How the bytes of a fetch reach the consumer's socket.")
    }
}

extension Setting where Value == Preallocation {
    package static var preallocate: Self {
        Self("broker.preallocate", default: .none, .both, "Whether a segment's blocks are allocated when it is made.")
    }
}

extension Setting where Value == SegmentReuse {
    package static var segmentReuse: Self {
        Self(
            "broker.segment.reuse", default: .none, .both,
            "Whether new segments are written over the files that retention gave up, whose blocks and pages are there; "
                + "not beside a fetch path that lends pages to sockets.")
    }
}

extension Setting where Value == Int {
    package static var logDirs: Self {
        Self(
            "broker.log.dirs", default: 1, in: 1...64, .both,
            "The log directories of each node that its partitions are spread over (Kafka's key lists their paths).")
    }
    package static var nodes: Self {
        Self(
            "broker.nodes", default: 1, in: 1...16, .broker,
            "The broker processes, nodes of one cluster that partitions are spread over.")
    }
    package static var reactors: Self {
        Self("broker.reactors", default: 1, in: 1...64, .broker, "The threads of a broker that serve connections.")
    }
}

extension Setting where Value == ByteCount {
    package static var pipeBytes: Self {
        Self(
            "broker.fetch.pipe.bytes", default: .mebibytes(1), in: .kibibytes(4)...ByteCount.gibibytes(1), .broker,
            "The room in a pipe, for the fetch paths that have one.")
    }
    package static var readCacheBytes: Self {
        Self(
            "broker.cache.bytes", default: .mebibytes(64), in: .kibibytes(256)...ByteCount.gibibytes(64), .broker,
            "The memory of a broker's own cache, for all partitions together, where it has one.")
    }
}

extension Setting where Value == Bool {
    package static var traceCalls: Self {
        Self(
            "broker.trace.calls", default: true, .broker,
            "Let the kernel count the brokers' system calls too, where it may; each call then takes a little longer.")
    }
}

extension Setting where Value == ColdReads {
    package static var coldReads: Self {
        Self(
            "broker.cold.reads", default: .offload, .broker,
            "Who waits when a fetch needs the disk: a thread of its own, or the one that serves, and all with it.")
    }
}

extension Setting where Value == ReadCacheKind {
    package static var readCache: Self {
        Self(
            "broker.cache", default: .pageCache, .broker,
            "Who keeps what was appended and read: the kernel, nobody, or the broker, in memory of its own (O_DIRECT).")
    }
}

// MARK: - topic

extension Setting where Value == TopicName {
    package static var topicName: Self {
        guard let name = try? TopicName(parsing: "topic") else { preconditionFailure("the default is a topic name") }
        return Self("topic.name", default: name, .both, "The topic; its partitions' directories begin with it.")
    }
}

extension Setting where Value == Int {
    package static var topics: Self {
        Self(
            "topic.count", default: 1, in: 1...1_000, .broker,
            "The number of topics, all alike; of several, each has its number behind the name.")
    }
    package static var partitions: Self {
        Self("topic.partitions", default: 1, in: 1...10_000, .both, "The number of partitions of a topic.")
    }
}

extension Setting where Value == ByteCount {
    package static var segmentBytes: Self {
        // Kafka's own lower bound; the upper one keeps positions within the index's 32 bits.
        Self(
            "topic.segment.bytes", default: .gibibytes(1), in: .mebibytes(1)...ByteCount(Int(Int32.max)), .both.kafkas,
            "A segment is closed, and a new one begun, before it grows beyond this.")
    }
    package static var indexInterval: Self {
        Self(
            "topic.index.interval.bytes", default: .kibibytes(4), in: ByteCount(1)...ByteCount(Int(Int32.max)),
            .both.kafkas, "The bytes of log between two entries of the sparse offset index.")
    }
}

extension Setting where Value == TimeSpan {
    package static var segmentTime: Self {
        Self(
            "topic.segment.ms", default: .hours(168), in: .milliseconds(1)...maximum, .both.kafkas,
            "A segment is closed when it has been open for this long.")
    }
    fileprivate static var maximum: TimeSpan { .hours(24 * 365 * 100) }
}

extension Setting where Value == Int? {
    package static var flushMessages: Self {
        Self(
            "topic.flush.messages", default: nil, in: 1...1_000_000_000, .both.kafkas,
            "Flush after this many records; for the flush policy that counts them.")
    }
}

extension Setting where Value == TimeSpan? {
    package static var flushTime: Self {
        Self(
            "topic.flush.ms", default: nil, in: .milliseconds(1)...Setting<TimeSpan>.maximum, .both.kafkas,
            "Flush this long after the last flush; for the flush policy that waits.")
    }
    package static var retentionTime: Self {
        Self(
            "topic.retention.ms", default: nil, in: .milliseconds(1)...Setting<TimeSpan>.maximum, .both.kafkas,
            "Records older than this may be dropped.")
    }
}

extension Setting where Value == ByteCount? {
    package static var retentionBytes: Self {
        Self(
            "topic.retention.bytes", default: nil, in: .mebibytes(1)...ByteCount(1 << 50), .both.kafkas,
            "A partition larger than this drops its oldest records.")
    }
}

extension Setting where Value == String {
    package static var retentionMethod: Self {
        Self("topic.retention.method", default: "delete", .both.strategy, "How old records are dropped.")
    }
    package static var topicCompression: Self {
        Self(
            "topic.compression.type", default: "producer", .broker.kafkas.strategy,
            "The codec on disk; `producer` keeps each batch as it came.")
    }
}

// MARK: - producer

extension Setting where Value == Int {
    package static var producers: Self {
        Self("producer.count", default: 1, in: 1...256, .broker, "The number of producers.")
    }
    package static var maxInFlight: Self {
        Self(
            "producer.max.in.flight.requests.per.connection", default: 5, in: 1...1_000, .broker.kafkas,
            "The requests that may be without an answer at a time.")
    }
}

extension Setting where Value == ByteCount {
    package static var batchSize: Self {
        Self(
            "producer.batch.size", default: .kibibytes(16), in: ByteCount(1)...ByteCount.mebibytes(64), .both.kafkas,
            "The bytes of records that go into one batch; it always holds at least one record.")
    }
}

extension Setting where Value == TimeSpan {
    package static var linger: Self {
        Self(
            "producer.linger.ms", default: .milliseconds(0), in: .milliseconds(0)...TimeSpan.seconds(60),
            .broker.kafkas,
            "How long a batch waits for more records.")
    }
}

extension Setting where Value == Acks {
    package static var acks: Self {
        Self("producer.acks", default: .leader, .broker.kafkas, "Who must have a batch before it is acknowledged.")
    }
}

extension Setting where Value == String {
    package static var compression: Self {
        Self("producer.compression.type", default: "none", .both.kafkas.strategy, "The codec of each batch.")
    }
}

extension Setting where Value == Int? {
    package static var compressionLevel: Self {
        Self(
            "producer.compression.level", default: nil, in: 1...100, .both,
            "The codec's level; unset is the codec's own default (Kafka has one key for each codec).")
    }
}

extension Setting where Value == Bool {
    package static var prebuilt: Self {
        Self(
            "producer.prebuilt", default: true, .both,
            "Encode the batches before the clock starts, so that only the log is measured.")
    }
}

extension Setting where Value == RecordPartitioner {
    package static var partitioner: Self {
        Self("producer.partitioner", default: .sticky, .broker, "Which partition a record goes to.")
    }
}

// MARK: - consumer

extension Setting where Value == Int {
    package static var consumers: Self {
        Self("consumer.count", default: 1, in: 1...256, .broker, "The number of consumers.")
    }
}

extension Setting where Value == ByteCount {
    package static var maxPartitionFetch: Self {
        Self(
            "consumer.max.partition.fetch.bytes", default: .mebibytes(1), in: ByteCount(1)...ByteCount.mebibytes(256),
            .both.kafkas, "The most that one read returns of a partition.")
    }
    package static var fetchMin: Self {
        Self(
            "consumer.fetch.min.bytes", default: ByteCount(1), in: ByteCount(0)...ByteCount.mebibytes(256),
            .broker.kafkas, "The broker waits until it has this much to answer a fetch.")
    }
}

extension Setting where Value == TimeSpan {
    package static var fetchMaxWait: Self {
        Self(
            "consumer.fetch.max.wait.ms", default: .milliseconds(500), in: .milliseconds(0)...TimeSpan.seconds(60),
            .broker.kafkas, "But it waits no longer than this.")
    }
}

extension Setting where Value == ConsumerMode {
    package static var consumerMode: Self {
        Self(
            "consumer.mode", default: .discard, .both,
            "What is done with the batches that are read: `decode` checks and decompresses them and visits every record."
        )
    }
}

// MARK: - workload

extension Setting where Value == WorkloadShape {
    package static var shape: Self {
        Self("workload.shape", default: .produceThenConsume, .both, "What the load does, and in which order.")
    }
}

extension Setting where Value == ByteCount {
    package static var recordSize: Self {
        Self(
            "workload.record.size", default: .kibibytes(1), in: ByteCount(32)...ByteCount.mebibytes(16), .both,
            "The bytes of a record's value.")
    }
    package static var workloadBytes: Self {
        Self(
            "workload.bytes", default: .mebibytes(256), in: ByteCount(1)...ByteCount(1 << 44), .both,
            "The bytes of record values that a leg's measured window writes, at the most.")
    }
}

extension Setting where Value == RecordSizeLaw {
    package static var recordSizes: Self {
        Self("workload.record.sizes", default: .fixed, .both, "How the sizes of the records' values are distributed.")
    }
}

extension Setting where Value == String? {
    package static var corpus: Self {
        Self(
            "workload.corpus", default: nil, .both,
            "A file whose lines are the records' values, in turn, instead of random bytes and filler.")
    }
}

extension Setting where Value == KeyDistribution {
    package static var keyDistribution: Self {
        Self("workload.key.distribution", default: .none, .both, "Which keys the records have.")
    }
}

extension Setting where Value == Int {
    package static var keyCount: Self {
        Self("workload.key.count", default: 100_000, in: 1...1_000_000_000, .both, "How many different keys there are.")
    }
}

extension Setting where Value == TimeSpan? {
    package static var duration: Self {
        Self(
            "workload.duration", default: nil, in: .milliseconds(10)...TimeSpan.hours(24), .both,
            "How long the measured window of producing lasts, unless workload.bytes end it before.")
    }
    package static var latencyTarget: Self {
        Self(
            "workload.latency.target", default: nil, in: TimeSpan(nanoseconds: 1_000)...TimeSpan.seconds(60), .both,
            "Before measuring, search for the highest rate at which 99 % of the requests take no longer than this.")
    }
}

extension Setting where Value == TimeSpan {
    package static var warmUpTime: Self {
        Self(
            "workload.warmup.time", default: .milliseconds(0), in: .milliseconds(0)...TimeSpan.hours(1), .both,
            "How long the load runs before it is measured; with workload.warmup.until=steady, at the most.")
    }
}

extension Setting where Value == WarmUpEnd {
    package static var warmUpEnd: Self {
        Self(
            "workload.warmup.until", default: .time, .both,
            "What ends the warm-up: its time, or throughput that changed by at most 5 % over a second.")
    }
}

extension Setting where Value == Rate? {
    package static var rate: Self {
        Self(
            "workload.rate", default: nil, .both,
            "What all producers together send, whatever becomes of it (open load); unset sends as soon as it is answered."
        )
    }
}

extension Setting where Value == Arrivals {
    package static var arrivals: Self {
        Self("workload.arrivals", default: .constant, .both, "At which distances the requests of an open load come.")
    }
}

extension Setting where Value == Ratio {
    package static var compressibility: Self {
        Self(
            "workload.compressibility", default: Ratio(0.5), .both,
            "The share of a value that a codec can remove: 0 is random bytes, 1 is all alike.")
    }
}

extension Setting where Value == CacheState {
    package static var cache: Self {
        Self(
            "workload.cache", default: .hot, .both,
            "Where the data is when it is read; a leg in which it is not there is contaminated.")
    }
}

extension Setting where Value == Bool {
    package static var verify: Self {
        Self("workload.verify", default: true, .both, "Read everything back and check order, count and content.")
    }
}

// MARK: - disks and network

extension Setting where Value == Int {
    package static var diskCount: Self {
        Self(
            "disks.count", default: 0, in: 0...16, .both,
            "Emulated disks of each node, each of them a log directory; 0 takes directories of --data. Root only.")
    }
}

extension Setting where Value == ByteCount {
    package static var diskSize: Self {
        Self(
            "disks.size", default: .gibibytes(1), in: .mebibytes(320)...ByteCount(1 << 40), .both,
            "The size of an emulated disk.")
    }
}

extension Setting where Value == DiskFileSystem {
    package static var diskFileSystem: Self {
        Self("disks.file.system", default: .ext4, .both, "The file system of an emulated disk.")
    }
}

extension Setting where Value == ByteCount? {
    package static var diskWriteBytes: Self {
        Self(
            "disks.write.bytes.per.second", default: nil, in: .mebibytes(1)...ByteCount(1 << 40), .both,
            "What an emulated disk writes at most, by the kernel's block throttle.")
    }
}

extension Setting where Value == Int? {
    package static var diskWriteOperations: Self {
        Self(
            "disks.write.iops", default: nil, in: 10...10_000_000, .both,
            "How many writes an emulated disk does at most in a second, by the kernel's block throttle.")
    }
}

extension Setting where Value == NetworkKind {
    package static var network: Self {
        Self(
            "network", default: .loopback, .broker,
            "How clients reach the nodes: `namespaces` gives each a network namespace and an address of its own. "
                + "Root only.")
    }
}

extension Setting where Value == ProcessorCount? {
    package static var processorQuota: Self {
        Self(
            "broker.cpu.quota", default: nil,
            in: ProcessorCount(thousandths: 10)...ProcessorCount(thousandths: 1_024_000),
            .broker, "The processor time that each node gets, by the kernel's CPU controller. Root only.")
    }
}

// MARK: - repeat

extension Setting where Value == Int {
    package static var rounds: Self {
        Self(
            "repeat.rounds", default: 10, in: 1...1_000, .both,
            "How often every cell is run; fewer than 6 cannot reach a 5 % level, so claims stay undecided.")
    }
}

// MARK: - run

extension Setting where Value == String {
    package static var congestionControl: Self {
        Self(
            "run.tcp.congestion.control", default: "cubic", .broker,
            "TCP's congestion control on both ends of each connection; `system` leaves it to the system.")
    }
}

extension Setting where Value == MemoryPreparation {
    package static var memoryState: Self {
        Self("run.memory.state", default: .asFound, .both, "What is done to the machine's memory before each leg.")
    }
}

extension Setting where Value == Bool {
    package static var settles: Self {
        Self(
            "run.settle", default: true, .both,
            "Write back what is dirty and await it before each leg, so that none writes for the one before.")
    }
}

extension Setting where Value == ProcessorList? {
    package static var loadProcessors: Self {
        Self("run.load.cpus", default: nil, .both, "The processors that the load process may use; unset is all.")
    }
    package static var brokerProcessors: Self {
        Self("run.broker.cpus", default: nil, .broker, "The processors that the brokers may use; unset is all.")
    }
}

extension Setting where Value == Ratio {
    package static var stealLimit: Self {
        Self(
            "run.steal.limit", default: Ratio(0.05), .both,
            "A leg from which the hypervisor took more than this share of the CPU time is contaminated.")
    }
    package static var otherLoadLimit: Self {
        Self(
            "run.other.load.limit", default: Ratio(0.15), .both,
            "A leg beside which other programs used more than this share of the CPU time is contaminated.")
    }
    package static var memoryPressureLimit: Self {
        Self(
            "run.pressure.memory.limit", default: Ratio(0.1), .both,
            "A leg in which tasks waited for memory for more than this share of the time is contaminated.")
    }
    package static var ioPressureLimit: Self {
        Self(
            "run.pressure.io.limit", default: Ratio(1), .both,
            "The same for I/O, which a leg that flushes waits for by itself.")
    }
    package static var cpuPressureLimit: Self {
        Self(
            "run.pressure.cpu.limit", default: Ratio(1), .both,
            "The same for the CPU, which busy roles wait for by themselves where processors are few.")
    }
    package static var repeatBudget: Self {
        Self(
            "run.repeat.budget", default: Ratio(0.5), .both,
            "How many contaminated legs are repeated, as a share of all legs of the plan.")
    }
}

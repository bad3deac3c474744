/// What no key shows alone: values that do not go together, and strategies that this machine or their
/// neighbours forbid.
struct PlanChecks {
    let target: Target
    let vocabulary: Vocabulary
    private(set) var problems: [(SourceLocation?, String)] = []
    private(set) var notes: [String] = []

    init(target: Target, vocabulary: Vocabulary) {
        self.target = target
        self.vocabulary = vocabulary
    }

    mutating func check(_ point: Matrix.Point) {
        for definition in SettingCatalog.all where definition.use.isStrategy && definition.use.targets.contains(target)
        {
            checkStrategy(definition.name, point)
        }
        checkSizes(point)
        checkLoad(point)
        checkRetention(point)
        checkLevel(point)
        checkNodes(point)
        checkPartitioner(point)
        checkDisks(point)
    }

    private mutating func checkStrategy(_ key: String, _ point: Matrix.Point) {
        guard let name = point.settings[text: key], let entry = vocabulary.entry(name, of: key) else {
            problems.append((point.origins[key], "\(key): '\(point.settings[text: key] ?? "")' is in no catalog"))
            return
        }
        if let reason = entry.unavailable {
            problems.append((point.origins[key], "\(key) '\(name)' cannot run on this machine: \(reason)"))
        }
        if !entry.targets.contains(target) {
            let others = entry.targets.map(\.rawValue).joined(separator: ", ")
            problems.append(
                (point.origins[key], "\(key) '\(name)' does not work on target '\(target.rawValue)', only on \(others)")
            )
        }
        for need in entry.needs where !point.isSet(need) {
            problems.append((point.origins[key], "\(key) '\(name)' needs '\(need)'; set it"))
        }
        // What only some strategies read would be ignored beside the others.
        let optional = Set(vocabulary.strategies[key, default: []].flatMap(\.needs)).subtracting(entry.needs)
        for need in optional.sorted() where point.isSet(need) {
            problems.append(
                (point.origins[need], "'\(need)' has no effect with \(key) '\(name)'; remove it or change that"))
        }
        for conflict in entry.conflicts {
            guard let value = point.settings[text: conflict.key], conflict.values.contains(value) else { continue }
            let place = point.origins[key] ?? point.origins[conflict.key]
            problems.append((place, "\(key) '\(name)' does not go with \(conflict.key) '\(value)': \(conflict.reason)"))
        }
    }

    private mutating func checkSizes(_ point: Matrix.Point) {
        let batch = point.settings[.batchSize]
        let segment = point.settings[.segmentBytes]
        let record = point.settings[.recordSize]
        let bytes = point.settings[.workloadBytes]
        if batch > segment {
            problem(point, .batchSize, "a batch of \(batch) does not fit into a segment of \(segment)")
        } else if record.bytes + ByteCount.kibibytes(1).bytes > segment.bytes {
            problem(
                point, .recordSize,
                "a record of \(record) and its batch's header do not fit into a segment of \(segment)")
        }
        if record > bytes {
            problem(point, .workloadBytes, "\(bytes) are less than one record of \(record)")
        }
        if record > batch {
            note("records of \(record) are larger than a batch of \(batch): each batch holds one record")
        }
    }

    private mutating func checkLoad(_ point: Matrix.Point) {
        let settings = point.settings
        if [.catchUp, .tailBesideCatchUp].contains(settings[.shape]), target == .log {
            problem(
                point, .shape, "'\(settings[.shape])' reads and writes at the same time, which takes target broker")
        }
        if settings[.readCache] == .none, settings[.cache] == .hot, point.origins[Setting.cache.name] != nil {
            problem(
                point, .cache,
                "with broker.cache none every read comes from the device, so nothing is hot; exclude it, or say 'cold'")
        }
        let measuresProducing = [
            .produce, .produceThenConsume, .produceAndConsume, .catchUp, .tailBesideCatchUp,
        ].contains(settings[.shape])
        for key in [
            Setting.rate.name, Setting.latencyTarget.name, Setting.warmUpTime.name, Setting.duration.name,
        ] where !measuresProducing && point.isSet(key) {
            problems.append(
                (
                    point.origins[key],
                    "'\(key)' has no effect with workload.shape '\(settings[.shape])', which measures "
                        + "no producing; remove it"
                ))
        }
        if let rate = settings[.rate] {
            let records = rate.recordsPerSecond(of: settings[.recordSize])
            if records <= 0 {
                problem(point, .rate, "a rate of \(rate) sends nothing; leave it out for a load without a rate")
            } else if records > Self.highestRate {
                problem(point, .rate, "\(rate) is more than any process can send, \(Self.highestRate) records a second")
            }
        } else {
            if settings[.latencyTarget] == nil, point.isSet(Setting.arrivals.name) {
                problem(point, .arrivals, "without workload.rate, requests are sent when others were answered; set it")
            }
        }
        if settings[.warmUpEnd] == .steady, settings[.warmUpTime] < .seconds(1) {
            problem(
                point, .warmUpTime,
                "steadiness is judged over a second; allow the warm-up at least that, better several")
        }
        if settings[.keyDistribution] == .none, point.isSet(Setting.keyCount.name) {
            problem(point, .keyCount, "there are no keys to count; set workload.key.distribution")
        }
        if settings[.corpus] != nil, settings[.recordSizes] != .fixed {
            problem(point, .recordSizes, "the records of a corpus have the sizes of its lines; remove one of the two")
        }
        if settings[.recordSizes] != .fixed,
            let largest = settings[.recordSizes].largest(mean: settings[.recordSize]),
            largest.bytes + ByteCount.kibibytes(1).bytes > settings[.segmentBytes].bytes
        {
            problem(
                point, .recordSizes, "a record of \(largest) does not fit into a segment of \(settings[.segmentBytes])")
        }
    }

    /// Records a second; an interval of ten nanoseconds is shorter than reading the clock twice.
    private static let highestRate = 100_000_000

    private mutating func checkRetention(_ point: Matrix.Point) {
        let limit = point.settings[.retentionBytes]
        let isLimited = limit != nil || point.settings[.retentionTime] != nil
        if let place = point.origins[Setting.retentionMethod.name], !isLimited {
            problems.append(
                (place, "a retention method without topic.retention.bytes or topic.retention.ms drops nothing; set one")
            )
        }
        if point.settings[.segmentReuse] == .recycle {
            if !isLimited {
                problem(
                    point, .segmentReuse,
                    "without topic.retention.bytes or topic.retention.ms no segment is given up; set one")
            }
            if point.settings[.placement] != "sequential" || point.settings[.retentionMethod] != "delete" {
                problem(
                    point, .segmentReuse,
                    "recycling needs broker.placement sequential and topic.retention.method delete")
            }
        }
        let partitions = point.settings[.partitions] * point.settings[.topics]
        let perPartition = point.settings[.workloadBytes].bytes / partitions
        if let limit, limit.bytes >= perPartition {
            note("topic.retention.bytes is no less than what is written to a partition, so nothing is dropped")
        }
    }

    private mutating func checkLevel(_ point: Matrix.Point) {
        guard let level = point.settings[.compressionLevel],
            let codec = vocabulary.entry(point.settings[.compression], of: Setting.compression.name)
        else { return }
        guard let levels = codec.levels else {
            problem(point, .compressionLevel, "the codec '\(codec.name)' has no levels")
            return
        }
        if !levels.contains(level) {
            problem(
                point, .compressionLevel,
                "the codec '\(codec.name)' has levels \(levels.lowerBound) to \(levels.upperBound), not \(level)")
        }
    }

    private mutating func checkPartitioner(_ point: Matrix.Point) {
        let partitioner = point.settings[.partitioner]
        guard target == .broker, partitioner != .sticky else { return }
        if point.settings[.prebuilt] {
            problem(
                point, .partitioner,
                "'\(partitioner)' chooses for each record, and batches that are built in advance are whole; "
                    + "set producer.prebuilt: false")
        }
        if partitioner == .key, point.settings[.keyDistribution] == .none {
            problem(point, .partitioner, "there are no keys to choose by; set workload.key.distribution")
        }
    }

    private mutating func checkNodes(_ point: Matrix.Point) {
        let (nodes, partitions) = (point.settings[.nodes], point.settings[.partitions] * point.settings[.topics])
        if target == .broker, partitions < nodes {
            note("\(partitions) partitions are less than broker.nodes \(nodes): some nodes lead nothing")
        }
    }

    private mutating func checkDisks(_ point: Matrix.Point) {
        let disks = point.settings[.diskCount]
        guard disks > 0 else {
            let all = [
                Setting.diskSize.name, Setting.diskFileSystem.name, Setting.diskWriteBytes.name,
                Setting.diskWriteOperations.name,
            ]
            for key in all where point.isSet(key) {
                problems.append((point.origins[key], "'\(key)' has no effect without emulated disks; set disks.count"))
            }
            return
        }
        if point.settings[.logDirs] != 1 {
            problem(
                point, .logDirs, "each emulated disk is a log directory; leave this out, or disks.count")
        }
        let nodes = target == .broker ? point.settings[.nodes] : 1
        let share = point.settings[.workloadBytes].bytes / (disks * nodes)
        let isKept = point.settings[.retentionBytes] == nil && point.settings[.retentionTime] == nil
        // A file system takes some of its disk for itself, and partitions are not spread to the byte.
        if isKept, share > point.settings[.diskSize].bytes / 5 * 4 {
            problem(
                point, .diskSize,
                "each of \(disks * nodes) disks gets \(ByteCount(share)) of what is written, more than four fifths of "
                    + "\(point.settings[.diskSize])")
        }
    }

    private mutating func problem<Value>(_ point: Matrix.Point, _ setting: Setting<Value>, _ message: String) {
        problems.append((point.origins[setting.name], "\(setting.name): \(message)"))
    }

    private mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }
}

extension Matrix.Point {
    /// The key has another value than its default.
    fileprivate func isSet(_ key: String) -> Bool {
        settings[text: key] != SettingCatalog.definition(of: key)?.defaultText
    }
}

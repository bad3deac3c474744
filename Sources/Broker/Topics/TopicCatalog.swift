internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel

/// The topics of the cluster as this node knows them.
///
/// Lookups take one lock for the time of a hash lookup. What changes topics, and touches the disk for it, is serialised
/// by another, so that data keeps flowing meanwhile.
final class TopicCatalog: @unchecked Sendable {
    static let largestPartitionCount = 100_000
    /// How many partitions may be missing for each that is there, where no file of ours says how many there are: Kafka
    /// spreads them over its nodes.
    private static let mostGaps = 100
    /// Kafka's name for the log of committed offsets.
    static let offsetsTopic = "__consumer_offsets"

    /// Why a topic was not made or changed: what the client is told.
    struct Refusal: Error, Equatable {
        let code: ErrorCode
        let message: String
    }

    private let tableLock = Lock()
    private var table: [WireString: Topic] = [:]
    private let changeLock = Lock()
    private let store: LogStore
    private let files: TopicFiles
    /// What DeleteRecords asked for of partitions that are offline; the change lock guards it.
    private var offlineDeletions: [TopicPartition: Int64] = [:]
    private let cluster: ClusterMap
    private let configuration: BrokerConfiguration
    private let log: EventLog

    /// Opens every topic that is on disk.
    init(
        _ configuration: BrokerConfiguration, cluster: ClusterMap, store: LogStore, log: EventLog
    ) throws(BrokerError) {
        self.configuration = configuration
        self.cluster = cluster
        self.store = store
        self.log = log
        files = TopicFiles(files: store.files)
        let deletions = try files.readDeletedOffsets()
        for (name, description) in try descriptions() {
            try openTopic(name, description, deletions)
        }
        let strays = store.places.keys.filter {
            cluster.leader(ofTopic: $0.topic, partition: $0.partition) != cluster.own
        }
        if let stray = strays.min(by: { $0.directoryName < $1.directoryName }) {
            log.notice(
                "\(strays.count) partitions in log.dirs, for example \(stray), are led by other nodes of "
                    + "cluster.nodes; what they hold is not served")
        }
        // A topic made later by the name of one that is gone has all its records.
        guard deletions.keys.contains(where: { store.places[$0] == nil }) else { return }
        do throws(LogError) { try writeDeletedOffsets() } catch { throw .log(error) }
    }

    /// What is on disk: topics with a file, and partitions of others, as a directory of Kafka's has them.
    private func descriptions() throws(BrokerError) -> [String: TopicFiles.Description] {
        var descriptions = try files.readTopics()
        store.removeRemains { Int($0.partition) < descriptions[$0.topic]?.partitionCount ?? 0 }
        for (topic, partitions) in Dictionary(grouping: store.places.keys, by: \.topic) {
            var known = 0
            for partition in partitions.sorted(by: { $0.partition < $1.partition }) {
                var description = descriptions[topic] ?? TopicFiles.Description(partitionCount: 0)
                let number = Int(partition.partition)
                if number >= description.partitionCount {
                    if let objection = objection(to: partition, beside: max(known, description.partitionCount)) {
                        store.leaveAlone(partition, because: objection)
                        continue
                    }
                    description.partitionCount = number + 1
                }
                descriptions[topic] = description
                known += 1
            }
        }
        return descriptions
    }

    /// Why a directory beyond the partitions that its topic is known to have is none of a partition; nil when it may be:
    /// Kafka may have added it, or it is one of those that a node of several had.
    private func objection(to partition: TopicPartition, beside known: Int) -> String? {
        guard store.holdsLog(partition) else { return "it has the name of a partition, but no segment is in it" }
        let most = min(Self.largestPartitionCount, Self.mostGaps * (known + 1))
        guard Int(partition.partition) >= most else { return nil }
        return
            "with it, topic '\(partition.topic)' would have \(Int(partition.partition) + 1) partitions, and \(known) are "
            + "known; if it is one of them, put those between back"
    }

    private func openTopic(
        _ name: String, _ description: TopicFiles.Description, _ deletions: [TopicPartition: Int64]
    ) throws(BrokerError) {
        do {
            let topicConfiguration = try resolve(description.overrides)
            let topic = try findTopic(
                name, description.overrides, topicConfiguration, count: description.partitionCount)
            for partition in topic.partitions.compactMap({ $0 }) {
                guard let offset = deletions[partition.name] else { continue }
                // A crash of the machine may have taken more than was deleted.
                partition.deletedUpTo = min(offset, partition.log.logEndOffset)
                freeDeletedRecords(of: partition)
            }
            for (partition, offset) in deletions
            where partition.topic == name && topic.offline.contains(Int(partition.partition)) {
                offlineDeletions[partition] = offset
            }
            table[topic.key] = topic
        } catch let refusal as Refusal {
            throw .topic(path: files.path(ofTopic: name), reason: refusal.message)
        } catch let error as LogError {
            throw .log(error)
        } catch {
            fatalError("only refusals and the log's errors: \(error)")
        }
    }

    // MARK: Lookup

    /// The topic of that name; nil when there is none.
    func find(_ name: WireString) -> Topic? {
        tableLock.withLock { table[name] }
    }

    func find(_ name: String) -> Topic? {
        var name = name
        return name.withUTF8 { bytes in
            unsafe find(WireString(UnsafeRawBufferPointer(bytes)))
        }
    }

    /// All topics, by name.
    var all: [Topic] {
        tableLock.withLock { Array(table.values) }.sorted { $0.name < $1.name }
    }

    /// The partitions that this node leads.
    var partitions: [Partition] { all.flatMap { $0.partitions.compactMap { $0 } } }

    // MARK: Change

    /// Makes a topic; refused when its name, number of partitions or configuration is not allowed.
    ///
    /// - Parameter partitionCount: nil takes the default.
    /// - Parameter validateOnly: Everything is checked and nothing made.
    @discardableResult
    func create(
        _ name: String, partitionCount: Int?, overrides: [String: String], validateOnly: Bool = false
    ) throws(Refusal) -> Topic? {
        let count = partitionCount ?? configuration.defaultPartitions
        if let objection = TopicPartition.objection(toTopic: name) {
            throw Refusal(code: .invalidTopicException, message: "topic name '\(name)' refused: \(objection)")
        }
        guard count >= 1, count <= Self.largestPartitionCount else {
            throw Refusal(
                code: .invalidPartitions, message: "\(count) partitions; 1 to \(Self.largestPartitionCount) are allowed"
            )
        }
        let resolved = try resolve(overrides)
        return try changeLock.withLock { () throws(Refusal) in
            guard find(name) == nil else {
                throw Refusal(code: .topicAlreadyExists, message: "topic '\(name)' exists")
            }
            if validateOnly { return nil }
            return try storage { () throws(LogError) in
                try files.writeTopic(name, .init(partitionCount: count, overrides: overrides))
                do throws(LogError) {
                    let topic = try makeTopic(name, overrides, resolved, count: count)
                    publish(topic)
                    return topic
                } catch {
                    discard(name, count: count)
                    throw error
                }
            }
        }
    }

    /// Partitions of a topic that there is.
    private static func names(of topic: String, _ numbers: some Sequence<Int>) -> [TopicPartition] {
        // None is left out: name and numbers were found to be allowed when the topic was made.
        numbers.compactMap { try? TopicPartition(topic: topic, partition: Int32($0)) }
    }

    /// Takes back what a failed creation made.
    private func discard(_ name: String, count: Int) {
        for partition in Self.names(of: name, 0..<count) { remove(partition) }
        removeFile(name)
    }

    /// The topic, made now if it is missing and the broker makes topics by itself.
    func findOrCreate(_ name: String) throws(Refusal) -> Topic {
        if let topic = find(name) { return topic }
        do throws(Refusal) {
            if let topic = try create(name, partitionCount: nil, overrides: [:]) { return topic }
        } catch  where error.code == .topicAlreadyExists {
            // Another connection was faster.
            if let topic = find(name) { return topic }
        }
        throw Refusal(code: .unknownTopicOrPartition, message: "topic '\(name)' was deleted just now")
    }

    /// Adds partitions up to a new total.
    func addPartitions(to name: String, total: Int, validateOnly: Bool) throws(Refusal) {
        try changeLock.withLock { () throws(Refusal) in
            guard let topic = find(name) else { throw Self.unknown(name) }
            guard total > topic.partitions.count, total <= Self.largestPartitionCount else {
                throw Refusal(
                    code: .invalidPartitions,
                    message: "topic '\(name)' has \(topic.partitions.count) partitions, \(total) were asked for; "
                        + "partitions can only be added, up to \(Self.largestPartitionCount)")
            }
            if validateOnly { return }
            try storage { () throws(LogError) in
                let added = try makePartitions(name, topic.configuration, numbers: topic.partitions.count..<total)
                try files.writeTopic(name, .init(partitionCount: total, overrides: topic.overrides))
                publish(
                    Topic(
                        name: name, overrides: topic.overrides, configuration: topic.configuration,
                        partitions: topic.partitions + added, offline: topic.offline, isInternal: topic.isInternal))
            }
        }
    }

    /// Replaces what was set for a topic.
    func setOverrides(
        of name: String, validateOnly: Bool, _ change: ([String: String]) throws(Refusal) -> [String: String]
    ) throws(Refusal) {
        try changeLock.withLock { () throws(Refusal) in
            guard let topic = find(name) else { throw Self.unknown(name) }
            let overrides = try change(topic.overrides)
            let resolved = try resolve(overrides)
            guard resolved.log.placement == topic.configuration.log.placement else {
                throw Refusal(code: .invalidConfig, message: "placement cannot be changed once a topic exists")
            }
            if validateOnly { return }
            try storage { () throws(LogError) in
                let partitions = topic.partitions.compactMap { $0 }
                do throws(LogError) {
                    for partition in partitions { try reopen(partition, resolved) }
                } catch {
                    // All partitions of a topic are kept alike, so those that were changed go back.
                    for partition in partitions { try reopen(partition, topic.configuration) }
                    throw error
                }
                try files.writeTopic(name, .init(partitionCount: topic.partitions.count, overrides: overrides))
            }
            publish(
                Topic(
                    name: name, overrides: overrides, configuration: resolved, partitions: topic.partitions,
                    offline: topic.offline, isInternal: topic.isInternal))
        }
    }

    private func reopen(_ partition: Partition, _ configuration: TopicConfiguration) throws(LogError) {
        try partition.lock.withLock { () throws(LogError) in
            partition.log = try store.reopen(partition.log, configuration: configuration.log)
            partition.configuration = configuration
        }
    }

    /// Deletes a topic with all its records.
    ///
    /// - Parameter wake: Called for each fetch that waits for one of its partitions.
    func delete(_ name: String, wake: (Partition.Waiter) -> Void) throws(Refusal) {
        try changeLock.withLock { () throws(Refusal) in
            guard let topic = find(name) else { throw Self.unknown(name) }
            guard !topic.isInternal else {
                throw Refusal(code: .invalidTopicException, message: "'\(name)' belongs to the broker")
            }
            tableLock.withLock { _ = table.removeValue(forKey: topic.key) }
            removeFile(name)
            for partition in topic.partitions.compactMap({ $0 }) {
                partition.lock.withLock {
                    partition.isDeleted = true
                    remove(partition.name)
                    partition.takeWaiters(wake)
                }
            }
            for partition in Self.names(of: name, topic.offline) {
                offlineDeletions[partition] = nil
                remove(partition)
            }
            guard topic.partitions.contains(where: { $0?.deletedUpTo ?? 0 > 0 }) else { return }
            try storage { () throws(LogError) in try writeDeletedOffsets() }
        }
    }

    /// Moves the start of a partition's log; what lies before it is not served any more, also after a restart, and its
    /// space is freed in whole segments.
    ///
    /// - Parameter offset: The first offset to keep; -1 is the log's end.
    /// - Returns: The new start.
    func deleteRecords(of partition: Partition, before offset: Int64) throws(Refusal) -> Int64 {
        try changeLock.withLock { () throws(Refusal) in
            let start = try partition.lock.withLock { () throws(Refusal) in
                let end = partition.log.readableOffset
                let wanted = offset == -1 ? end : offset
                guard wanted >= 0, wanted <= end else {
                    throw Refusal(code: .offsetOutOfRange, message: "the log ends at \(end)")
                }
                partition.deletedUpTo = max(partition.deletedUpTo, wanted)
                return partition.logStartOffset
            }
            // First what survives a crash: records that come back would be worse than space that is freed later.
            try storage { () throws(LogError) in try writeDeletedOffsets() }
            partition.lock.withLock {
                if !partition.isDeleted { freeDeletedRecords(of: partition) }
            }
            return start
        }
    }

    private func writeDeletedOffsets() throws(LogError) {
        var offsets = offlineDeletions
        for partition in partitions where partition.deletedUpTo > 0 { offsets[partition.name] = partition.deletedUpTo }
        try files.writeDeletedOffsets(offsets)
    }

    /// The caller holds the partition. What cannot be freed now is tried again at the next start.
    private func freeDeletedRecords(of partition: Partition) {
        do throws(LogError) {
            try partition.log.deleteRecords(before: partition.deletedUpTo)
        } catch {
            partition.health.judge(error)
            log.warn(.storage, "deleted records of \(partition.name) still take space: \(error)")
        }
    }

    // MARK: Making

    private func makeTopic(
        _ name: String, _ overrides: [String: String], _ resolved: TopicConfiguration, count: Int
    ) throws(LogError) -> Topic {
        Topic(
            name: name, overrides: overrides, configuration: resolved,
            partitions: try makePartitions(name, resolved, numbers: 0..<count), offline: [],
            isInternal: name == Self.offsetsTopic)
    }

    /// A topic that was there before; those of its partitions are offline that cannot be had.
    private func findTopic(
        _ name: String, _ overrides: [String: String], _ resolved: TopicConfiguration, count: Int
    ) throws(LogError) -> Topic {
        var partitions: [Partition?] = []
        partitions.reserveCapacity(count)
        var offline: Set<Int> = []
        for number in 0..<count {
            let partition = try TopicPartition(topic: name, partition: Int32(number))
            guard cluster.leader(ofTopic: name, partition: partition.partition) == cluster.own else {
                partitions.append(nil)
                continue
            }
            if let gap = store.gap, store.places[partition] == nil {
                log.warn(.storage, "\(partition) is offline: no log directory has it, and \(gap)")
            } else {
                do throws(LogError) {
                    partitions.append(try openPartition(partition, resolved))
                    continue
                } catch {
                    guard case .system(let cause) = error else { throw error }
                    log.warn(.storage, "\(partition) is offline: \(cause)")
                }
            }
            partitions.append(nil)
            offline.insert(number)
        }
        return Topic(
            name: name, overrides: overrides, configuration: resolved, partitions: partitions, offline: offline,
            isInternal: name == Self.offsetsTopic)
    }

    private func makePartitions(
        _ name: String, _ resolved: TopicConfiguration, numbers: Range<Int>
    ) throws(LogError) -> [Partition?] {
        var partitions: [Partition?] = []
        partitions.reserveCapacity(numbers.count)
        for number in numbers {
            let partition = try TopicPartition(topic: name, partition: Int32(number))
            let isOwn = cluster.leader(ofTopic: name, partition: partition.partition) == cluster.own
            partitions.append(isOwn ? try openPartition(partition, resolved) : nil)
        }
        return partitions
    }

    private func openPartition(
        _ name: TopicPartition, _ resolved: TopicConfiguration
    ) throws(LogError) -> Partition {
        let opened = try store.open(name, configuration: resolved.log)
        let partition = Partition(opened, resolved, in: store.health(of: name))
        for damage in partition.log.damages {
            log.warn(
                .storage,
                damage.keptIn.map {
                    "\(damage.path): \(damage.droppedBytes) bytes from position \(damage.position) on are no part of the "
                        + "log any more, and kept in \($0): \(damage.reason)"
                } ?? "\(damage.path), position \(damage.position): \(damage.reason)")
        }
        if let objection = try partition.restoreProducers() { log.warn(.storage, objection) }
        return partition
    }

    private func publish(_ topic: Topic) {
        tableLock.withLock {
            // The key's bytes belong to the old topic, so the old entry has to go first.
            table.removeValue(forKey: topic.key)
            table[topic.key] = topic
        }
    }

    private func remove(_ partition: TopicPartition) {
        do throws(LogError) {
            try store.remove(partition)
        } catch {
            log.error("\(partition) is not in the catalog any more, but its files could not be removed: \(error)")
        }
    }

    private func removeFile(_ name: String) {
        do throws(SystemError) {
            try files.removeTopic(name)
        } catch {
            log.error("topic '\(name)' will come back at the next start: \(error)")
        }
    }

    private static func unknown(_ name: String) -> Refusal {
        Refusal(code: .unknownTopicOrPartition, message: "there is no topic '\(name)'")
    }

    /// The broker's defaults with what was set for a topic.
    private func resolve(_ overrides: [String: String]) throws(Refusal) -> TopicConfiguration {
        var resolved = configuration.topicDefaults
        for (name, text) in overrides.sorted(by: { $0.key < $1.key }) {
            guard let setting = TopicSetting.named(name) else {
                throw Refusal(code: .invalidConfig, message: "there is no topic setting '\(name)'")
            }
            do throws(ConfigurationError) {
                try setting.write(&resolved, text, name)
            } catch {
                throw Refusal(code: .invalidConfig, message: "\(error)")
            }
        }
        do throws(ConfigurationError) {
            try configuration.check(resolved)
        } catch {
            throw Refusal(code: .invalidConfig, message: "\(error)")
        }
        return resolved
    }

    /// Runs what touches the disk and tells the client as a storage error what went wrong.
    private func storage<Result>(_ body: () throws(LogError) -> Result) throws(Refusal) -> Result {
        do throws(LogError) {
            return try body()
        } catch {
            log.warn(.storage, "\(error)")
            let code: ErrorCode
            if case .incompatible = error { code = .invalidConfig } else { code = error.code }
            throw Refusal(code: code, message: "\(error)")
        }
    }
}

extension TopicCatalog {
    /// Writes the producers' states beside the logs that went on since they were written last, so that a start after a
    /// crash reads no headers but those behind. Topics are not deleted meanwhile, and made between two partitions.
    func saveProducers() {
        for partition in partitions where !partition.health.isBroken {
            changeLock.withLock { saveProducers(of: partition) }
        }
    }

    private func saveProducers(of partition: Partition) {
        do throws(SystemError) {
            try partition.saveProducers()
        } catch {
            // The states can be had from the log, only slower.
            log.warn(.storage, "the states of the producers of \(partition.name) cannot be written: \(error)")
        }
    }

    /// Writes the producers' states beside the logs and closes these.
    func close() throws(LogError) {
        try changeLock.withLock { () throws(LogError) in
            for partition in partitions where !partition.health.isBroken { saveProducers(of: partition) }
            try store.close()
        }
    }
}

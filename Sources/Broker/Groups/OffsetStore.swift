internal import CommitLog
internal import Compression
internal import KafkaProtocol
internal import LinuxKernel
internal import RecordFormat

/// What is kept of groups: committed offsets, and the members of the last stable generation. In memory, and in a log
/// that is read at the start.
///
/// The log is `__consumer_offsets`, its records and the choice of the partition are Kafka's, a null value removes. One
/// node alone uses all partitions that there are, of which it makes one; a node of a cluster has its own. Instead of
/// being compacted, all that is kept in a partition is written again every 64 MiB, and retention drops what is older
/// than the last 256 MiB. The group coordinator's lock guards it.
final class OffsetStore {
    typealias Key = OffsetCommitKey
    typealias Value = OffsetCommitValue

    /// A record: nil removes.
    enum Change {
        case offset(Key, Value?)
        case members(group: String, GroupMetadataValue?)
        /// Of a kind that only Kafka knows, which is kept for it.
        case other(key: [UInt8], value: [UInt8]?)
    }

    private struct Part {
        /// Nil where it is offline or another node's.
        let partition: Partition?
        var others: [[UInt8]: [UInt8]] = [:]
        var bytesSinceRewrite = 0
    }

    private static let batchRecords = 500
    private static let settings = ["segment.bytes": "32MiB", "retention.bytes": "256MiB", "retention.ms": "-1"]

    /// After how many bytes all that a partition holds is written again.
    var rewriteBytes = 64 << 20
    private let cluster: ClusterMap
    private var parts: [Part]
    private let path: AppendPath
    private var encoder = RecordBatchEncoder(capacity: 4096)
    private var writer = WireWriter(capacity: 256)
    private var values: [Key: Value] = [:]
    /// The last record of each group's members.
    private(set) var members: [String: GroupMetadataValue] = [:]

    init(_ topics: TopicCatalog, _ cluster: ClusterMap) throws(BrokerError) {
        self.cluster = cluster
        do throws(TopicCatalog.Refusal) {
            parts = try Self.open(topics, count: cluster.nodes.count).partitions.map { Part(partition: $0) }
        } catch {
            throw .topic(path: TopicCatalog.offsetsTopic, reason: error.message)
        }
        guard let buffered = AppendPathCatalog.entry(named: "buffered") else {
            preconditionFailure("there is a buffered path")
        }
        path = buffered.make(parts.compactMap { $0.partition?.log.configuration.maxMessageBytes }.max() ?? 0)
        do throws(LogError) {
            for index in parts.indices { try replay(index) }
        } catch {
            throw .log(error)
        }
    }

    /// The topic, with a partition for each node, and not to be dropped by age whatever the other topics' rule is.
    private static func open(_ topics: TopicCatalog, count: Int) throws(TopicCatalog.Refusal) -> Topic {
        let name = TopicCatalog.offsetsTopic
        if let found = topics.find(name) {
            if found.partitions.count < count {
                try topics.addPartitions(to: name, total: count, validateOnly: false)
            }
            if settings.contains(where: { found.overrides[$0.key] == nil }) {
                // A directory of Kafka's, which compacts it.
                try topics.setOverrides(of: name, validateOnly: false) { $0.merging(settings) { own, _ in own } }
            }
        } else {
            try topics.create(name, partitionCount: count, overrides: settings)
        }
        guard let topic = topics.find(name) else { preconditionFailure("the topic was found or made") }
        return topic
    }

    private func index(of group: String) -> Int { cluster.offsetsPartition(ofGroup: group, count: parts.count) }

    /// Whether what concerns the group can be kept and given.
    func isAvailable(_ group: String) -> Bool {
        parts[index(of: group)].partition.map { !$0.health.isBroken } ?? false
    }

    subscript(key: Key) -> Value? { values[key] }

    /// The groups of which there is something.
    var groups: Set<String> { Set(values.keys.map(\.group)).union(members.keys) }

    /// The partitions that a group has offsets for.
    func topics(of group: String) -> [OffsetFetchRequest.Topic] {
        var partitions: [String: [Int32]] = [:]
        for key in values.keys where key.group == group { partitions[key.topic, default: []].append(key.partition) }
        return partitions.sorted { $0.key < $1.key }.map { topic, numbers in
            OffsetFetchRequest.Topic {
                $0.name = topic
                $0.partitionIndexes = numbers.sorted()
            }
        }
    }

    /// When each group that has offsets last committed one; milliseconds since 1970.
    var lastCommits: [String: Int64] {
        var last: [String: Int64] = [:]
        for (key, value) in values { last[key.group] = max(last[key.group] ?? .min, value.timestamp) }
        return last
    }

    /// Writes offsets to the log and then takes them.
    ///
    /// - Parameter now: Milliseconds since 1970.
    func write(_ changes: [(Key, Value?)], now: Int64) throws(LogError) {
        var sorted: [Int: [Change]] = [:]
        for (key, value) in changes { sorted[index(of: key.group), default: []].append(.offset(key, value)) }
        for (index, some) in sorted { try write(some, to: index, now: now) }
    }

    /// Writes a group's members to the log and then takes them.
    func write(_ value: GroupMetadataValue, of group: String, now: Int64) throws(LogError) {
        try write([.members(group: group, value)], to: index(of: group), now: now)
    }

    func removeAll(of group: String, now: Int64) throws(LogError) {
        var changes = values.keys.filter { $0.group == group }.map { Change.offset($0, nil) }
        if members[group] != nil { changes.append(.members(group: group, nil)) }
        try write(changes, to: index(of: group), now: now)
    }

    func removeAll(ofTopic topic: String, now: Int64) throws(LogError) {
        try write(values.keys.filter { $0.topic == topic }.map { ($0, nil) }, now: now)
    }

    // MARK: Log

    private func write(_ changes: [Change], to index: Int, now: Int64) throws(LogError) {
        try append(changes, to: index, now: now)
        try rewriteIfDue(index, now: now)
    }

    /// Writes again what a log has long had: one that Kafka wrote may be about to lose its oldest segments to retention
    /// before anybody commits.
    func rewriteWhereDue(now: Int64) throws(LogError) {
        for index in parts.indices where parts[index].partition != nil { try rewriteIfDue(index, now: now) }
    }

    private func rewriteIfDue(_ index: Int, now: Int64) throws(LogError) {
        let due = parts[index].bytesSinceRewrite
        guard due >= rewriteBytes else { return }
        parts[index].bytesSinceRewrite = 0
        do throws(LogError) {
            try append(all(of: index), to: index, now: now)
        } catch {
            parts[index].bytesSinceRewrite += due
            throw error
        }
    }

    /// All that a partition holds. What is only Kafka's goes first: its older groups are what newer ones come after.
    private func all(of index: Int) -> [Change] {
        var changes = parts[index].others.map { Change.other(key: $0.key, value: $0.value) }
        for (key, value) in values where self.index(of: key.group) == index { changes.append(.offset(key, value)) }
        for (group, value) in members where self.index(of: group) == index {
            changes.append(.members(group: group, value))
        }
        return changes
    }

    private func append(_ changes: [Change], to index: Int, now: Int64) throws(LogError) {
        guard let partition = parts[index].partition else {
            preconditionFailure("who keeps offsets asks before whether that is possible")
        }
        var rest = changes[...]
        while !rest.isEmpty {
            let taken: Int
            let batch: UnsafeRawBufferPointer
            do {
                unsafe try encoder.begin()
                taken = try encode(rest, limit: partition.log.configuration.maxMessageBytes, now: now)
                unsafe batch = try encoder.finish()
            } catch {
                throw .invalidBatch(reason: "\(error)")
            }
            // The encoder's memory is its own until the next `begin`; the log patches the offsets there.
            let bytes = unsafe UnsafeMutableRawBufferPointer(mutating: batch)
            do throws(LogError) {
                try partition.lock.withLock { () throws(LogError) in
                    try partition.refuseWhenGone()
                    _ = unsafe try partition.log.append(bytes, checking: .header, using: path)
                }
            } catch {
                partition.health.judge(error)
                throw error
            }
            parts[index].bytesSinceRewrite += bytes.count
            for change in rest.prefix(taken) { take(change, from: index) }
            rest = rest.dropFirst(taken)
        }
    }

    /// Fills the batch with as many records as it may have.
    ///
    /// - Returns: Their number, at least 1.
    private func encode(_ changes: ArraySlice<Change>, limit: Int, now: Int64) throws -> Int {
        for (count, change) in changes.enumerated() {
            guard count < Self.batchRecords else { return count }
            writer.removeAll(keepingCapacity: 1 << 16)
            let (keyCount, hasValue) = try write(change)
            let added = RecordBatchEncoder.recordBound(
                keyByteCount: keyCount, valueByteCount: writer.count - keyCount)
            guard count == 0 || encoder.byteCount + added <= limit else { return count }
            unsafe try writer.withUnsafeBytes { bytes throws(RecordBatchError) in
                unsafe try encoder.append(
                    timestamp: now, key: UnsafeRawBufferPointer(rebasing: bytes[..<keyCount]),
                    value: hasValue ? UnsafeRawBufferPointer(rebasing: bytes[keyCount...]) : nil)
            }
        }
        return changes.count
    }

    private func write(_ change: Change) throws(WireError) -> (keyCount: Int, hasValue: Bool) {
        let keyCount: Int
        switch change {
        case .offset(let key, let value):
            try key.encode(into: &writer, version: 1)
            keyCount = writer.count
            guard let value else { return (keyCount, false) }
            try value.encode(into: &writer)
        case .members(let group, let value):
            try GroupMetadataKey { $0.group = group }.encode(into: &writer, version: 2)
            keyCount = writer.count
            guard let value else { return (keyCount, false) }
            try value.encode(into: &writer, version: GroupMetadataValue.writtenVersion)
        case .other(let key, let value):
            unsafe key.withUnsafeBytes { unsafe writer.bytes($0) }
            keyCount = writer.count
            guard let value else { return (keyCount, false) }
            unsafe value.withUnsafeBytes { unsafe writer.bytes($0) }
        }
        return (keyCount, true)
    }

    // MARK: Start

    private func replay(_ index: Int) throws(LogError) {
        guard let partition = parts[index].partition else { return }
        let decompressor = Decompressor()
        /// By the ids of their producers: Kafka's transactions have offsets, too.
        var undecided: [Int64: [Change]] = [:]
        var offset = partition.log.logStartOffset
        while let slice = try partition.log.slice(at: offset, maxBytes: 1 << 20) {
            let buffer = AlignedBuffer(byteCount: slice.byteCount)
            do {
                _ = unsafe try slice.segment.open().file.readAll(into: buffer.bytes, at: slice.position)
                var batches = unsafe RecordBatchSequence(UnsafeRawBufferPointer(buffer.bytes))
                while let batch = try batches.next() {
                    let header = batch.header
                    var records = try RecordIterator(batch, decompressor: decompressor)
                    while let record = try records.next() {
                        if header.isControl {
                            let changes = undecided.removeValue(forKey: header.producerId) ?? []
                            if try isCommit(record) { for change in changes { take(change, from: index) } }
                        } else if let change = try change(record) {
                            if header.isTransactional {
                                undecided[header.producerId, default: []].append(change)
                            } else {
                                take(change, from: index)
                            }
                        }
                    }
                    offset = header.nextOffset
                }
            } catch let error as SystemError {
                throw .system(error)
            } catch {
                throw .invalidBatch(reason: "\(slice.segment.path) from position \(slice.position): \(error)")
            }
            parts[index].bytesSinceRewrite += slice.byteCount
        }
    }

    /// Whether the marker at the end of a transaction says that it holds. Source: Kafka's `ControlRecordType`, a version
    /// and then 0 for an abort, 1 for a commit.
    private func isCommit(_ marker: RecordView) throws(WireError) -> Bool {
        guard let key = unsafe marker.key else { return false }
        var reader = unsafe WireReader(key)
        // The version, whose later ones only add fields behind.
        _ = try reader.int16()
        return try reader.int16() == 1
    }

    private func change(_ record: RecordView) throws(WireError) -> Change? {
        guard let key = unsafe record.key else { return nil }
        var reader = unsafe WireReader(key)
        if let key = try OffsetCommitKey.decode(&reader) {
            guard let bytes = unsafe record.value else { return .offset(key, nil) }
            reader = unsafe WireReader(bytes)
            if let value = try OffsetCommitValue.decode(&reader) { return .offset(key, value) }
        }
        reader = unsafe WireReader(key)
        if let key = try GroupMetadataKey.decode(&reader) {
            guard let bytes = unsafe record.value else { return .members(group: key.group, nil) }
            reader = unsafe WireReader(bytes)
            if let value = try GroupMetadataValue.decode(&reader) { return .members(group: key.group, value) }
        }
        return unsafe .other(key: Array(key), value: record.value.map { unsafe Array($0) })
    }

    /// A group of another partition's is nobody's: Kafka does not find it there either.
    private func take(_ change: Change, from index: Int) {
        switch change {
        case .offset(let key, let value):
            if self.index(of: key.group) == index { values[key] = value }
        case .members(let group, let value):
            if self.index(of: group) == index { members[group] = value }
        case .other(let key, let value):
            parts[index].others[key] = value
        }
    }
}

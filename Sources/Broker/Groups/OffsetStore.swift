internal import CommitLog
internal import Compression
internal import KafkaProtocol
internal import LinuxKernel
internal import RecordFormat

/// The committed offsets: in memory, and in a log of their own that is read at the start.
///
/// The log is a partition of `__consumer_offsets`, which has one for each node; its records have Kafka's format
/// (OffsetCommitKey 1, OffsetCommitValue 3), a null value removes. Instead of being compacted, all offsets are written
/// again every 64 MiB, and retention drops what is older than the last 256 MiB. The group coordinator's lock guards it.
final class OffsetStore {
    struct Key: Hashable {
        var group: String
        var topic: String
        var partition: Int32
    }

    struct Value: Equatable {
        var offset: Int64
        var leaderEpoch: Int32
        var metadata: String
        /// Milliseconds since 1970.
        var timestamp: Int64
    }

    private static let rewriteBytes = 64 << 20
    private static let batchRecords = 500
    private static let settings = ["segment.bytes": "32MiB", "retention.bytes": "256MiB", "retention.ms": "-1"]

    /// Nil where it is offline.
    private let partition: Partition?
    private let path: AppendPath
    private var encoder = RecordBatchEncoder(capacity: 4096)
    private var writer = WireWriter(capacity: 256)
    private var values: [Key: Value] = [:]
    private var bytesSinceRewrite = 0

    init(_ topics: TopicCatalog, _ cluster: ClusterMap) throws(BrokerError) {
        let count = cluster.nodes.count
        do throws(TopicCatalog.Refusal) {
            if let found = topics.find(TopicCatalog.offsetsTopic) {
                if found.partitions.count < count {
                    try topics.addPartitions(to: TopicCatalog.offsetsTopic, total: count, validateOnly: false)
                }
            } else {
                try topics.create(TopicCatalog.offsetsTopic, partitionCount: count, overrides: Self.settings)
            }
        } catch {
            throw .topic(path: TopicCatalog.offsetsTopic, reason: error.message)
        }
        guard let buffered = AppendPathCatalog.entry(named: "buffered") else {
            preconditionFailure("there is a buffered path")
        }
        partition = topics.find(TopicCatalog.offsetsTopic)?.partitions[cluster.ownOffsetsPartition]
        path = buffered.make(partition?.log.configuration.maxMessageBytes ?? 0)
        do throws(LogError) {
            try replay()
        } catch {
            throw .log(error)
        }
    }

    /// Whether offsets can be kept and given.
    var isAvailable: Bool { partition.map { !$0.health.isBroken } ?? false }

    subscript(key: Key) -> Value? { values[key] }

    /// The groups that have offsets.
    var groups: Set<String> { Set(values.keys.map(\.group)) }

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

    func lastCommit(of group: String) -> Int64? {
        values.filter { $0.key.group == group }.map(\.value.timestamp).max()
    }

    /// Writes offsets to the log and then takes them.
    ///
    /// - Parameter now: Milliseconds since 1970.
    func write(_ changes: [(Key, Value?)], now: Int64) throws(LogError) {
        var rest = changes[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.batchRecords)
            rest = rest.dropFirst(Self.batchRecords)
            try append(some, now: now)
            for (key, value) in some { values[key] = value }
        }
        if bytesSinceRewrite >= Self.rewriteBytes {
            bytesSinceRewrite = 0
            try write(values.map { ($0.key, $0.value) }, now: now)
        }
    }

    func removeAll(of group: String, now: Int64) throws(LogError) {
        try write(values.keys.filter { $0.group == group }.map { ($0, nil) }, now: now)
    }

    func removeAll(ofTopic topic: String, now: Int64) throws(LogError) {
        try write(values.keys.filter { $0.topic == topic }.map { ($0, nil) }, now: now)
    }

    // MARK: Log

    private func append(_ changes: ArraySlice<(Key, Value?)>, now: Int64) throws(LogError) {
        let batch: UnsafeRawBufferPointer
        do {
            unsafe try encoder.begin()
            for (key, value) in changes {
                writer.removeAll()
                try write(key)
                let keyEnd = writer.count
                if let value { try write(value) }
                unsafe try writer.withUnsafeBytes { bytes throws(RecordBatchError) in
                    unsafe try encoder.append(
                        timestamp: now, key: UnsafeRawBufferPointer(rebasing: bytes[..<keyEnd]),
                        value: value == nil ? nil : UnsafeRawBufferPointer(rebasing: bytes[keyEnd...]))
                }
            }
            unsafe batch = try encoder.finish()
        } catch {
            throw .invalidBatch(reason: "\(error)")
        }
        // The encoder's memory is its own until the next `begin`; the log patches the offsets there.
        let bytes = unsafe UnsafeMutableRawBufferPointer(mutating: batch)
        guard let partition else { preconditionFailure("who keeps offsets asks before whether that is possible") }
        do throws(LogError) {
            try partition.lock.withLock { () throws(LogError) in
                try partition.refuseWhenGone()
                _ = unsafe try partition.log.append(bytes, checking: .header, using: path)
            }
        } catch {
            partition.health.judge(error)
            throw error
        }
        bytesSinceRewrite += bytes.count
    }

    private func write(_ key: Key) throws(WireError) {
        writer.int16(1)
        try writer.string(key.group)
        try writer.string(key.topic)
        writer.int32(key.partition)
    }

    private func write(_ value: Value) throws(WireError) {
        writer.int16(3)
        writer.int64(value.offset)
        writer.int32(value.leaderEpoch)
        try writer.string(value.metadata)
        writer.int64(value.timestamp)
    }

    private func replay() throws(LogError) {
        guard let partition else { return }
        let decompressor = Decompressor()
        var offset = partition.log.logStartOffset
        while let slice = try partition.log.slice(at: offset, maxBytes: 1 << 20) {
            let buffer = AlignedBuffer(byteCount: slice.byteCount)
            do {
                _ = unsafe try slice.segment.open().file.readAll(into: buffer.bytes, at: slice.position)
                var batches = unsafe RecordBatchSequence(UnsafeRawBufferPointer(buffer.bytes))
                while let batch = try batches.next() {
                    var records = try RecordIterator(batch, decompressor: decompressor)
                    while let record = try records.next() { try take(record) }
                    offset = batch.header.nextOffset
                }
            } catch let error as SystemError {
                throw .system(error)
            } catch {
                throw .invalidBatch(reason: "\(slice.segment.path) from position \(slice.position): \(error)")
            }
            bytesSinceRewrite += slice.byteCount
        }
    }

    private func take(_ record: RecordView) throws(WireError) {
        guard let key = unsafe record.key else { return }
        var reader = unsafe WireReader(key)
        // Other versions are Kafka's, for what is not kept here.
        guard try reader.int16() == 1 else { return }
        let name = Key(
            group: try reader.string().string, topic: try reader.string().string, partition: try reader.int32())
        guard let bytes = unsafe record.value else {
            values[name] = nil
            return
        }
        reader = unsafe WireReader(bytes)
        guard try reader.int16() == 3 else { return }
        values[name] = Value(
            offset: try reader.int64(), leaderEpoch: try reader.int32(), metadata: try reader.string().string,
            timestamp: try reader.int64())
    }
}

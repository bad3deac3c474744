internal import CommitLog

/// A log of one segment with known content.
final class FilledLog {
    let log: PartitionLog
    let byteCount: Int
    /// The log file's.
    let path: String

    init(directory: String, byteCount: Int, batchByteCount: Int, seed: UInt64) throws {
        let count = max(1, byteCount / batchByteCount)
        let pool = try BatchPool(batchByteCount: batchByteCount, count: count, seed: seed)
        log = try PartitionLog.open(
            try TopicPartition(topic: "limits", partition: 0), directory: directory,
            configuration: Self.configuration, after: .clean, flusher: nil)
        guard let path = AppendPathCatalog.entry(named: "buffered")?.make(pool.largestByteCount) else {
            preconditionFailure("the catalog has no buffered path")
        }
        for number in 0..<count { _ = unsafe try log.append(pool[number], checking: .header, using: path) }
        self.byteCount = log.byteCount
        self.path = log.activeSegment.path
    }

    static let configuration = LogConfiguration()
}

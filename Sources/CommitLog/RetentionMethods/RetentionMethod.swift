/// How the oldest records are given up when a log is larger or older than its retention allows.
package class RetentionMethod {
    init() {}

    /// Whether the log is cut into segments of `segment.bytes`; where not, it stays one file, and `segment.bytes` only
    /// says how much is given up at a time.
    var rollsSegments: Bool { true }

    /// Does what had to wait for readers, as far as they have gone.
    func catchUp() throws(LogError) {}

    /// Gives up about `byteCount` bytes at the log's start, in whole batches, but never all that the
    /// active segment has.
    ///
    /// - Returns: How many bytes were given up; 0 when nothing can be.
    func drop(_ byteCount: Int, from log: PartitionLog) throws(LogError) -> Int {
        fatalError("a retention method drops")
    }
}

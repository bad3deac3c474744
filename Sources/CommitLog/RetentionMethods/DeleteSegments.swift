internal import LinuxKernel

/// Unlinks the oldest segment, as Kafka does: its cost does not depend on how many bytes it has.
final class DeleteSegments: RetentionMethod {
    override func drop(_ byteCount: Int, from log: PartitionLog) throws(LogError) -> Int {
        guard log.segments.count > 1 else { return 0 }
        let oldest = log.segments[0]
        try kernel { () throws(SystemError) in try oldest.removeFiles() }
        log.segments.removeFirst()
        log.logStartOffset = max(log.logStartOffset, log.segments[0].baseOffset)
        return oldest.batchBytes
    }
}

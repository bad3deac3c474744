/// Unlinks the oldest segment, as Kafka does: its cost does not depend on how many bytes it has.
final class DeleteSegments: RetentionMethod {
    override func drop(_ byteCount: Int, from log: PartitionLog) throws(LogError) -> Int {
        guard log.segments.count > 1 else { return 0 }
        return try log.removeOldestSegment()
    }
}

/// Leaves write-back to the kernel, as Kafka does by default.
final class NoFlush: FlushPolicy {
    override func action(afterRecords count: Int) -> Action { .nothing }
}

/// Kafka's `flush.ms`: no record stays unflushed for longer. The flusher's thread does it, beside the appends.
final class FlushInterval: FlushPolicy {
    private let nanoseconds: Int64

    init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    override func action(afterRecords count: Int) -> Action { .nothing }

    override var interval: Int64? { nanoseconds }
}

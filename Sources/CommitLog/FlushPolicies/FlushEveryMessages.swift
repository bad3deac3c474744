/// Kafka's `flush.messages`: flush when so many records are unflushed.
final class FlushEveryMessages: FlushPolicy {
    private let limit: Int
    private var unflushed = 0

    init(limit: Int) {
        self.limit = limit
    }

    override func action(afterRecords count: Int) -> Action {
        unflushed += count
        guard unflushed >= limit else { return .nothing }
        unflushed = 0
        return .dataSync
    }
}

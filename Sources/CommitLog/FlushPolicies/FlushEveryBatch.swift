/// Every write is made durable, or at least written back, before it is acknowledged.
final class FlushEveryBatch: FlushPolicy {
    private let eachTime: Action

    init(with action: Action) {
        eachTime = action
    }

    override func action(afterRecords count: Int) -> Action { eachTime }
}

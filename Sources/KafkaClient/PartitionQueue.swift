/// The batches of one partition that wait for their turn.
final class PartitionQueue {
    let id: PartitionID
    /// Those that wait, in order.
    private(set) var waiting = Ring<PendingBatch>()
    /// The batch that still takes records.
    var open: BatchBuilder?
    /// The open batch has waited long enough; it takes records until it is sent.
    var isDue = false
    /// The producer's lane to the partition's leader; nil as long as there is none.
    var lane: Int?
    /// It is in that lane's list.
    var isListed = false
    /// Not to be sent before that time, after an error.
    var retryAt: Int64 = 0
    private var lastOrder: UInt64 = 0

    init(id: PartitionID) {
        self.id = id
    }

    /// Whether there is something to send.
    var isReady: Bool { !waiting.isEmpty || (open != nil && isDue) }

    /// The place of a batch that is added now.
    func nextOrder() -> UInt64 {
        lastOrder += 1
        return lastOrder
    }

    func append(_ batch: PendingBatch) { waiting.append(batch) }

    func takeFirst() -> PendingBatch? { waiting.popFirst() }

    /// Puts a batch that has to be sent again back to its place.
    func restore(_ batch: PendingBatch) {
        var later = waiting
        waiting = Ring()
        while let earlier = later.first, earlier.order < batch.order {
            waiting.append(earlier)
            _ = later.popFirst()
        }
        waiting.append(batch)
        while let next = later.popFirst() { waiting.append(next) }
    }
}

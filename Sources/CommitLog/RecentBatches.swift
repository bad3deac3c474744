/// Where the last few batches of the active segment lie, so that readers at the log's end need not look into the file.
struct RecentBatches {
    private static let capacity = 32

    /// A ring once it is full; `next` is then the oldest.
    private var batches: [PlacedBatch] = []
    private var next = 0

    mutating func append(_ batch: PlacedBatch) {
        if batches.count < Self.capacity {
            batches.append(batch)
        } else {
            batches[next] = batch
            next = (next + 1) % Self.capacity
        }
    }

    mutating func removeAll() {
        batches.removeAll(keepingCapacity: true)
        next = 0
    }

    /// The batch that holds the offset, if it is one of them.
    func batch(holding offset: Int64) -> PlacedBatch? {
        batches.first { $0.baseOffset <= offset && offset <= $0.lastOffset }
    }
}

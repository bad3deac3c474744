/// The way of a producer's batches to one node.
final class ProducerLane {
    let node: NodeConnection
    /// For each topic, the partitions that have something to send; they take turns.
    private(set) var ready: [Ring<PartitionQueue>] = []
    private(set) var readyCount = 0
    /// The topic that the next request begins with.
    var firstTopic = 0
    /// The batches of the request that is being made, topic by topic.
    var selected: [PendingBatch] = []

    init(node: NodeConnection) {
        self.node = node
    }

    /// Puts a partition at the end of its topic's list, or in front if it has only been looked at.
    func list(_ queue: PartitionQueue, first: Bool = false) {
        while ready.count <= queue.id.topic { ready.append(Ring()) }
        if first { ready[queue.id.topic].prepend(queue) } else { ready[queue.id.topic].append(queue) }
        queue.isListed = true
        readyCount += 1
    }

    func takeFirst(ofTopic topic: Int) -> PartitionQueue? {
        guard let queue = ready[topic].popFirst() else { return nil }
        queue.isListed = false
        readyCount -= 1
        return queue
    }

    func removeAll() {
        for topic in ready.indices {
            while takeFirst(ofTopic: topic) != nil {}
        }
    }
}

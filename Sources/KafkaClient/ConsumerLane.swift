/// The way of a consumer's fetches to one node: at most one request on the way, and one answer that is being taken.
final class ConsumerLane {
    let node: NodeConnection
    /// By topic.
    var partitions: [[ConsumerPartition]] = []
    var isFetching = false
    /// What the last answer brought and nobody has taken; in the node's memory.
    var fetched: [FetchedPartition] = []
    var taken = 0
    /// Where in each topic's list the next request begins, so that a limit does not always hit the same ones.
    var turn = 0

    init(node: NodeConnection) {
        self.node = node
    }

    var hasMore: Bool { taken < fetched.count }
}

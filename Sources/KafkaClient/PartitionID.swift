/// A partition of a topic that a client follows: two places in its tables.
package struct PartitionID: Hashable, Sendable {
    /// Of the topic in `ClusterConnection.topics`.
    package var topic: Int
    package var index: Int

    package init(topic: Int, index: Int) {
        self.topic = topic
        self.index = index
    }
}

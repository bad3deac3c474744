internal import KafkaProtocol

/// Who makes, changes and deletes topics when a client asks: this node alone, another node, or all of them.
protocol TopicAuthority {
    /// Makes a topic.
    ///
    /// - Parameters:
    ///   - partitionCount: nil takes the default.
    ///   - validateOnly: Everything is checked and nothing made.
    /// - Returns: The number of its partitions.
    @discardableResult
    func create(
        _ name: String, partitionCount: Int?, overrides: [String: String], validateOnly: Bool
    ) throws(TopicCatalog.Refusal) -> Int

    /// Adds partitions up to a new total.
    func addPartitions(to name: String, total: Int, validateOnly: Bool) throws(TopicCatalog.Refusal)

    /// Replaces what was set for a topic.
    ///
    /// - Parameter change: From what is set to what is to be.
    func setOverrides(
        of name: String, validateOnly: Bool,
        _ change: ([String: String]) throws(TopicCatalog.Refusal) -> [String: String]
    ) throws(TopicCatalog.Refusal)

    /// Deletes a topic with all its records.
    func delete(_ name: String) throws(TopicCatalog.Refusal)
}

/// This node's part of the topics, and nothing else.
struct LocalTopics: TopicAuthority {
    let node: BrokerNode

    @discardableResult
    func create(
        _ name: String, partitionCount: Int?, overrides: [String: String], validateOnly: Bool
    ) throws(TopicCatalog.Refusal) -> Int {
        let count = partitionCount ?? node.configuration.defaultPartitions
        try node.topics.create(name, partitionCount: count, overrides: overrides, validateOnly: validateOnly)
        return count
    }

    func addPartitions(to name: String, total: Int, validateOnly: Bool) throws(TopicCatalog.Refusal) {
        try node.topics.addPartitions(to: name, total: total, validateOnly: validateOnly)
    }

    func setOverrides(
        of name: String, validateOnly: Bool,
        _ change: ([String: String]) throws(TopicCatalog.Refusal) -> [String: String]
    ) throws(TopicCatalog.Refusal) {
        try node.topics.setOverrides(of: name, validateOnly: validateOnly, change)
    }

    func delete(_ name: String) throws(TopicCatalog.Refusal) {
        guard node.configuration.deleteTopics else {
            throw TopicCatalog.Refusal(code: .topicDeletionDisabled, message: "delete.topic.enable is false")
        }
        try node.topics.delete(name) { node.wake($0) }
        node.groups.forget(topic: name)
    }
}

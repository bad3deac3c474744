internal import KafkaProtocol

/// The topics of all nodes, as the controller changes them: each node, or none of them where one cannot be reached.
///
/// A node that fails in the middle leaves the others changed. The answer names it, and the change can be asked for
/// again: a node that has it already does not mind.
struct ClusterTopics: TopicAuthority {
    let local: LocalTopics
    let others: [RemoteTopics]

    @discardableResult
    func create(
        _ name: String, partitionCount: Int?, overrides: [String: String], validateOnly: Bool
    ) throws(TopicCatalog.Refusal) -> Int {
        let count = try local.create(
            name, partitionCount: partitionCount, overrides: overrides, validateOnly: true)
        if validateOnly { return count }
        try reachAll()
        try local.create(name, partitionCount: count, overrides: overrides, validateOnly: false)
        do throws(TopicCatalog.Refusal) {
            try tell(acceptedAlready: .topicAlreadyExists) { other throws(TopicCatalog.Refusal) in
                try other.create(name, partitionCount: count, overrides: overrides, validateOnly: false)
            }
        } catch {
            throw takeBack(name, after: error)
        }
        return count
    }

    /// Removes a topic that not every node could make; nobody has written to it yet.
    ///
    /// - Returns: The refusal, with the nodes that still have the topic: the others will learn it from them.
    private func takeBack(_ name: String, after refusal: TopicCatalog.Refusal) -> TopicCatalog.Refusal {
        var remains: [String] = []
        func attempt(_ place: String, _ removal: () throws(TopicCatalog.Refusal) -> Void) {
            do throws(TopicCatalog.Refusal) {
                try removal()
            } catch {
                // Where it was not made, there is nothing to remove.
                if error.code != .unknownTopicOrPartition { remains.append("\(place) (\(error.message))") }
            }
        }
        attempt("node \(local.node.configuration.nodeId)") { () throws(TopicCatalog.Refusal) in try local.delete(name) }
        for other in others {
            attempt("node \(other.peer.node.id)") { () throws(TopicCatalog.Refusal) in try other.delete(name) }
        }
        if remains.isEmpty { return refusal }
        let places = remains.joined(separator: ", ")
        local.node.log.error("topic '\(name)' was made in part and cannot be taken back on \(places)")
        return TopicCatalog.Refusal(
            code: refusal.code, message: "\(refusal.message); the topic stays on \(places): delete it, or ask again")
    }

    func addPartitions(to name: String, total: Int, validateOnly: Bool) throws(TopicCatalog.Refusal) {
        try local.addPartitions(to: name, total: total, validateOnly: true)
        if validateOnly { return }
        try reachAll()
        // What is wrong with the number was found out above; here it means that they are there.
        try tell(acceptedAlready: .invalidPartitions) { other throws(TopicCatalog.Refusal) in
            try other.addPartitions(to: name, total: total, validateOnly: false)
        }
        try local.addPartitions(to: name, total: total, validateOnly: false)
    }

    func setOverrides(
        of name: String, validateOnly: Bool,
        _ change: ([String: String]) throws(TopicCatalog.Refusal) -> [String: String]
    ) throws(TopicCatalog.Refusal) {
        var overrides: [String: String] = [:]
        try local.setOverrides(of: name, validateOnly: true) { current throws(TopicCatalog.Refusal) in
            overrides = try change(current)
            return overrides
        }
        if validateOnly { return }
        try reachAll()
        try tell(acceptedAlready: nil) { other throws(TopicCatalog.Refusal) in
            try other.setOverrides(of: name, validateOnly: false) { _ in overrides }
        }
        try local.setOverrides(of: name, validateOnly: false) { _ in overrides }
    }

    func delete(_ name: String) throws(TopicCatalog.Refusal) {
        guard local.node.topics.find(name) != nil else {
            throw TopicCatalog.Refusal(code: .unknownTopicOrPartition, message: "there is no topic '\(name)'")
        }
        try reachAll()
        try tell(acceptedAlready: .unknownTopicOrPartition) { other throws(TopicCatalog.Refusal) in
            try other.delete(name)
        }
        try local.delete(name)
    }

    /// A change needs all nodes; looking first keeps it from being half done.
    private func reachAll() throws(TopicCatalog.Refusal) {
        for other in others {
            do throws(TopicCatalog.Refusal) {
                try other.peer.reach()
            } catch {
                throw TopicCatalog.Refusal(
                    code: error.code, message: error.message + "; nothing was changed, since topics belong to all nodes"
                )
            }
        }
    }

    private func tell(
        acceptedAlready done: ErrorCode?, _ change: (RemoteTopics) throws(TopicCatalog.Refusal) -> Void
    ) throws(TopicCatalog.Refusal) {
        for other in others {
            do throws(TopicCatalog.Refusal) {
                try change(other)
            } catch {
                guard error.code != done else { continue }
                throw TopicCatalog.Refusal(
                    code: error.code, message: "node \(other.peer.node.id) did not follow: \(error.message)")
            }
        }
    }
}

/// Which node does what: a static map that every node and, through metadata, every client has.
///
/// There is no replication: a partition has one node, its leader, found by arithmetic, so that all
/// nodes agree without talking.
package struct ClusterMap: Sendable {
    package struct Node: Sendable, Equatable {
        package let id: Int32
        package let host: String
        package let port: Int32

        package init(id: Int32, host: String, port: Int32) {
            self.id = id
            self.host = host
            self.port = port
        }
    }

    /// In order of their ids; never empty.
    package let nodes: [Node]
    /// The node that this process is.
    package let own: Int32

    init(nodes: [Node], own: Int32) {
        precondition(nodes.contains { $0.id == own }, "this node is in the map")
        self.nodes = nodes
        self.own = own
    }

    var isSingle: Bool { nodes.count == 1 }

    /// The node that holds a partition: a topic's partitions follow each other over the nodes, from one
    /// that its name chooses.
    ///
    /// Committed offsets have one partition for each node, in the nodes' order.
    func leader(ofTopic topic: String, partition: Int32) -> Int32 {
        if isSingle { return own }
        let first = topic == TopicCatalog.offsetsTopic ? 0 : Self.hash(topic)
        return nodes[Int((first &+ UInt64(partition)) % UInt64(nodes.count))].id
    }

    /// The partition of `__consumer_offsets` that a group of this node's is kept in: its own of a cluster's, and where it
    /// is alone the one that Kafka chooses, so that either finds the other's groups.
    ///
    /// - Parameter count: Of all partitions.
    func offsetsPartition(ofGroup group: String, count: Int) -> Int {
        guard isSingle else { return nodes.firstIndex { $0.id == own } ?? 0 }
        // Java's `String.hashCode`, and its magnitude with 0 for the one that has none.
        let hash = group.utf16.reduce(0 as Int32) { $0 &* 31 &+ Int32($1) }
        return hash == .min ? 0 : Int(hash.magnitude) % count
    }

    /// The node that coordinates a group.
    func coordinator(ofGroup group: String) -> Node {
        nodes[Int(Self.hash(group) % UInt64(nodes.count))]
    }

    /// The node that has all nodes change their topics: the one with the lowest id.
    var controller: Node { nodes[0] }

    /// What all nodes of this map name as their cluster's id, 22 characters as Kafka's: they have no file in common.
    var identity: String {
        let text = nodes.map { "\($0.id)@\($0.host):\($0.port)" }.joined(separator: ",")
        let digits = ["sluice,", "cluster,"].map { String(Self.hash($0 + text), radix: 36) }.joined()
        return String((digits + String(repeating: "0", count: 22)).prefix(22))
    }

    /// FNV-1a, 64 bits: the same in every process, as the standard library's hashes are not.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

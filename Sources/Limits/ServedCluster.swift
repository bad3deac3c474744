internal import Broker
internal import LinuxKernel

/// The nodes of a cluster, all in this process.
final class ServedCluster {
    /// Of one node.
    struct Place {
        let nodes: [ClusterMap.Node]
        let id: Int32
        let port: BrokerPort
    }

    let ports: [UInt16]
    private let brokers: [ServedBroker]

    /// - Parameter directory: Is made, with one for each node in it.
    init(_ count: Int, directory: String) throws {
        var configuration = BrokerConfiguration()
        configuration.port = 0
        var listening: [BrokerPort] = []
        for _ in 0..<count { listening.append(try BrokerPort(configuration)) }
        ports = listening.map(\.address.port)
        let nodes = ports.enumerated().map { index, port in
            ClusterMap.Node(id: Int32(index + 1), host: "127.0.0.1", port: Int32(port))
        }
        var brokers: [ServedBroker] = []
        for (node, port) in zip(nodes, listening) {
            brokers.append(
                try ServedBroker(
                    directory: "\(directory)/node-\(node.id)", place: Place(nodes: nodes, id: node.id, port: port)))
        }
        self.brokers = brokers
    }

    func stop() throws(BrokerError) {
        for broker in brokers { try broker.stop() }
    }
}

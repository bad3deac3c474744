import Broker
import LinuxKernel

/// Nodes of one cluster in this process, each on a port and in a directory of its own.
final class RunningCluster {
    private let directory = RunningBroker.makeDirectory()
    private let settings: [String]
    let ports: [UInt16]
    /// By node, of which the first has the id 1; nil where it is stopped.
    private(set) var nodes: [RunningBroker?]

    init(_ count: Int = 3, _ settings: [String] = []) throws {
        var configuration = BrokerConfiguration()
        try configuration.apply(assignment: "listeners=127.0.0.1:0")
        let listening = try (0..<count).map { _ in try BrokerPort(configuration) }
        ports = listening.map(\.address.port)
        let map = ports.enumerated().map { "\($0 + 1)@127.0.0.1:\($1)" }.joined(separator: ",")
        self.settings = settings + ["cluster.nodes=\(map)"]
        nodes = Array(repeating: nil, count: count)
        for index in 0..<count { try start(index, on: listening[index]) }
    }

    deinit {
        nodes = []
        try? Directory.removeTree(directory)
    }

    /// The directory of a node's logs.
    func logs(of index: Int) -> String { "\(directory)/node-\(index + 1)/logs" }

    /// - Parameter port: Nil listens where it did before.
    func start(_ index: Int, on port: BrokerPort? = nil) throws {
        nodes[index] = try RunningBroker(
            settings + ["node.id=\(index + 1)", "listeners=127.0.0.1:\(ports[index])"],
            in: "\(directory)/node-\(index + 1)", keepingDirectory: true, port: port)
    }

    func stop(_ index: Int) {
        nodes[index]?.stop()
        nodes[index] = nil
    }

    /// Stops a node and takes its disk away.
    func lose(_ index: Int) throws {
        stop(index)
        try Directory.removeTree("\(directory)/node-\(index + 1)")
    }

    func connect(to index: Int) throws -> TestClient { try TestClient(port: ports[index]) }
}

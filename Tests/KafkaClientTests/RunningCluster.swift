import Broker
import Foundation
import KafkaClient
import LinuxKernel
import Logging

/// Nodes of one cluster in this process, each on a port and in a directory of its own.
final class RunningCluster {
    private let directory = NSTemporaryDirectory() + "sluice-client-tests-" + UUID().uuidString
    private let map: String
    let ports: [UInt16]
    private var nodes: [(server: BrokerServer, thread: KernelThread)?]

    init(_ count: Int) throws {
        var configuration = BrokerConfiguration()
        try configuration.apply(assignment: "listeners=127.0.0.1:0")
        let listening = try (0..<count).map { _ in try BrokerPort(configuration) }
        ports = listening.map(\.address.port)
        map = ports.enumerated().map { "\($0 + 1)@127.0.0.1:\($1)" }.joined(separator: ",")
        nodes = Array(repeating: nil, count: count)
        for index in 0..<count { try start(index, on: listening[index]) }
    }

    var addresses: [(host: String, port: UInt16)] { ports.map { ("127.0.0.1", $0) } }

    /// - Parameter port: Nil listens where it did before.
    func start(_ index: Int, on port: BrokerPort? = nil) throws {
        var configuration = BrokerConfiguration()
        for setting in [
            "node.id=\(index + 1)", "cluster.nodes=\(map)", "log.dirs=\(directory)/node-\(index + 1)",
        ] {
            try configuration.apply(assignment: setting)
        }
        let server = try BrokerServer(
            configuration, port: port, logger: Logger(label: "broker") { _ in SwiftLogNoOpLogHandler() })
        let thread = try KernelThread(name: "broker") {
            // What goes wrong in there shows in the client's tests.
            try? server.run()
        }
        nodes[index] = (server, thread)
    }

    func stop(_ index: Int) {
        nodes[index]?.server.stop()
        nodes[index]?.thread.join()
        nodes[index] = nil
    }

    /// The connections that each node has, as the kernel counts them.
    func connectionCounts() throws -> [Int] {
        let rows = try TextFile.read("/proc/self/net/tcp").split(separator: "\n").dropFirst()
        let established = "01"
        let local = rows.compactMap { row -> String? in
            let fields = row.split(separator: " ")
            return fields[3] == established ? fields[1].split(separator: ":").last.map(String.init) : nil
        }
        return ports.map { port in local.filter { UInt16($0, radix: 16) == port }.count }
    }

    deinit {
        for index in nodes.indices { stop(index) }
        try? FileManager.default.removeItem(atPath: directory)
    }
}

import LinuxKernel
import Testing

@testable import Emulation

@Suite("Emulated hosts", .enabled(if: ProcessHandle.isRoot, "namespaces and control groups are for root only"))
struct HostTests {
    @Test("reach each other by their own addresses, and the machine's network stays as it was")
    func network() throws {
        try onThread {
            let network = try NodeNetwork(nodes: 3)
            for node in 1...3 {
                let address = try SocketAddress(host: NodeNetwork.address(ofNode: node), port: 0)
                let listener = try network.within(node: node) { try Listener(at: address) }
                let connect = "exec 3<>/dev/tcp/\(address.host)/\(listener.port)"
                let fromClient = try Command.run("timeout", ["5", "bash", "-c", connect])
                let fromNode = try network.within(node: node % 3 + 1) {
                    try Command.run("timeout", ["5", "bash", "-c", connect])
                }
                for found in [fromClient, fromNode] where found.code != 0 { throw EmulationError(found.output) }
            }
        }
        let interfaces = try Directory.names(in: "/sys/class/net")
        #expect(interfaces.allSatisfy { $0 != "nodes" && !$0.hasPrefix("node-") })
    }

    @Test("with a quota get no more processor time, and leave no group", .enabled(if: Self.quotaObjection == nil))
    func quota() throws {
        let scratch = try Scratch()
        let quota = try ProcessorQuota(
            thousandths: 200, name: "test-\(UInt32.random(in: 0...UInt32.max))",
            leftovers: Leftovers(directory: scratch.path + "/run"))
        let child = try ChildProcess("sh", ["-c", "read line; while :; do :; done"])
        try quota.bind(child.identifier)
        try child.send("go")
        let before = try ProcessHandle.cpuNanoseconds(of: child.identifier)
        let began = MonotonicClock.now()
        MonotonicClock.sleep(nanoseconds: 500_000_000)
        let used = try ProcessHandle.cpuNanoseconds(of: child.identifier) - before
        let share = Double(used) / Double(MonotonicClock.now() - began)
        #expect(share < 0.25 && share > 0.05, "\(share) of a processor instead of 0.2")
        _ = try child.wait(timeoutNanoseconds: 1)
        try quota.remove()
        #expect(try Directory.names(in: scratch.path + "/run") == [".lock"])
    }

    private static var quotaObjection: String? { ProcessorQuota.objection(disksAreLimited: false) }
}

/// A socket that nobody accepts from: the kernel itself takes the connection.
private final class Listener: Sendable {
    private let socket: ListeningSocket
    let port: UInt16

    init(at address: SocketAddress) throws {
        socket = try ListeningSocket(at: address, backlog: 8)
        port = socket.address.port
    }
}

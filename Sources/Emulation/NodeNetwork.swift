internal import LinuxKernel

/// A network of nodes on one machine: each in a network namespace of its own, with an address of its own, joined by a
/// bridge in a namespace that the clients' process is in.
///
/// The calling thread is in the clients' namespace from then on, with all that it starts. When the processes have ended
/// nothing of the network is left; the machine's own is never touched.
package final class NodeNetwork {
    private let home: NetworkNamespace
    private let nodes: [NetworkNamespace]

    private static let bridge = "nodes"
    private static let interface = "eth0"
    private static let homeNumber: UInt8 = 254

    /// - Parameter count: How many nodes there are; at most 253.
    package init(nodes count: Int) throws {
        // Programs that this thread starts inherit its namespace; they are made first, so that it ends in the clients'.
        nodes = try (0..<count).map { _ in try NetworkNamespace.enterNew() }
        home = try NetworkNamespace.enterNew()
        let interfaces = try NetworkInterfaces()
        try interfaces.start("lo")
        try interfaces.makeBridge(Self.bridge)
        try interfaces.setAddress(Self.numbers(Self.homeNumber), of: Self.bridge)
        try interfaces.start(Self.bridge)
        for (index, node) in nodes.enumerated() {
            let name = "node-\(index + 1)"
            try interfaces.makePair(name, joinedTo: Self.bridge, peer: Self.interface, in: node)
            try interfaces.start(name)
            try within(node) {
                let own = try NetworkInterfaces()
                try own.setAddress(Self.numbers(UInt8(index + 1)), of: Self.interface)
                try own.start(Self.interface)
                try own.start("lo")
            }
        }
    }

    /// The address of a node; the first is 1.
    package static func address(ofNode number: Int) -> String {
        let (a, b, c, d) = numbers(UInt8(number))
        return "\(a).\(b).\(c).\(d)"
    }

    private static func numbers(_ host: UInt8) -> (UInt8, UInt8, UInt8, UInt8) { (10, 77, 0, host) }

    /// Runs a body on the calling thread in a node's namespace; what it starts stays there.
    package func within<Result>(node number: Int, _ body: () throws -> Result) throws -> Result {
        try within(nodes[number - 1], body)
    }

    private func within<Result>(_ node: NetworkNamespace, _ body: () throws -> Result) throws -> Result {
        try node.enter()
        let result = Swift.Result { try body() }
        try home.enter()
        return try result.get()
    }

    /// Why this machine cannot have such a network; nil when it can.
    package static var objection: String? {
        guard ProcessHandle.isRoot else { return "network namespaces are for root only; run as root" }
        guard (try? Directory.exists("/proc/self/ns/net")) == true else {
            return "the kernel has no network namespaces"
        }
        return nil
    }
}

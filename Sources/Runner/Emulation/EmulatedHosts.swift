internal import Emulation
internal import Experiments
internal import LinuxKernel

/// What a cell's nodes have of machines of their own: a network, and a bound on processor time.
final class EmulatedHosts {
    private let network: NodeNetwork?
    private let quotas: [ProcessorQuota]

    /// Makes what the settings ask for; the calling thread is where clients are, from then on.
    init(_ settings: Settings) throws {
        let nodes = settings[.nodes]
        network = settings[.network] == .namespaces ? try NodeNetwork(nodes: nodes) : nil
        quotas =
            try settings[.processorQuota].map { quota in
                try (1...nodes).map { try ProcessorQuota(thousandths: quota.thousandths, name: "node-\($0)") }
            } ?? []
    }

    /// Starts a node's process on its host.
    func start(_ place: NodePlace, _ arguments: [String]) throws -> ChildProcess {
        let number = Int(place.id)
        let process =
            try network.map { try $0.within(node: number) { try ChildProcess.ofThisProgram(arguments) } }
            ?? ChildProcess.ofThisProgram(arguments)
        if !quotas.isEmpty { try quotas[number - 1].bind(process.identifier) }
        return process
    }

    /// Removes what does not go with the processes, which have ended.
    func remove() throws {
        for quota in quotas { try quota.remove() }
    }
}

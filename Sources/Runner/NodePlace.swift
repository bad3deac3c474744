internal import Emulation
internal import Experiments

/// Where one node of a leg's cluster runs: its number, the address it listens at, and its own log directories.
struct NodePlace: Sendable {
    var id: Int32
    /// The port is the kernel's choice.
    var host: String
    var directories: [String]

    /// The nodes that a cell asks for, side by side in a leg's directory.
    static func all(_ settings: Settings, in dataDirectory: String) -> [NodePlace] {
        (1...settings[.nodes]).map { node in
            NodePlace(
                id: Int32(node),
                host: settings[.network] == .namespaces ? NodeNetwork.address(ofNode: node) : "127.0.0.1",
                directories: (1...settings.directoriesPerNode).map { "\(dataDirectory)/node-\(node)/log-dir-\($0)" })
        }
    }
}

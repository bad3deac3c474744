internal import CLinux
internal import Glibc

/// Interfaces, addresses and ports of their own; see network_namespaces(7). Root only.
///
/// A namespace lives as long as a process in it or one of these does; it has no name, and so nothing is left of it.
package final class NetworkNamespace: Sendable {
    private let descriptor: Int32

    /// The one that the calling thread is in.
    package static func current() throws(SystemError) -> NetworkNamespace {
        let path = "/proc/thread-self/ns/net"
        return NetworkNamespace(
            try systemCall(.open, "open", path: path) { unsafe sluice_open(path, O_RDONLY, 0) })
    }

    /// A new one, which the calling thread is in from now on.
    package static func enterNew() throws(SystemError) -> NetworkNamespace {
        _ = try systemCall(.process, "unshare(CLONE_NEWNET)") { sluice_unshare_network() }
        return try current()
    }

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        CallCounters.count(.close)
        close(descriptor)
    }

    /// Moves the calling thread there, with what it starts from now on.
    package func enter() throws(SystemError) {
        _ = try systemCall(.process, "setns") { sluice_enter_network(descriptor) }
    }

    /// For a request that names the namespace.
    var number: UInt32 { UInt32(descriptor) }
}

internal import CLinux
internal import Glibc

/// A TCP socket that takes connections.
package struct ListeningSocket: ~Copyable, Sendable {
    /// What came of an attempt to accept.
    package enum Arrival: ~Copyable {
        case connection(Socket, from: SocketAddress)
        case none
        /// There is no descriptor or no memory for it now: the connection stays in the kernel's queue, and keeps the
        /// listener ready, until another attempt.
        case exhausted(SystemError)
    }

    let descriptor: Int32
    /// Where it listens; with the port that the kernel chose.
    package let address: SocketAddress

    /// Binds and listens.
    package init(at address: SocketAddress, backlog: Int32 = 1024) throws(SystemError) {
        let number = try Self.listen(at: address, backlog: backlog)
        var raw = sluice_address()
        // Neither fails for a socket that was just bound, other than for want of memory.
        _ = unsafe sluice_local_address(number, &raw)
        descriptor = number
        self.address = SocketAddress(raw)
    }

    private static func listen(at address: SocketAddress, backlog: Int32) throws(SystemError) -> Int32 {
        var raw = address.raw
        let name = "\(address)"
        let descriptor = try systemCall(.socket, "socket", path: name) { unsafe sluice_socket(&raw) }
        do throws(SystemError) {
            _ = try systemCall(.socketOption, "setsockopt") { sluice_set_reuse_address(descriptor) }
            _ = try systemCall(.bind, "bind", path: name) { unsafe sluice_bind(descriptor, &raw) }
            _ = try systemCall(.bind, "listen", path: name) { Glibc.listen(descriptor, backlog) }
            return descriptor
        } catch {
            CallCounters.count(.close)
            _ = Glibc.close(descriptor)
            throw error
        }
    }

    deinit {
        CallCounters.count(.close)
        _ = Glibc.close(descriptor)
    }

    /// Chooses how TCP finds its pace on the connections that are taken from now on.
    package func setCongestionControl(_ name: String) throws(SystemError) {
        _ = try systemCall(.socketOption, "setsockopt(TCP_CONGESTION)") {
            unsafe sluice_set_congestion_control(descriptor, name)
        }
    }

    /// Takes the next connection that waits.
    package func accept() throws(SystemError) -> Arrival {
        var peer = sluice_address()
        do {
            let listener = descriptor
            let accepted = try systemCall(.accept, "accept4", path: "\(address)") {
                unsafe sluice_accept(listener, &peer)
            }
            return .connection(Socket(descriptor: accepted), from: SocketAddress(peer))
        } catch {
            switch error.code {
            case EAGAIN: return .none
            // The peer has gone between its connection and this call; see accept(2).
            case ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH:
                return .none
            // A firewall's rule ended it.
            case EPERM: return .none
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted(error)
            default: throw error
            }
        }
    }
}

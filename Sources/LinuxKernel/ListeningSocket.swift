internal import CLinux
internal import Glibc

/// A TCP socket that takes connections.
package struct ListeningSocket: ~Copyable, Sendable {
    /// What came of an attempt to accept.
    package enum Arrival: ~Copyable {
        case connection(Socket, from: SocketAddress)
        case none
        /// The process or the system has no descriptor left: the connection was closed without a word.
        case refused(SystemError)
    }

    let descriptor: Int32
    /// Where it listens; with the port that the kernel chose.
    package let address: SocketAddress
    /// Kept so that one connection at a time can be taken and closed when there is no descriptor left; otherwise it would
    /// stay in the queue and keep the listener ready.
    private var spare: Int32

    /// Binds and listens.
    package init(at address: SocketAddress, backlog: Int32 = 1024) throws(SystemError) {
        let number = try Self.listen(at: address, backlog: backlog)
        var raw = sluice_address()
        // Neither fails for a socket that was just bound, other than for want of memory.
        _ = unsafe sluice_local_address(number, &raw)
        descriptor = number
        self.address = SocketAddress(raw)
        spare = (try? Self.openSpare()) ?? -1
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
        for number in [descriptor, spare] where number >= 0 {
            CallCounters.count(.close)
            _ = Glibc.close(number)
        }
    }

    private static func openSpare() throws(SystemError) -> Int32 {
        try systemCall(.open, "open", path: "/dev/null") { unsafe sluice_open("/dev/null", O_RDONLY, 0) }
    }

    /// Takes the next connection that waits.
    package mutating func accept() throws(SystemError) -> Arrival {
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
            case EMFILE, ENFILE:
                refuseOne()
                return .refused(error)
            case ENOBUFS, ENOMEM, EPERM:
                // No memory now, or a firewall's rule: the listener itself is well.
                return .refused(error)
            default: throw error
            }
        }
    }

    private mutating func refuseOne() {
        var peer = sluice_address()
        if spare >= 0 {
            CallCounters.count(.close)
            _ = Glibc.close(spare)
        }
        CallCounters.count(.accept)
        let accepted = unsafe sluice_accept(descriptor, &peer)
        if accepted >= 0 {
            CallCounters.count(.close)
            _ = Glibc.close(accepted)
        }
        // Without a spare descriptor the next refusal has to wait until some connection ends.
        spare = (try? Self.openSpare()) ?? -1
    }
}

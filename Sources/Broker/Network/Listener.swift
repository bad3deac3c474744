internal import LinuxKernel

/// The listening socket, shared by whoever starts and whoever accepts.
final class Listener: @unchecked Sendable {
    private var socket: ListeningSocket?
    let address: SocketAddress

    /// - Parameter congestionControl: Of its connections; nil leaves it to the system.
    init(at address: SocketAddress, congestionControl: String? = nil) throws(SystemError) {
        let socket = try ListeningSocket(at: address)
        if let congestionControl { try socket.setCongestionControl(congestionControl) }
        self.address = socket.address
        self.socket = consume socket
    }

    func register(with poll: borrowing EventPoll, token: UInt64) throws(SystemError) {
        if socket != nil { try poll.add(socket!, token: token) }
    }

    /// Lets connections wait in the kernel's queue until `register`.
    func pause(in poll: borrowing EventPoll) throws(SystemError) {
        if socket != nil { try poll.remove(socket!) }
    }

    func accept() throws(SystemError) -> ListeningSocket.Arrival {
        guard socket != nil else { return .none }
        return try socket!.accept()
    }

    /// Takes no more connections; those that wait are refused by the kernel.
    func close() {
        socket = nil
    }
}

internal import LinuxKernel

/// The listening socket, shared by whoever starts and whoever accepts.
final class Listener: @unchecked Sendable {
    var socket: ListeningSocket

    init(at address: SocketAddress) throws(SystemError) {
        socket = try ListeningSocket(at: address)
    }

    func accept() throws(SystemError) -> ListeningSocket.Arrival {
        try socket.accept()
    }
}

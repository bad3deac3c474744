internal import LinuxKernel
internal import Synchronization

/// A socket on its way from the reactor that accepted it to the one that serves it.
final class SocketParcel: Sendable {
    private let content: Mutex<Socket?>

    init(_ socket: consuming sending Socket) {
        content = Mutex(socket)
    }

    /// The socket, for the first who asks.
    func open() -> Socket? {
        content.withLock { $0.take() }
    }
}

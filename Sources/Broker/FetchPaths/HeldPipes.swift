internal import LinuxKernel

/// The pipes of a path that goes through pipes: one that holds bytes stays with its connection until it is empty;
/// the others are shared by all.
struct HeldPipes {
    /// Empty pipes that are kept.
    private static let keptPipes = 8

    private let byteCount: Int
    private var free: [KernelPipe] = []
    /// By their socket's number.
    private var held: [Int: KernelPipe] = [:]

    init(byteCount: Int) {
        self.byteCount = byteCount
    }

    /// The pipe with what the socket did not take; nil when there is none.
    mutating func takeHeld(for socket: borrowing Socket) -> KernelPipe? {
        held.isEmpty ? nil : held.removeValue(forKey: socket.number)
    }

    mutating func takeEmpty() throws(SystemError) -> KernelPipe {
        if let kept = free.popLast() { return kept }
        return try KernelPipe(capacity: byteCount)
    }

    /// Puts a pipe back: to its connection when it holds something, to all otherwise.
    mutating func put(_ pipe: KernelPipe, of socket: borrowing Socket) {
        if pipe.byteCount > 0 {
            held[socket.number] = pipe
        } else if free.count < Self.keptPipes {
            free.append(pipe)
        }
    }

    /// The socket is about to be closed; what was on its way to it goes with its pipe.
    mutating func forget(_ socket: borrowing Socket) {
        if !held.isEmpty { held[socket.number] = nil }
    }
}

internal import CommitLog
internal import LinuxKernel

/// `splice` from the file into a pipe and from the pipe into the socket: what `sendfile` does inside, with a pipe whose size
/// is ours and a second call.
///
/// What the socket does not take stays in the pipe, which stays with the connection until it is empty. Pipes that are not in
/// use are shared by all connections.
final class SpliceFetchPath: FetchPath {
    /// Empty pipes that are kept.
    private static let keptPipes = 8

    private let pipeByteCount: Int
    private var free: [KernelPipe] = []
    /// The pipes that hold bytes, by their socket's number.
    private var held: [Int: KernelPipe] = [:]

    init(pipeByteCount: Int) {
        self.pipeByteCount = pipeByteCount
    }

    override func send(
        _ segment: Segment, at position: Int, byteCount: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        let pipe: KernelPipe
        if let holder = held.isEmpty ? nil : held.removeValue(forKey: socket.number) {
            pipe = holder
        } else {
            if let kept = free.popLast() { pipe = kept } else { pipe = try KernelPipe(capacity: pipeByteCount) }
            // An empty pipe takes something unless the file has nothing.
            let count = try pipe.fill(from: segment.open().file, at: position, byteCount: byteCount)
            guard let count, count > 0 else {
                free.append(pipe)
                return 0
            }
        }
        // On an error the pipe and its bytes go; the connection ends with it.
        let count = try pipe.drain(to: socket, more: more || pipe.byteCount < byteCount)
        if pipe.byteCount > 0 {
            held[socket.number] = pipe
        } else if free.count < Self.keptPipes {
            free.append(pipe)
        }
        return count
    }

    override func forget(_ socket: borrowing Socket) {
        guard !held.isEmpty else { return }
        held[socket.number] = nil
    }
}

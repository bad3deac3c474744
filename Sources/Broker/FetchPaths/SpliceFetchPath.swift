internal import CommitLog
internal import LinuxKernel

/// `splice` from the file into a pipe and from the pipe into the socket: what `sendfile` does inside, with a pipe whose
/// size is ours and a second call.
final class SpliceFetchPath: FetchPath {
    private var pipes: HeldPipes

    init(pipeByteCount: Int) {
        pipes = HeldPipes(byteCount: pipeByteCount)
    }

    override func send(
        _ segment: Segment, at position: Int, byteCount: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        let pipe: KernelPipe
        if let held = pipes.takeHeld(for: socket) {
            pipe = held
        } else {
            pipe = try pipes.takeEmpty()
            // An empty pipe takes something unless the file has nothing.
            let count = try pipe.fill(from: segment.open().file, at: position, byteCount: byteCount)
            guard let count, count > 0 else {
                pipes.put(pipe, of: socket)
                return 0
            }
        }
        // On an error the pipe and its bytes go; the connection ends with it.
        let count = try pipe.drain(to: socket, more: more || pipe.byteCount < byteCount)
        pipes.put(pipe, of: socket)
        return count
    }

    override func forget(_ socket: borrowing Socket) {
        pipes.forget(socket)
    }
}

internal import LinuxKernel

/// `splice` from the socket through a pipe to the file: the payload never enters user memory.
///
/// Only a batch's beginning is received, to parse and patch its header, and written; so the CRC is not checked,
/// and nothing can be changed but the header. The kernel copies on the file's side. A batch that is in memory
/// anyway is written from there.
final class SpliceAppendPath: BufferedAppendPath {
    private static let pipeBytes = 1 << 20

    private var pipe: KernelPipe?

    override var intake: Intake { .socket }

    override func move(
        _ head: UnsafeRawBufferPointer, from socket: borrowing Socket, byteCount: Int, to segment: Segment,
        at position: Int
    ) throws(SystemError) {
        try settle()
        let pipe: KernelPipe
        if let open = self.pipe { pipe = open } else { pipe = try KernelPipe(capacity: Self.pipeBytes) }
        // One in which a failure leaves bytes is not used again.
        self.pipe = nil
        let pin = try segment.open()
        unsafe try pin.file.writeAll(head, at: position)
        var moved = head.count
        while moved < byteCount {
            guard let count = try pipe.fill(from: socket, byteCount: byteCount - moved), count > 0 else {
                // No fault of the file's.
                throw SystemError.lostConnection("splice of a batch that had arrived", path: segment.path)
            }
            try pipe.drain(to: pin.file, at: position + moved)
            moved += count
        }
        self.pipe = pipe
    }
}

internal import CommitLog
internal import LinuxKernel

/// `sendfile`: pages go from the page cache to the socket, and no byte enters user memory.
final class SendfileFetchPath: FetchPath {
    override func send(
        _ segment: Segment, at position: Int, byteCount: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        // The call has no flag for `more`; the kernel itself lets all but the last packet of a call wait.
        try socket.sendFile(segment.open().file, at: position, byteCount: byteCount)
    }
}

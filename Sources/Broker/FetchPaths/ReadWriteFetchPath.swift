internal import CommitLog
internal import LinuxKernel

/// `pread` into a reused buffer, then `send`: what a program does that knows nothing better.
///
/// What the socket does not take is read again when it takes more, so that a slow reader holds no memory.
final class ReadWriteFetchPath: FetchPath {
    // Small enough to stay in the CPU's second-level cache between the two calls.
    private let buffer = AlignedBuffer(byteCount: 256 * 1024)

    override func send(
        _ segment: Segment, at position: Int, byteCount: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        let count = unsafe min(byteCount, buffer.bytes.count)
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<count])
        let read = unsafe try segment.open().file.read(into: room, at: position)
        guard read > 0 else { return 0 }
        return unsafe try socket.send(
            UnsafeRawBufferPointer(rebasing: room[..<read]), more: more || read < byteCount)
    }

    override func sendMemory(
        _ bytes: UnsafeRawBufferPointer, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        unsafe try socket.send(bytes, more: more)
    }
}

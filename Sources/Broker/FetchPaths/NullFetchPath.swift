internal import CommitLog
internal import LinuxKernel

/// Sends zeros of the right number: the ceiling that socket and protocol set, and the skeleton to copy for a new path.
///
/// The number has to be right, because the response says it; the log is not read at all.
final class NullFetchPath: FetchPath {
    // A path that needs memory, a pipe or a ring makes it here, once, never per send.
    private let zeros = AlignedBuffer(byteCount: 64 * 1024)

    override init() {
        super.init()
        unsafe zeros.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    // Move as many of the bytes as the socket takes now, and say how many; nil when it takes none. Never wait: other
    // connections share the thread.
    override func send(
        _ segment: Segment, at position: Int, byteCount: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        let count = unsafe min(byteCount, zeros.bytes.count)
        return unsafe try socket.send(
            UnsafeRawBufferPointer(rebasing: zeros.bytes[..<count]), more: more || count < byteCount)
    }

    // Bytes from the broker's own cache are there already; they cost what zeros cost.
    override func sendMemory(
        _ bytes: UnsafeRawBufferPointer, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        unsafe try socket.send(bytes, more: more)
    }
}

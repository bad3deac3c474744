internal import CommitLog
internal import LinuxKernel

/// `send` from the mapped segment: the kernel copies from the page cache's own pages into the socket, and nothing is
/// copied into a buffer before. Pages that this process has not touched yet cost a fault.
final class MmapFetchPath: FetchPath {
    override func send(
        _ segment: Segment, at position: Int, byteCount: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        let mapping = try segment.mapped(upTo: position + byteCount)
        return unsafe try socket.send(
            mapped: UnsafeRawBufferPointer(rebasing: mapping.bytes[position..<position + byteCount]), more: more)
    }
}

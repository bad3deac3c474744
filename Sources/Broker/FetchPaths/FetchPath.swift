internal import CommitLog
internal import LinuxKernel

/// How a range of a segment gets into a socket.
///
/// A path only moves bytes, as many as the socket takes; the connection keeps how far it got. The segment is pinned by the
/// caller, so its bytes stay. One instance serves one thread and any number of connections.
///
/// To write another path, copy `NullFetchPath` and add a line to `FetchPathCatalog`.
package class FetchPath {
    init() {}

    /// Sends from the segment's file, without waiting.
    ///
    /// - Parameters:
    ///   - position: The first byte, in the segment's file.
    ///   - byteCount: At least 1, all of them in the file.
    ///   - more: Other bytes follow at once (MSG_MORE).
    /// - Returns: How many bytes the socket took; nil when it takes none now.
    func send(
        _ segment: Segment, at position: Int, byteCount: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        fatalError("a fetch path sends")
    }
}

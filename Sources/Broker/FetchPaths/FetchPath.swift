internal import CommitLog
internal import Glibc
internal import LinuxKernel

/// How a range of a segment gets into a socket.
///
/// A path only moves bytes, as many as the socket takes; the connection keeps how far it got. The segment is pinned by
/// the caller, so its bytes stay. One instance serves one thread and any number of connections; what it keeps for one
/// is found by the socket's number and costs nothing while nothing is under way.
///
/// To write another path, copy `NullFetchPath` and add a line to `FetchPathCatalog`.
package class FetchPath {
    init() {}

    /// Sends from the segment's file, without waiting.
    ///
    /// After a send that took less than it was given, the next one for the socket goes on behind what was taken.
    ///
    /// - Parameters:
    ///   - position: The first byte, in the segment's file.
    ///   - byteCount: At least 1, all of them in the file.
    ///   - more: Other bytes follow at once (MSG_MORE).
    /// - Returns: How many bytes the socket took; 0 where the file ends; nil when the socket takes none now.
    func send(
        _ segment: Segment, at position: Int, byteCount: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        fatalError("a fetch path sends")
    }

    /// Sends from memory that stays as it is only until this returns.
    ///
    /// EOPNOTSUPP for a path whose way needs the page cache, beside which configurations with another cache are refused.
    func sendMemory(
        _ bytes: UnsafeRawBufferPointer, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        throw SystemError(call: "send from memory", code: EOPNOTSUPP)
    }

    /// Takes what the kernel says of earlier sends on the socket's error queue.
    ///
    /// - Returns: Whether the path has an error queue at all; if not, the socket has failed.
    func takeCompletions(of socket: borrowing Socket) throws(SystemError) -> Bool { false }

    /// Has the path's own descriptor watched, where it has one; `takeCompletions()` is called when it is ready.
    func watch(with poll: borrowing EventPoll, token: UInt64) throws(SystemError) {}

    /// Takes what the kernel says of earlier sends of all sockets.
    func takeCompletions() {}

    /// The socket is about to be closed: lets go of everything that is kept for it.
    func forget(_ socket: borrowing Socket) {}
}

internal import CommitLog
internal import LinuxKernel

/// `send` with MSG_ZEROCOPY from the mapped segment: the device takes the page cache's own pages. The kernel
/// says on the socket's error queue when it has let go of them, and whether it had to copy them after all,
/// as it always has on loopback.
///
/// The mapping is held until then. What is still under way when a connection ends is the kernel's own:
/// it holds the pages.
final class ZerocopyFetchPath: FetchPath {
    /// A send whose completion has not come.
    private struct Send {
        var number: UInt32
        var byteCount: Int
        var mapping: FileMapping
    }

    private struct Outstanding {
        var isAllowed = false
        var nextNumber: UInt32 = 0
        var sends: [Send] = []
    }

    /// By the socket's number.
    private var sockets: [Outstanding] = []

    override func send(
        _ segment: Segment, at position: Int, byteCount: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        let slot = socket.number
        while sockets.count <= slot { sockets.append(Outstanding()) }
        if !sockets[slot].isAllowed {
            try socket.allowZerocopy()
            sockets[slot].isAllowed = true
        }
        let mapping = try segment.mapped(upTo: position + byteCount)
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: mapping.bytes[position..<position + byteCount])
        guard let count = unsafe try send(bytes, to: socket, more: more) else { return nil }
        sockets[slot].sends.append(
            Send(number: sockets[slot].nextNumber, byteCount: count, mapping: mapping))
        sockets[slot].nextNumber &+= 1
        return count
    }

    /// - Returns: Nil also where the kernel holds as much of this socket's as it may: a completion wakes it up.
    private func send(
        _ bytes: UnsafeRawBufferPointer, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        do throws(SystemError) {
            return unsafe try socket.sendZerocopy(bytes, more: more)
        } catch {
            guard error.name == "ENOBUFS", !sockets[socket.number].sends.isEmpty else { throw error }
            return nil
        }
    }

    override func takeCompletions(of socket: borrowing Socket) throws(SystemError) -> Bool {
        let slot = socket.number
        guard slot < sockets.count, sockets[slot].isAllowed else { return false }
        while let completion = try socket.takeCompletion() {
            // Numbers go around; what counts is how far a send lies behind the first one.
            let reach = completion.last &- completion.first
            sockets[slot].sends.removeAll { send in
                guard send.number &- completion.first <= reach else { return false }
                Socket.countCompleted(send.byteCount, isCopied: completion.isCopied)
                return true
            }
        }
        return true
    }

    override func forget(_ socket: borrowing Socket) {
        let slot = socket.number
        guard slot < sockets.count else { return }
        sockets[slot] = Outstanding()
    }
}

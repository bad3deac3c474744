internal import CommitLog
internal import LinuxKernel

/// SEND_ZC from the mapped segment: the device takes the page cache's own pages. The kernel says in the
/// ring when it has let go of them, and whether it had to copy them after all, as it always has on
/// loopback; no call is needed to learn it.
final class UringZerocopyFetchPath: FetchPath {
    /// A send whose pages the kernel still holds.
    private struct Send {
        var byteCount: Int
        var mapping: FileMapping
    }

    private var ring: Ring
    private var nextToken: UInt64 = 0
    private var sends: [UInt64: Send] = [:]

    init(ringSize: Int) throws(SystemError) {
        ring = try Ring(entries: ringSize)
        super.init()
    }

    override func watch(with poll: borrowing EventPoll, token: UInt64) throws(SystemError) {
        try poll.add(ring, token: token)
    }

    override func send(
        _ segment: Segment, at position: Int, byteCount: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        let mapping = try segment.mapped(upTo: position + byteCount)
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: mapping.bytes[position..<position + byteCount])
        let token = nextToken
        nextToken = (nextToken + 1) & (1 << 56 - 1)
        let hasPlace = unsafe ring.sendZerocopy(
            bytes, to: Ring.Target(socket), more ? [.more, .noWait] : .noWait, token: token)
        precondition(hasPlace, "each send is handed over before the next")
        sends[token] = Send(byteCount: 0, mapping: mapping)
        while true {
            try ring.submit(waitingFor: 1)
            var result: Ring.Completion?
            while let completion = ring.nextCompletion() {
                if completion.token == token, !completion.isNotification {
                    result = completion
                    if !completion.hasMore { sends[token] = nil }
                    sends[token]?.byteCount = max(0, completion.result)
                } else {
                    finish(completion)
                }
            }
            guard let result else { continue }
            guard let error = result.error(call: "send (SEND_ZC)") else { return result.result }
            if error.name == "EAGAIN" { return nil }
            throw error
        }
    }

    override func takeCompletions() {
        while let completion = ring.nextCompletion() { finish(completion) }
    }

    /// The kernel has let go of a send's pages.
    private func finish(_ notification: Ring.Completion) {
        guard let send = sends.removeValue(forKey: notification.token) else { return }
        Socket.countCompleted(send.byteCount, isCopied: notification.wasCopied)
    }
}

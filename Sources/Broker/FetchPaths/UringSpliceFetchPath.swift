internal import CommitLog
internal import LinuxKernel

/// Both moves of `splice`, linked in a ring: one call for what two were needed for. The kernel has no way to splice
/// without waiting, so it hands each move to a thread of its own, whose CPU time is this process's.
final class UringSpliceFetchPath: FetchPath {
    private static let pageByteCount = ProcessHandle.pageSize
    private static let fillToken: UInt64 = 0
    private static let drainToken: UInt64 = 1

    private var ring: Ring
    private var pipes: HeldPipes

    init(pipeByteCount: Int) throws(SystemError) {
        ring = try Ring(entries: 2)
        pipes = HeldPipes(byteCount: pipeByteCount)
        super.init()
    }

    override func send(
        _ segment: Segment, at position: Int, byteCount: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        if let held = pipes.takeHeld(for: socket) {
            return try drain(held, held.byteCount, to: socket, more: more || held.byteCount < byteCount, operations: 1)
        }
        let pin = try segment.open()
        let pipe = try pipes.takeEmpty()
        // No more than the pipe certainly takes, since a move that is short cancels the one behind it.
        let wanted = min(byteCount, max(1, pipe.capacity - position % Self.pageByteCount))
        let hasPlace = ring.splice(
            from: Ring.Target(pin.file), at: position, to: Ring.Target(inputOf: pipe), at: nil, byteCount: wanted,
            leavesPipe: false, [.linked, .noWait], token: Self.fillToken)
        precondition(hasPlace, "the ring has room for both moves")
        return try drain(pipe, wanted, to: socket, more: more || wanted < byteCount, operations: 2)
    }

    /// Moves what the pipe holds, or will hold by the operation that is prepared before, to the socket.
    private func drain(
        _ pipe: KernelPipe, _ byteCount: Int, to socket: borrowing Socket, more: Bool, operations: Int
    ) throws(SystemError) -> Int? {
        let hasPlace = ring.splice(
            from: Ring.Target(outputOf: pipe), at: nil, to: Ring.Target(socket), at: nil, byteCount: byteCount,
            leavesPipe: true, more ? [.more, .noWait] : .noWait, token: Self.drainToken)
        precondition(hasPlace, "the ring has room for both moves")
        try ring.submit(waitingFor: operations)
        var sent: Int?
        var failure: SystemError?
        for _ in 0..<operations {
            guard let completion = ring.nextCompletion() else { preconditionFailure("all of them were waited for") }
            if let error = completion.error(call: "splice") {
                if error.name != "EAGAIN", error.name != "ECANCELED" { failure = failure ?? error }
            } else if completion.token == Self.fillToken {
                pipe.noteFilled(completion.result)
            } else {
                pipe.noteDrained(completion.result)
                sent = completion.result
            }
        }
        if let failure { throw failure }
        // The file has ended; or the pipe took less than it should have and has not been emptied: now it is.
        if sent == nil, operations == 2, pipe.byteCount < byteCount {
            if pipe.byteCount > 0 { return try drain(pipe, pipe.byteCount, to: socket, more: true, operations: 1) }
            sent = 0
        }
        pipes.put(pipe, of: socket)
        return sent
    }

    override func forget(_ socket: borrowing Socket) {
        pipes.forget(socket)
    }
}

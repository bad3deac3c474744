package import LinuxKernel
internal import Synchronization

/// The thread that flushes logs whose policy is a time: it wakes when the next one is due and groups what is due together.
package final class Flusher: Sendable {
    private struct Member {
        let ledger: FlushLedger
        let interval: Int64
        var due: Int64
    }

    private struct State {
        var members: [Member] = []
        var thread: KernelThread?
        var isStopping = false
    }

    private let state = Mutex(State())
    private let wake: WakeEvent

    package init() throws(SystemError) {
        wake = try WakeEvent()
    }

    deinit {
        precondition(state.withLock { $0.thread == nil }, "stop the flusher before letting go of it")
    }

    /// Flushes the ledger's log every `interval` nanoseconds from now on; the first member starts the thread.
    func add(_ ledger: FlushLedger, interval: Int64) throws(SystemError) {
        let needsThread = state.withLock { state in
            state.members.append(
                Member(ledger: ledger, interval: interval, due: MonotonicClock.now() + interval))
            return state.thread == nil
        }
        if needsThread {
            let thread = try KernelThread(name: "flusher") { [self] in run() }
            state.withLock { $0.thread = thread }
        }
        wake.signal()
    }

    /// Flushes the ledger's log no more, after flushing it once more.
    func remove(_ ledger: FlushLedger) {
        state.withLock { $0.members.removeAll { $0.ledger === ledger } }
        ledger.flushNoted()
    }

    /// Ends the thread; what is unflushed stays so.
    package func stop() {
        let thread = state.withLock { state in
            state.isStopping = true
            defer { state.thread = nil }
            return state.thread
        }
        wake.signal()
        thread?.join()
    }

    private func run() {
        while true {
            let (isStopping, ledgers, wait) = state.withLock { state -> (Bool, [FlushLedger], Int64) in
                let now = MonotonicClock.now()
                var due: [FlushLedger] = []
                var next = now + 3_600_000_000_000
                for index in state.members.indices {
                    if state.members[index].due <= now {
                        due.append(state.members[index].ledger)
                        // Fixed rate from now on: after a slow flush the missed ones are not made up for.
                        state.members[index].due = now + state.members[index].interval
                    }
                    next = min(next, state.members[index].due)
                }
                return (state.isStopping, due, next - now)
            }
            if isStopping { return }
            for ledger in ledgers { ledger.flushNoted() }
            if ledgers.isEmpty { wake.wait(nanoseconds: wait) }
        }
    }
}

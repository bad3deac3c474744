package import LinuxKernel
internal import Synchronization

/// The thread that flushes the logs of a directory beside their appends: those that are due by time and, where it
/// groups flushes, those whose policy asks for it after a write. From time to time it also advances the
/// directory's recovery checkpoint.
///
/// It takes what was asked for in turn. What is written while it flushes waits for its next round, so that many writes
/// share a flush when the device is slow, and one has the device for itself when it is not.
package final class Flusher: Sendable {
    private struct Member {
        let ledger: FlushLedger
        let interval: Int64
        var due: Int64
    }

    private struct State {
        /// Logs that are flushed by time.
        var members: [Member] = []
        /// Logs that wait for a flush, in the order in which they asked.
        var requests: [FlushLedger] = []
        var listener: (@Sendable () -> Void)?
        var thread: KernelThread?
        var nextCheckpoint: Int64
        var isStopping = false
    }

    /// Whether flushes that policies ask for after a write run here, and whoever wrote is told later; otherwise each
    /// log does them itself before a write counts.
    let groupsFlushes: Bool

    private let state: Mutex<State>
    private let wake: WakeEvent
    /// Advanced from time to time, as long as there is a thread; nil where there is none.
    private let checkpoint: RecoveryCheckpoint?
    /// Nanoseconds.
    private let checkpointInterval: Int64

    package convenience init(groupsFlushes: Bool = false) throws(SystemError) {
        try self.init(groupsFlushes: groupsFlushes, checkpoint: nil, every: .max)
    }

    /// - Parameter interval: In nanoseconds.
    init(groupsFlushes: Bool, checkpoint: RecoveryCheckpoint?, every interval: Int64) throws(SystemError) {
        self.groupsFlushes = groupsFlushes
        self.checkpoint = checkpoint
        checkpointInterval = interval
        state = Mutex(State(nextCheckpoint: checkpoint == nil ? .max : MonotonicClock.now() + interval))
        wake = try WakeEvent()
    }

    deinit {
        precondition(state.withLock { $0.thread == nil }, "stop the flusher before letting go of it")
    }

    /// Calls the listener whenever flushes have ended, on the flusher's thread.
    package func whenFlushed(_ listener: @escaping @Sendable () -> Void) {
        state.withLock { $0.listener = listener }
    }

    /// Takes care of the ledger's log from now on, and flushes it every `interval` nanoseconds if there is one; the
    /// first log starts the thread.
    func add(_ ledger: FlushLedger, interval: Int64?) throws(SystemError) {
        let needsThread = state.withLock { state in
            if let interval {
                state.members.append(
                    Member(ledger: ledger, interval: interval, due: MonotonicClock.now() + interval))
            }
            return state.thread == nil
        }
        if needsThread {
            let thread = try KernelThread(name: "flusher") { [self] in run() }
            state.withLock { $0.thread = thread }
        }
        wake.signal()
    }

    /// Flushes the ledger's log as soon as it can.
    func request(_ ledger: FlushLedger) {
        let wasIdle = state.withLock { state in
            let wasIdle = state.requests.isEmpty
            if !state.requests.contains(where: { $0 === ledger }) { state.requests.append(ledger) }
            return wasIdle
        }
        if wasIdle { wake.signal() }
    }

    /// Flushes the ledger's log no more, after flushing it once more.
    func remove(_ ledger: FlushLedger) {
        state.withLock { state in
            state.members.removeAll { $0.ledger === ledger }
            state.requests.removeAll { $0 === ledger }
        }
        flush(ledger)
        tell()
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
            let (isStopping, ledgers, checkpointIsDue, wait) = state.withLock {
                state -> (Bool, [FlushLedger], Bool, Int64) in
                let now = MonotonicClock.now()
                var ledgers = state.requests
                state.requests.removeAll()
                let checkpointIsDue = state.nextCheckpoint <= now
                if checkpointIsDue { state.nextCheckpoint = now + checkpointInterval }
                var next = min(now + 3_600_000_000_000, state.nextCheckpoint)
                for index in state.members.indices {
                    if state.members[index].due <= now {
                        ledgers.append(state.members[index].ledger)
                        // Fixed rate from now on: after a slow flush the missed ones are not made up for.
                        state.members[index].due = now + state.members[index].interval
                    }
                    next = min(next, state.members[index].due)
                }
                return (state.isStopping, ledgers, checkpointIsDue, next - now)
            }
            if isStopping { return }
            for ledger in ledgers {
                flush(ledger)
                tell()
            }
            if checkpointIsDue { checkpoint?.advance() }
            if ledgers.isEmpty, !checkpointIsDue { wake.wait(nanoseconds: wait) }
        }
    }

    private func flush(_ ledger: FlushLedger) {
        // A failure is kept by the ledger; who waits for the flush and who appends next meets it there.
        do throws(SystemError) { try ledger.flushAsked() } catch {}
    }

    private func tell() {
        state.withLock { $0.listener }?()
    }
}

internal import LinuxKernel
internal import Synchronization

/// The one place where a log's flushes run, on its own thread or the flusher's: what is durable, how long it took, and
/// whether it failed.
///
/// Flushes of a log run one at a time, and none after one that failed: the kernel reports a failed write-back once and then
/// takes the lost pages for clean, so a second try would say what is not true.
package final class FlushLedger: Sendable {
    private struct State {
        /// Segments with records that the flusher has to see to, in order.
        var unflushed: [Segment] = []
        /// The log's end when they were noted.
        var endOffset: Int64 = 0
        var flushedOffset: Int64 = 0
        var failure: SystemError?
        var latencies: [Int64] = []
    }

    /// How many durations are kept until they are taken; 8 MiB.
    private static let latencyLimit = 1 << 20

    private let state = Mutex(State())
    /// Held while a flush runs, so that who finds nothing to flush knows that no flush is under way either.
    private let turn = Mutex<Void>(())
    /// The failure's fast check: read for every reservation.
    private let hasFailed = Atomic<Bool>(false)

    init() {}

    /// The first offset that may not be durable.
    var flushedOffset: Int64 { state.withLock { $0.flushedOffset } }

    /// Why the log takes no more appends and flushes; nil when all is well.
    var failure: SystemError? {
        hasFailed.load(ordering: .acquiring) ? state.withLock { $0.failure } : nil
    }

    /// The log cannot tell any more what is in its files: it stops for good. The first reason stays.
    func fail(_ error: SystemError) {
        state.withLock { $0.failure = $0.failure ?? error }
        hasFailed.store(true, ordering: .releasing)
    }

    /// The durations of the flushes since the last call, in nanoseconds; of more than a million, the first ones.
    func takeLatencies() -> [Int64] {
        state.withLock { state in
            defer { state.latencies.removeAll(keepingCapacity: true) }
            return state.latencies
        }
    }

    /// Runs one flush and keeps its duration; a failure is kept, and stops the log.
    func flush(_ body: () throws(SystemError) -> Void) throws(SystemError) {
        try turn.withLock { (_) throws(SystemError) in try run(body) }
    }

    private func run(_ body: () throws(SystemError) -> Void) throws(SystemError) {
        if let failure { throw failure }
        let began = MonotonicClock.now()
        do throws(SystemError) {
            try body()
        } catch {
            fail(error)
            throw error
        }
        let nanoseconds = MonotonicClock.now() - began
        state.withLock { state in
            if state.latencies.count < Self.latencyLimit { state.latencies.append(nanoseconds) }
        }
    }

    /// Everything below the offset is durable.
    func flushed(upTo offset: Int64) {
        state.withLock { $0.flushedOffset = max($0.flushedOffset, offset) }
    }

    /// The log settled records that the flusher has to make durable.
    func note(_ segment: Segment, endOffset: Int64) {
        state.withLock { state in
            if state.unflushed.last !== segment { state.unflushed.append(segment) }
            state.endOffset = endOffset
        }
    }

    /// Makes durable what was noted, on the caller's thread; returns when no flush is under way. A failure is kept.
    func flushNoted() {
        turn.withLock { _ in
            let (segments, endOffset) = state.withLock { state in
                defer { state.unflushed.removeAll(keepingCapacity: true) }
                return (state.unflushed, state.endOffset)
            }
            do throws(SystemError) {
                for segment in segments {
                    try run { () throws(SystemError) in try segment.makeDurable(withAllMetadata: false) }
                }
                if !segments.isEmpty { flushed(upTo: endOffset) }
            } catch {
                // Kept by `run`; the log's own thread reports it with its next append, flush or close.
                return
            }
        }
    }
}

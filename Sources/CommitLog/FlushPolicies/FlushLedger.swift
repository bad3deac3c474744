internal import LinuxKernel
internal import Synchronization

/// What of a log is durable, and how long flushes took; shared by the log's thread and the flusher's.
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

    private let path: String
    private let state = Mutex(State())
    /// The failure's fast check: read for every reservation.
    private let hasFailed = Atomic<Bool>(false)

    init(path: String) {
        self.path = path
    }

    /// The first offset that may not be durable.
    var flushedOffset: Int64 { state.withLock { $0.flushedOffset } }

    /// Why a flush failed; the log takes no more appends then.
    var failure: SystemError? {
        hasFailed.load(ordering: .acquiring) ? state.withLock { $0.failure } : nil
    }

    /// The durations of the flushes since the last call, in nanoseconds.
    package func takeLatencies() -> [Int64] {
        state.withLock { state in
            defer { state.latencies.removeAll(keepingCapacity: true) }
            return state.latencies
        }
    }

    /// Runs a flush and keeps its duration.
    func timed(_ body: () throws(SystemError) -> Void) throws(SystemError) {
        let began = MonotonicClock.now()
        try body()
        let nanoseconds = MonotonicClock.now() - began
        state.withLock { $0.latencies.append(nanoseconds) }
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

    /// Makes durable what was noted, on the caller's thread. A failure is kept and stops the log.
    func flushNoted() {
        let (segments, endOffset) = state.withLock { state in
            defer { state.unflushed.removeAll(keepingCapacity: true) }
            return (state.unflushed, state.endOffset)
        }
        guard !segments.isEmpty else { return }
        do throws(SystemError) {
            for segment in segments {
                try timed { () throws(SystemError) in try segment.file.dataSync() }
            }
            flushed(upTo: endOffset)
        } catch {
            state.withLock { $0.failure = error }
            hasFailed.store(true, ordering: .releasing)
        }
    }
}

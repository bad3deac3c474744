package import LinuxKernel
internal import Synchronization

/// What of a log is written, what its flush policy asked for, and what is durable: the one place where a log's flushes
/// run, on the log's own thread or the flusher's.
///
/// Flushes of a log run one at a time, and none after one that failed: the kernel reports a failed write-back once and
/// then takes the lost pages for clean, so a second try would say what is not true. Whoever writes while a flush runs
/// is covered by the next one, so a slow device gathers many writes into a flush.
package final class FlushLedger: Sendable {
    /// How far a log has come: the offset behind what counts, that of the last batch, and where in
    /// which file that ends.
    struct Place {
        var offset: Int64 = 0
        var lastBatchOffset: Int64 = 0
        var segment: Segment?
        var position = 0
    }

    /// Whether what the policy asks for a record was done.
    package enum Outcome: Sendable {
        case waits
        case done
        /// The flush failed: nobody knows whether the record would survive.
        case failed(SystemError)
    }

    /// Bytes of a segment's file that were written.
    private struct Extent {
        let segment: Segment
        var bytes: Range<Int>
    }

    /// A segment that takes no more appends, and the offset behind it.
    private struct Closed {
        let segment: Segment
        let nextOffset: Int64
    }

    private struct State {
        /// What no flush has seen, in the order of the log; with empty ranges where it was written back
        /// without a flush.
        var extents: [Extent] = []
        var end = Place()
        /// What is closed and was not made durable since, with its end and its indexes, in the order of the log.
        var closed: [Closed] = []
        /// No start has to check what lies below. Of the last segment that is the batches before the last
        /// durable one: the offset behind it may become the next segment's, and would then say that this one is
        /// durable as a whole, with its end.
        var recoveryPoint: Int64 = 0
        /// What the policy asked for last, and the log's end then.
        var asked = FlushPolicy.Action.nothing
        var askedOffset: Int64 = 0
        /// Up to here everything that was asked for is done.
        var doneOffset: Int64 = 0
        var flushedOffset: Int64 = 0
        /// The last batch that was flushed.
        var flushedBatchOffset: Int64 = 0
        /// Readers see what lies below: everything, but for what waits for a flush.
        var readable = Place()
        var failure: SystemError?
        var latencies: [Int64] = []

        mutating func advance() {
            if doneOffset >= askedOffset { readable = end }
            if closed.isEmpty { recoveryPoint = max(recoveryPoint, flushedBatchOffset) }
        }

        /// Everything up to there is durable.
        mutating func noteFlushed(_ place: Place) {
            flushedOffset = max(flushedOffset, place.offset)
            flushedBatchOffset = max(flushedBatchOffset, place.lastBatchOffset)
        }
    }

    /// How many durations are kept until they are taken; 8 MiB.
    private static let latencyLimit = 1 << 20

    private let state = Mutex(State())
    /// Held while a flush runs, so that who finds nothing to flush knows that no flush is under way either. The array
    /// is that flush's, and its memory is used again.
    private let turn = Mutex<[Extent]>([])
    /// The failure's fast check: read for every reservation.
    private let hasFailed = Atomic<Bool>(false)

    init() {}

    // MARK: What is known

    /// The first offset that may not be durable.
    var flushedOffset: Int64 { state.withLock { $0.flushedOffset } }

    /// Below lie only batches that are durable, in segments that are so as a whole, with their indexes,
    /// but for the last one.
    var recoveryPoint: Int64 { state.withLock { $0.recoveryPoint } }

    /// Where readers have to stop.
    var readable: Place { state.withLock { $0.readable } }

    /// Whether a flush was asked for that has not ended.
    var isAwaited: Bool { state.withLock { $0.doneOffset < $0.askedOffset } }

    /// Why the log takes no more appends and flushes; nil when all is well.
    package var failure: SystemError? {
        hasFailed.load(ordering: .acquiring) ? state.withLock { $0.failure } : nil
    }

    /// Whether a settled record may be acknowledged.
    package func outcome(of offset: Int64) -> Outcome {
        state.withLock { state in
            if offset < state.doneOffset || offset >= state.askedOffset { return .done }
            return state.failure.map { .failed($0) } ?? .waits
        }
    }

    /// The durations of the flushes since the last call, in nanoseconds; of more than a million, the first ones.
    func takeLatencies() -> [Int64] {
        state.withLock { state in
            defer { state.latencies.removeAll(keepingCapacity: true) }
            return state.latencies
        }
    }

    // MARK: What the log says

    /// The log has just been opened, or its files were replaced by durable ones. What was noted before is not durable,
    /// and the log begins at `start`. Segments are durable but for those that were noted, and those as far as `point`.
    func begin(at end: Place, from start: Int64, durableBelow point: Int64 = 0) {
        state.withLock { state in
            state.end = end
            let doubtful = state.closed.first?.segment.baseOffset ?? end.segment?.baseOffset ?? 0
            state.recoveryPoint = max(doubtful, point)
            state.flushedOffset = max(start, state.recoveryPoint)
            state.flushedBatchOffset = 0
            if state.extents.isEmpty { state.noteFlushed(end) }
            state.doneOffset = end.offset
            state.advance()
        }
    }

    /// Bytes were written to a segment, which end the log now.
    ///
    /// - Parameter action: What the policy asks for them before they count.
    func note(
        _ bytes: Range<Int>, of segment: Segment, lastBatchOffset: Int64, endOffset: Int64,
        asking action: FlushPolicy.Action
    ) {
        state.withLock { state in
            let last = state.extents.count - 1
            if last >= 0, state.extents[last].segment === segment {
                let known = state.extents[last].bytes
                state.extents[last].bytes =
                    known.isEmpty
                    ? bytes : min(known.lowerBound, bytes.lowerBound)..<max(known.upperBound, bytes.upperBound)
            } else {
                state.extents.append(Extent(segment: segment, bytes: bytes))
            }
            state.end = Place(
                offset: endOffset, lastBatchOffset: lastBatchOffset, segment: segment, position: bytes.upperBound)
            if action != .nothing { (state.asked, state.askedOffset) = (action, endOffset) }
            state.advance()
        }
    }

    /// More was written, and is durable already.
    func noteDurable(_ end: Place) {
        state.withLock { state in
            state.end = end
            if state.extents.isEmpty, state.failure == nil { state.noteFlushed(end) }
            state.advance()
        }
    }

    /// More was written to the segment that was noted last.
    func extend(to end: Place) {
        state.withLock { state in
            state.end = end
            state.advance()
        }
    }

    /// A segment takes no more appends; its file and its indexes are as they stay.
    func noteClosed(_ segment: Segment, nextOffset: Int64) {
        state.withLock { $0.closed.append(Closed(segment: segment, nextOffset: nextOffset)) }
    }

    /// A segment's records were given up.
    func forget(_ segment: Segment) {
        state.withLock { state in
            state.extents.removeAll { $0.segment === segment }
            state.closed.removeAll { $0.segment === segment }
        }
    }

    /// The log is closed: nothing of it is read or flushed any more, and its segments may go.
    func letGoOfSegments() {
        state.withLock { state in
            state.extents = []
            state.closed = []
            state.end.segment = nil
            state.readable.segment = nil
        }
    }

    /// The log cannot tell any more what is in its files: it stops for good. The first reason stays.
    func fail(_ error: SystemError) {
        state.withLock { $0.failure = $0.failure ?? error }
        hasFailed.store(true, ordering: .releasing)
    }

    // MARK: Flushing

    /// Does what the policy asked for last, or makes durable what was noted where it asked for nothing.
    func flushAsked() throws(SystemError) {
        let asked = state.withLock { $0.asked }
        try flush(asked == .nothing ? .dataSync : asked)
    }

    /// Does that for everything that was noted, on the caller's thread; when it returns no flush is under way.
    ///
    /// A failure is kept, and stops the log.
    func flush(_ action: FlushPolicy.Action) throws(SystemError) {
        try turn.withLock { (extents) throws(SystemError) in
            defer { extents.removeAll(keepingCapacity: true) }
            let end = take(into: &extents, for: action)
            if let failure { throw failure }
            for index in extents.indices { try flush(extents[index], action) }
            state.withLock { state in
                state.doneOffset = max(state.doneOffset, end.offset)
                if action != .writeBack { state.noteFlushed(end) }
                state.advance()
            }
        }
    }

    /// Makes every closed segment durable, with its end and its indexes, and moves the recovery point behind it.
    ///
    /// A failure is kept, and stops the log.
    func settleClosed() throws(SystemError) {
        while let closed = state.withLock({ $0.closed.first }) {
            // No longer than for one: whoever flushes for a producer waits meanwhile.
            try turn.withLock { _ throws(SystemError) in
                if let failure { throw failure }
                do throws(SystemError) {
                    try closed.segment.makeDurable(withAllMetadata: false)
                    try closed.segment.makeIndexesDurable()
                } catch {
                    fail(error)
                    throw error
                }
                state.withLock { state in
                    state.closed.removeAll { $0.segment === closed.segment }
                    state.extents.removeAll { $0.segment === closed.segment }
                    state.recoveryPoint = max(state.recoveryPoint, closed.nextOffset)
                    if state.extents.first.map({ $0.segment.baseOffset >= closed.nextOffset }) ?? true {
                        state.flushedOffset = max(state.flushedOffset, closed.nextOffset)
                    }
                    state.advance()
                }
            }
        }
    }

    /// - Returns: The log's end when it was taken.
    private func take(into extents: inout [Extent], for action: FlushPolicy.Action) -> Place {
        state.withLock { state in
            if action == .writeBack {
                // Written back is not durable: a flush has to come all the same.
                extents.append(contentsOf: state.extents)
                for index in state.extents.indices { state.extents[index].bytes = 0..<0 }
            } else {
                swap(&extents, &state.extents)
            }
            return state.end
        }
    }

    private func flush(_ extent: Extent, _ action: FlushPolicy.Action) throws(SystemError) {
        let began = MonotonicClock.now()
        do throws(SystemError) {
            switch action {
            case .nothing: return
            case .dataSync, .sync: try extent.segment.makeDurable(withAllMetadata: action == .sync)
            case .writeBack:
                if extent.bytes.isEmpty { return }
                try extent.segment.open().file.writeBack(at: extent.bytes.lowerBound, byteCount: extent.bytes.count)
            }
        } catch {
            fail(error)
            throw error
        }
        let nanoseconds = MonotonicClock.now() - began
        state.withLock { state in
            if state.latencies.count < Self.latencyLimit { state.latencies.append(nanoseconds) }
        }
    }
}

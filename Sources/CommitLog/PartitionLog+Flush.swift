internal import LinuxKernel

extension PartitionLog {
    /// Makes everything durable that was appended, whatever the policy, on the caller's thread.
    package func flush() throws(LogError) {
        try refuseWhenOffline()
        ledger.extend(to: end)
        notedSegment = nil
        try flush { (ledger) throws(SystemError) in try ledger.flush(.dataSync) }
    }

    /// Makes closed segments durable with their indexes, so that no start has to read them.
    func settleClosed() throws(LogError) {
        try flush { (ledger) throws(SystemError) in try ledger.settleClosed() }
    }

    /// The durations of the flushes since the last call, in nanoseconds; of more than a million, the first ones.
    package func takeFlushLatencies() -> [Int64] { ledger.takeLatencies() }

    /// Whether settled records wait for a flush before they may be acknowledged and read.
    package var awaitsFlush: Bool { groupsFlushes && ledger.isAwaited }

    /// Where readers have to stop.
    var readable: FlushLedger.Place { groupsFlushes ? ledger.readable : end }

    /// The log's end.
    var end: FlushLedger.Place {
        let segment = activeSegment
        return FlushLedger.Place(
            offset: logEndOffset, lastBatchOffset: segment.lastBatchOffset, segment: segment, position: segment.end)
    }

    /// Notes what was written to the active segment, and does for it what the policy asks, or lets the flusher do it.
    ///
    /// - Parameter endOffset: The offset behind the pending batches, which were written.
    func flushWritten(_ action: FlushPolicy.Action, endOffset: Int64) throws(LogError) {
        let segment = activeSegment
        if action != .nothing || notesEachWrite || notedSegment !== segment {
            var start = Int.max
            var end = 0
            for index in pending.indices {
                start = min(start, pending[index].position)
                end = max(end, pending[index].position + pending[index].byteCount)
            }
            ledger.note(
                start..<end, of: segment, lastBatchOffset: pending[pending.count - 1].baseOffset, endOffset: endOffset,
                asking: action)
            notedSegment = segment
        }
        if action == .nothing { return }
        if groupsFlushes {
            flusher?.request(ledger)
        } else {
            try flushAsked()
        }
    }

    /// The path wrote durably, but the file's name may be new.
    func makeNamesDurable(of segment: Segment) throws(LogError) {
        try flush { (ledger) throws(SystemError) in
            do throws(SystemError) {
                try segment.makeNamesDurable()
            } catch {
                ledger.fail(error)
                throw error
            }
        }
    }

    /// Does what the policy asked for, on the caller's thread.
    func flushAsked() throws(LogError) {
        notedSegment = nil
        try flush { (ledger) throws(SystemError) in try ledger.flushAsked() }
    }

    private func flush(_ body: (FlushLedger) throws(SystemError) -> Void) throws(LogError) {
        do throws(SystemError) {
            try body(ledger)
        } catch {
            throw .offline(path: directory, cause: error)
        }
    }

    func refuseWhenOffline() throws(LogError) {
        if let cause = ledger.failure { throw .offline(path: directory, cause: cause) }
    }
}

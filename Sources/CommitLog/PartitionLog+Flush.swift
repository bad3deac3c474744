internal import LinuxKernel

extension PartitionLog {
    /// Makes everything durable that was appended, whatever the policy.
    package func flush() throws(LogError) {
        try refuseWhenOffline()
        try flushUnflushed(withAllMetadata: false)
        ledger.flushed(upTo: logEndOffset)
    }

    /// The durations of the flushes since the last call, in nanoseconds; of more than a million, the first ones.
    package func takeFlushLatencies() -> [Int64] { ledger.takeLatencies() }

    /// Does what the flush policy asked for after batches were written to the active segment.
    ///
    /// - Parameter endOffset: The offset behind those batches.
    func flush(_ action: FlushPolicy.Action, written batches: [PlacedBatch], endOffset: Int64) throws(LogError) {
        switch action {
        case .nothing:
            return
        case .dataSync, .sync:
            try flushUnflushed(withAllMetadata: action == .sync)
            ledger.flushed(upTo: endOffset)
        case .writeBack:
            var start = Int.max
            var end = 0
            for batch in batches {
                start = min(start, batch.position)
                end = max(end, batch.position + batch.byteCount)
            }
            let segment = activeSegment
            try offlineOnFailure { () throws(SystemError) in
                try segment.open().file.writeBack(at: start, byteCount: end - start)
            }
        }
    }

    /// The active segment has bytes that no flush has seen.
    func markUnflushed(_ segment: Segment) {
        let count = unflushedSegments.count
        if count == 0 || unflushedSegments[count - 1] !== segment { unflushedSegments.append(segment) }
    }

    /// A roll may have left records of older segments unflushed, so there can be several.
    private func flushUnflushed(withAllMetadata: Bool) throws(LogError) {
        for index in unflushedSegments.indices {
            let segment = unflushedSegments[index]
            try offlineOnFailure { () throws(SystemError) in
                try segment.makeDurable(withAllMetadata: withAllMetadata)
            }
        }
        unflushedSegments.removeAll(keepingCapacity: true)
    }

    private func offlineOnFailure(_ body: () throws(SystemError) -> Void) throws(LogError) {
        do throws(SystemError) {
            try ledger.flush(body)
        } catch {
            throw .offline(path: directory, cause: error)
        }
    }

    func refuseWhenOffline() throws(LogError) {
        if let cause = ledger.failure { throw .offline(path: directory, cause: cause) }
    }
}

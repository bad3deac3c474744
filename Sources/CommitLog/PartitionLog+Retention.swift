internal import LinuxKernel

/// What one application of retention did.
package struct RetentionResult: Sendable, Equatable {
    package var droppedBytes = 0
    package var runs = 0

    package init() {}
}

extension PartitionLog {
    /// Whether the log has at least `segment.bytes` more than `retention.bytes`; cheap enough to ask after each append.
    package var retentionIsDue: Bool {
        guard let limit = configuration.retentionBytes else { return false }
        return byteCount - configuration.segmentBytes >= limit
    }

    /// Gives up what is beyond `retention.bytes` and `retention.ms`, oldest first, in steps of `segment.bytes`, but
    /// never all of the segment that takes the appends.
    ///
    /// - Parameter now: The wall clock in milliseconds.
    /// - Returns: What was given up, for those who measure it.
    @discardableResult
    package func applyRetention(now: Int64) throws(LogError) -> RetentionResult {
        precondition(pending.isEmpty, "settle before applying retention")
        try refuseWhenOffline()
        // A copy or a hole must not take in what a failed write left.
        try tidy()
        try retentionMethod.catchUp()
        var result = RetentionResult()
        while try isBeyondRetention(now: now) {
            let dropped = try retentionMethod.drop(configuration.segmentBytes, from: self)
            if dropped == 0 { break }
            result.droppedBytes += dropped
            result.runs += 1
        }
        return result
    }

    /// Frees what it can of the records before `offset`: whole segments, or the front of a log that stays one file.
    ///
    /// Some of those records stay readable, so the caller has to keep readers from them.
    ///
    /// - Returns: What was given up, for those who measure it.
    @discardableResult
    package func deleteRecords(before offset: Int64) throws(LogError) -> RetentionResult {
        precondition(pending.isEmpty, "settle before deleting")
        try refuseWhenOffline()
        try tidy()
        var result = RetentionResult()
        while let byteCount = try byteCount(before: offset) {
            let dropped = try retentionMethod.drop(byteCount, from: self)
            if dropped == 0 { break }
            result.droppedBytes += dropped
            result.runs += 1
        }
        return result
    }

    /// How many bytes of the oldest segment can be given up for the records before an offset; nil when there are none.
    private func byteCount(before offset: Int64) throws(LogError) -> Int? {
        let oldest = segments[0]
        guard segments.count == 1 else { return segments[1].startOffset <= offset ? oldest.batchBytes : nil }
        guard !retentionMethod.rollsSegments, offset > oldest.startOffset else { return nil }
        // The last batch stays, so that the file still says where its offsets are.
        guard let kept = try locate(min(offset, logEndOffset - 1), in: oldest) else { return nil }
        return kept.position > oldest.start ? kept.position - oldest.start : nil
    }

    private func isBeyondRetention(now: Int64) throws(LogError) -> Bool {
        if retentionIsDue { return true }
        guard let limit = configuration.retentionMilliseconds else { return false }
        let oldest = segments[0]
        guard segments.count == 1 else {
            let youngest = try largestTimestamp(of: oldest) ?? oldest.openedAt
            return Self.isOlder(youngest, than: limit, now: now)
        }
        guard !retentionMethod.rollsSegments, let kept = try start(behind: configuration.segmentBytes, in: oldest)
        else { return false }
        // The first entry from `kept` on has the largest timestamp up to there, so no record before it is younger.
        let times = oldest.timeIndex.entries
        let next = times.partitioningIndex { oldest.baseOffset + Int64($0.relativeOffset) >= kept.offset }
        let youngest = next < times.count ? times[next].timestamp : oldest.maxTimestamp ?? oldest.openedAt
        return Self.isOlder(youngest, than: limit, now: now)
    }

    /// Timestamps come from producers, so they can be anything.
    private static func isOlder(_ timestamp: Int64, than limit: Int64, now: Int64) -> Bool {
        let (age, overflow) = now.subtractingReportingOverflow(timestamp)
        return overflow ? timestamp < 0 : age > limit
    }

    /// The first batch that begins `byteCount` bytes or more behind the segment's start; nil when that
    /// is not inside it.
    func start(behind byteCount: Int, in segment: Segment) throws(LogError) -> SegmentStart? {
        let target = segment.start + byteCount
        guard target < segment.end else { return nil }
        let batch = try rebuildingIndexes(of: segment) { () throws(LogError) in
            // Positions grow with offsets where batches follow each other.
            let index = segment.index.entries.partitioningIndex { Int($0.position) > target } - 1
            let from = index >= 0 ? Int(segment.index.entries[index].position) : segment.start
            return try walk(from: max(from, segment.start), in: segment) { $0.position >= target }
        }
        return batch.map { SegmentStart(offset: $0.baseOffset, position: $0.position) }
    }

    /// The batches of the first segment before that position do not count any more.
    func dropFront(of segment: Segment, upTo start: SegmentStart) {
        segment.dropFront(upTo: start)
        logStartOffset = start.offset
    }
}

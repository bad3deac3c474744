internal import LinuxKernel

/// What one application of retention did.
package struct RetentionResult: Sendable, Equatable {
    package var droppedBytes = 0
    package var runs = 0
}

extension PartitionLog {
    /// Whether the log has at least `segment.bytes` more than `retention.bytes`; cheap enough to ask after each append.
    package var retentionIsDue: Bool {
        guard let limit = configuration.retentionBytes else { return false }
        return byteCount - configuration.segmentBytes >= limit
    }

    /// Gives up what is beyond `retention.bytes` and `retention.ms`, oldest first, in steps of `segment.bytes`.
    ///
    /// - Parameter now: The wall clock in milliseconds.
    package func applyRetention(now: Int64) throws(LogError) -> RetentionResult {
        precondition(pending.isEmpty, "settle before applying retention")
        var result = RetentionResult()
        while try isBeyondRetention(now: now) {
            let dropped = try retentionMethod.drop(configuration.segmentBytes, from: self)
            if dropped == 0 { break }
            result.droppedBytes += dropped
            result.runs += 1
        }
        return result
    }

    private func isBeyondRetention(now: Int64) throws(LogError) -> Bool {
        if retentionIsDue { return true }
        guard let limit = configuration.retentionMilliseconds, segments.count > 1 else { return false }
        let largest = try kernel { () throws(SystemError) in try segments[0].largestTimestamp() }
        return now - (largest ?? segments[0].openedAt) > limit
    }

    /// The first batch that begins `byteCount` bytes or more behind the segment's start; nil when that is not inside it.
    func batch(behind byteCount: Int, in segment: Segment) throws(LogError) -> PlacedBatch? {
        let target = segment.start + byteCount
        return try kernel { () throws(SystemError) in
            try segment.loadIndexes()
            // Positions grow with offsets where batches follow each other.
            let index = segment.index.entries.partitioningIndex { Int($0.position) > target } - 1
            let from = index >= 0 ? Int(segment.index.entries[index].position) : segment.start
            return try walk(from: max(from, segment.start), in: segment) { $0.position >= target }
        }
    }

    /// Puts the rewritten file in the place of the only segment.
    func replaceActiveSegment(with segment: Segment) {
        segments[segments.count - 1] = segment
        placement = placementEntry.make(segment, configuration)
    }
}

extension Segment {
    /// The bytes before `position` do not count any more.
    func dropFront(upTo position: Int) {
        batchBytes -= position - start
        start = position
        index.removeEntries { Int($0.position) < position }
    }

    /// Takes over everything that another segment of the same offsets counted, with all positions `distance` lower.
    func shift(from other: Segment, by distance: Int) {
        index = other.index.mapped { entry in
            Int(entry.position) < distance
                ? nil
                : OffsetEntry(relativeOffset: entry.relativeOffset, position: entry.position - UInt32(distance))
        }
        timeIndex = other.timeIndex
        takeOver(other)
        start = 0
        end = other.end - distance
        batchBytes = end
    }
}

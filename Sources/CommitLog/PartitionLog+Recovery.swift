internal import LinuxKernel
internal import RecordFormat

extension PartitionLog {
    /// Whether the log was closed properly the last time.
    package enum LastStop: Sendable {
        /// Files and indexes say the truth.
        case clean
        /// A crash: what was not flushed may be torn, so batches are read and checked.
        case crash
    }

    /// Opens or makes a partition's log.
    ///
    /// After a crash every batch from the recovery point on is read and checked, and the log ends before the first that
    /// is not valid or whose offsets do not follow, so that what is left is always a prefix of what was appended; doing
    /// it again gives the same log. `damages` says what was dropped. What lies below was flushed, so neither a killed
    /// process nor a machine that lost power can have taken it: closed segments are taken over by their length, and of
    /// the segment in which the point lies the indexes are believed as far as they agree with the log, and only headers
    /// are read behind them. Nothing else is believed: where those headers do not lead from one batch to the next
    /// exactly to the recovery point, everything is checked.
    ///
    /// - Parameters:
    ///   - directory: The partition's directory; made when it is missing.
    ///   - recoveryPoint: The offset of the first batch that has to be checked after a crash; nil checks all. One that
    ///     cannot be right is not believed, and `recoveryObjection` says why.
    ///   - flusher: The thread that flushes by time and, where it groups flushes, after writes; nil where none is used.
    ///   - descriptors: What bounds how many segments are open.
    ///   - cache: Where appended batches are kept for readers; nil where that is left to the kernel.
    package static func open(
        _ name: TopicPartition, directory: String, configuration: LogConfiguration, after lastStop: LastStop,
        recoveryPoint: Int64? = nil, flusher: Flusher?, descriptors: DescriptorPool = .shared, cache: BlockCache? = nil
    ) throws(LogError) -> PartitionLog {
        let log = try PartitionLog(
            name: name, directory: directory, configuration: configuration, flusher: flusher, descriptors: descriptors,
            cache: cache)
        try log.openSegments(after: lastStop, recoveryPoint)
        if let flusher, log.groupsFlushes || log.flushPolicy.interval != nil {
            try kernel { () throws(SystemError) in try flusher.add(log.ledger, interval: log.flushPolicy.interval) }
        }
        return log
    }

    /// Flushes everything and writes the indexes, so that the next open need not scan. There are no pending batches.
    package func close() throws(LogError) {
        precondition(pending.isEmpty, "settle before closing")
        flusher?.remove(ledger)
        try refuseWhenOffline()
        try tidy()
        try settleClosed()
        try flush()
        try kernel { () throws(SystemError) in
            try activeSegment.close()
            try removeRetiredFiles()
            // Rebuilt indexes of older segments.
            for segment in loadedSegments { try segment.persistIndexes() }
        }
    }

    // MARK: Files

    private func openSegments(after lastStop: LastStop, _ recoveryPoint: Int64?) throws(LogError) {
        let isNew = try kernel { () throws(SystemError) in try !Directory.exists(directory) }
        let names = try kernel { () throws(SystemError) in
            try Directory.create(directory)
            return try Directory.names(in: directory)
        }
        let offsets = names.compactMap(Segment.baseOffset(ofFileNamed:)).sorted()
        try checkLayout(names, isEmpty: offsets.isEmpty)
        try removeLeftovers(names)
        if offsets.isEmpty {
            try addSegment(baseOffset: 0)
            if isNew { activeSegment.syncWithFirstFlush([directory + "/.."]) }
            ledger.begin(at: end, from: logStartOffset)
            return
        }
        for offset in offsets { try openSegment(baseOffset: offset) }
        var durable: Int64 = 0
        switch lastStop {
        case .clean: try resume()
        case .crash: durable = try recover(from: recoveryPoint ?? 0)
        }
        logStartOffset = segments[0].startOffset
        logEndOffset = activeSegment.nextOffset
        placement = placementEntry.make(activeSegment, configuration)
        ledger.begin(at: end, from: logStartOffset, durableBelow: durable)
    }

    private func openSegment(baseOffset: Int64) throws(LogError) {
        guard baseOffset <= Int64.max - 2 * Segment.offsetReach else {
            throw .incompatible(
                path: directory, reason: "a segment begins at offset \(baseOffset), which leaves no room for others")
        }
        let segment = try kernel { () throws(SystemError) in
            try Segment(
                directory: directory, baseOffset: baseOffset, layout: layout, access: .readWrite,
                descriptors: descriptors)
        }
        if let start = try SegmentStart.read(for: segment) { try begin(segment, at: start) }
        push(segment)
    }

    /// Finds out whether the log file is still the one whose front is given up, or already begins with what is kept.
    private func begin(_ segment: Segment, at start: SegmentStart) throws(LogError) {
        try kernel { () throws(SystemError) in
            let candidates = [start, SegmentStart(offset: start.offset, position: 0)]
            for candidate in candidates where try segment.header(at: candidate.position)?.baseOffset == start.offset {
                segment.begin(at: candidate)
                return
            }
            // The first kept batch is damaged or there is none, so nothing of the file counts.
            let length = try segment.length()
            let end = SegmentStart(offset: start.offset, position: min(start.position, length))
            segment.begin(at: end)
            guard end != start else { return }
            try end.write(for: segment)
            damages.append(
                Segment.Damage(
                    path: segment.path, position: length, droppedBytes: 0,
                    reason: "the file ends before position \(start.position), where the kept batches begin"))
        }
    }

    /// A log whose batches lie in slots says so in its directory, because it cannot be read in any other way.
    private func checkLayout(_ names: [String], isEmpty: Bool) throws(LogError) {
        let path = directory + "/" + Self.layoutName
        let wanted = placementEntry.isDense ? "random \(configuration.slotBytes)" : "sequential"
        var found = isEmpty ? wanted : "sequential"
        if names.contains(Self.layoutName) {
            let text = try kernel { () throws(SystemError) in try TextFile.read(path) }
            found = text.split(whereSeparator: \.isNewline).joined()
        } else if isEmpty, placementEntry.isDense {
            try kernel { () throws(SystemError) in try TextFile.replace(path, with: wanted + "\n") }
        }
        guard found == wanted else {
            throw .incompatible(
                path: path,
                reason: "the log was written with placement '\(found.prefix(80))' and is opened with '\(wanted)'; "
                    + "use the same placement and max.message.bytes")
        }
    }

    /// Removes what a crash left of files that were being made or removed.
    private func removeLeftovers(_ names: [String]) throws(LogError) {
        let present = Set(names)
        for name in names {
            let isHalfMade =
                name.hasSuffix(RewriteFile.suffix) || name.hasSuffix(".tmp") || name.hasSuffix(Segment.retiredSuffix)
            let stem = [".index", ".timeindex", SegmentStart.suffix].first { name.hasSuffix($0) }.map {
                name.dropLast($0.count)
            }
            let isOrphan = stem.map { !present.contains($0 + ".log") } ?? false
            guard isHalfMade || isOrphan else { continue }
            try kernel { () throws(SystemError) in try Directory.unlinkFile(directory + "/" + name) }
        }
    }

    // MARK: Content

    /// Trusts what a clean stop left. Where the last segment's indexes do not fit to it, that segment
    /// is read and checked.
    private func resume() throws(LogError) {
        try adoptClosed(segments.count - 1)
        countClosedBytes()
        guard try kernel({ () throws(SystemError) in try !activeSegment.resume() }) else { return }
        if let damage = try recover(activeSegment) { damages.append(damage) }
    }

    /// Takes over the first segments, which are closed and durable, without reading them.
    private func adoptClosed(_ count: Int) throws(LogError) {
        try kernel { () throws(SystemError) in
            for (segment, next) in zip(segments[..<count], segments.dropFirst()) {
                segment.adoptClosed(end: try segment.length(), nextOffset: next.baseOffset)
            }
        }
    }

    /// Checks every batch from the recovery point on, or all where that cannot be right.
    ///
    /// - Returns: The point where it was believed, and otherwise 0: what lies below is durable.
    private func recover(from point: Int64) throws(LogError) -> Int64 {
        let last = max(0, segments.count { $0.baseOffset <= point } - 1)
        let adoption = try adopt(durableBelow: point, last: last)
        recoveryObjection = adoption.objection
        let isBelieved = adoption.objection == nil
        let first = isBelieved ? last : 0
        let durable = isBelieved ? point : 0
        try recover(segmentsFrom: first, durableBelow: durable, adoption)
        for (segment, next) in zip(segments, segments.dropFirst()).dropFirst(first) {
            ledger.noteClosed(segment, nextOffset: next.baseOffset)
        }
        countClosedBytes()
        return durable
    }

    /// Takes over what lies below the recovery point without checking it; no file is changed. The point lies in the
    /// segment `last`, or is where that begins; if it lies inside, that segment is scanned to its end.
    private func adopt(durableBelow point: Int64, last: Int) throws(LogError) -> Segment.Adoption {
        try adoptClosed(last)
        if let empty = segments[..<last].first(where: { $0.end <= $0.start }) {
            return Segment.Adoption(objection: "\(empty.path) is empty, but lies below its recovery point \(point)")
        }
        let segment = segments[last]
        guard point > segment.startOffset else { return Segment.Adoption() }
        return try kernel { () throws(SystemError) in try segment.adopt(durableBelow: point) }
    }

    /// Checks every batch of the segments from that one on, but of one in which that offset lies what was adopted, and
    /// ends the log before the first that is not valid.
    private func recover(
        segmentsFrom first: Int, durableBelow durable: Int64, _ adoption: Segment.Adoption
    ) throws(LogError) {
        for (index, segment) in segments.enumerated().dropFirst(first) {
            if index > 0 {
                let previous = segments[index - 1]
                guard segment.startOffset == previous.nextOffset else {
                    try drop(
                        segmentsFrom: index,
                        reason: "it begins at offset \(segment.startOffset), but the one before ends at "
                            + "\(previous.nextOffset)")
                    break
                }
                previous.unloadIndexes()
            }
            guard let damage = try recover(segment, durableBelow: durable, adoption) else { continue }
            damages.append(damage)
            // In slots, damage need not be a loss of anything that counts; a gap shows with the next segment.
            guard placementEntry.isDense else {
                try drop(segmentsFrom: index + 1, reason: "it follows a damaged segment")
                break
            }
        }
    }

    /// Checks the batches of one segment, unless that was done when it was adopted because the offset lies inside of
    /// it, cuts off what is not valid, and writes its indexes.
    private func recover(
        _ segment: Segment, durableBelow durable: Int64 = 0, _ adoption: Segment.Adoption = Segment.Adoption()
    ) throws(LogError) -> Segment.Damage? {
        let damage = try kernel { () throws(SystemError) in
            placementEntry.isDense
                ? try recoverSlots(of: segment, durableBelow: durable)
                : try recoverBatches(of: segment, durable > segment.startOffset ? adoption : nil)
        }
        ledger.note(
            segment.start..<segment.end, of: segment, lastBatchOffset: segment.lastBatchOffset,
            endOffset: segment.nextOffset, asking: .nothing)
        segment.syncWithFirstFlush([directory])
        try kernel { () throws(SystemError) in try segment.persistIndexes() }
        return damage
    }

    private func recoverSlots(
        of segment: Segment, durableBelow durable: Int64
    ) throws(SystemError) -> Segment.Damage? {
        let length = try segment.length()
        // Slots hide no reason: what they hold that does not count is told by the next line.
        _ = try segment.scan(upTo: length, durableBelow: durable)
        return try segment.wipeUncountedSlots(upTo: length, durableBelow: durable)
    }

    /// - Parameter adoption: Where it was scanned already.
    private func recoverBatches(
        of segment: Segment, _ adoption: Segment.Adoption?
    ) throws(SystemError) -> Segment.Damage? {
        let length = try segment.length()
        if segment.start > 0 {
            // A crash may have come before the hole.
            try PunchHoles.punch(segment.open().file, from: 0, to: segment.start)
        }
        let stop = if let adoption { adoption.stop } else { try segment.scan(upTo: length) }
        guard segment.end < length else { return nil }
        // Zeros up to the file's end are what preallocation leaves, and no damage.
        let isPreallocated = try segment.open().file.isZero(from: segment.end, to: length)
        try segment.open().file.truncate(to: segment.end)
        // Behind the last batch of a recycled file lies what it held before, which cannot be told from a torn batch.
        let isRecycled = segment === activeSegment && configuration.segmentReuse == .recycle
        if isPreallocated || isRecycled { return nil }
        return Segment.Damage(
            path: segment.path, position: segment.end, droppedBytes: length - segment.end,
            reason: stop ?? "bytes behind the last batch")
    }

    private func drop(segmentsFrom index: Int, reason: String) throws(LogError) {
        try kernel { () throws(SystemError) in
            // From the end, so that a crash on the way leaves no gap.
            for segment in segments[index...].reversed() {
                let length = try segment.length()
                damages.append(Segment.Damage(path: segment.path, position: 0, droppedBytes: length, reason: reason))
                try segment.removeFiles()
            }
        }
        popSegments(downTo: index)
    }
}

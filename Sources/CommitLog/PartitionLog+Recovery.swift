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
    /// is not valid or whose offset is too low, so that what is left is always a prefix of what was appended; doing it
    /// again gives the same log. Offsets grow, that is all: holes are what compaction leaves. Bytes that are cut are kept
    /// in files beside the log, and `damages` names them. What lies below was flushed, so neither a killed
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
            try completeSwaps(try Directory.names(in: directory))
            return try Directory.names(in: directory)
        }
        let offsets = names.compactMap(Segment.baseOffset(ofFileNamed:)).sorted()
        try checkLayout(names, isEmpty: offsets.isEmpty)
        try refuseOlderFormat(offsets)
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

    /// Says what a recovery that reads all of a log would cut, by running it without changing a file.
    ///
    /// - Parameters:
    ///   - directory: The partition's directory.
    ///   - baseOffset: The only segment that is looked at; nil is all.
    package static func rehearseRecovery(of directory: String, segment baseOffset: Int64?) throws(LogError)
        -> [Segment.Damage]
    {
        var configuration = LogConfiguration()
        if let slotBytes = try SegmentInspector.slotBytes(in: directory) {
            configuration.placement = "random"
            configuration.maxMessageBytes = slotBytes
            configuration.segmentBytes = max(configuration.segmentBytes, slotBytes)
        }
        let log = try PartitionLog(
            name: TopicPartition(topic: "rehearsal", partition: 0), directory: directory, configuration: configuration,
            flusher: nil, descriptors: .shared, cache: nil, rehearses: true)
        let names = try kernel { () throws(SystemError) in try Directory.names(in: directory) }
        let offsets = names.compactMap(Segment.baseOffset(ofFileNamed:)).filter { $0 == baseOffset ?? $0 }.sorted()
        try log.refuseOlderFormat(offsets)
        for offset in offsets { try log.openSegment(baseOffset: offset) }
        if !offsets.isEmpty { _ = try log.recover(from: 0) }
        return log.damages
    }

    /// A log that begins with older messages is left as it is. Where they begin farther on, the scan finds them.
    private func refuseOlderFormat(_ offsets: [Int64]) throws(LogError) {
        for offset in offsets where !placementEntry.isDense {
            let path = directory + "/" + Segment.fileStem(offset) + ".log"
            let (length, magic) = try kernel { () throws(SystemError) in
                let length = try File.length(of: path)
                guard length > 0 else { return (length, UInt8?.none) }
                let file = try descriptors.openFile(path, .readOnly)
                return (length, try OlderFormat.magic(at: 0, of: file, upTo: length))
            }
            if let magic { throw olderFormat(magic, at: 0, of: path) }
            if length > 0 { return }
        }
    }

    func olderFormat(_ magic: UInt8, at position: Int, of path: String) -> LogError {
        .incompatible(
            path: path,
            reason:
                "from position \(position) on it has messages of format \(magic), which are not served here; the log "
                + "is left as it is: copy its topic with a Kafka client, or take the directory out of log.dirs")
    }

    private func openSegment(baseOffset: Int64) throws(LogError) {
        guard baseOffset <= Segment.lastBaseOffset else {
            throw .incompatible(
                path: directory, reason: "a segment begins at offset \(baseOffset), which leaves no room for others")
        }
        let segment = try kernel { () throws(SystemError) in
            try Segment(
                directory: directory, baseOffset: baseOffset, layout: layout,
                access: rehearses ? .readOnly : .readWrite, descriptors: descriptors)
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
            segment.startIsFound = false
            guard end != start else { return }
            if !rehearses { try end.write(for: segment) }
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

    /// Gives compacted segments their names, where Kafka was killed between taking the old ones away and doing so.
    ///
    /// Kafka writes them as `.cleaned`, calls them `.swap` once all of a round are whole, renames the old ones to
    /// `.deleted`, and drops the suffix (`LocalLog.replaceSegments`, `LogLoader`). While a log file of the name is there,
    /// it is the old one, and nothing is missing; beside `.cleaned` files of the same round the old ones all are.
    private func completeSwaps(_ names: [String]) throws(SystemError) {
        let present = Set(names)
        let unfinished = names.filter { $0.hasSuffix(".log.cleaned") }.min()
        for name in names where name.hasSuffix(".log.swap") {
            let wanted = String(name.dropLast(".swap".count))
            if let unfinished, name >= unfinished { continue }
            guard Segment.baseOffset(ofFileNamed: wanted) != nil, !present.contains(wanted) else { continue }
            try Directory.rename(directory + "/" + name, to: directory + "/" + wanted)
            try Directory.sync(directory)
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
}

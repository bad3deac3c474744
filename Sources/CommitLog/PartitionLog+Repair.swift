internal import LinuxKernel
internal import RecordFormat

/// What is done with a log's segments when it is opened.
extension PartitionLog {
    /// Trusts what a clean stop left. Where the last segment's indexes do not fit to it, that segment
    /// is read and checked.
    func resume() throws(LogError) {
        try adoptClosed(segments.count - 1)
        if try kernel({ () throws(SystemError) in try !activeSegment.resume() }) {
            try recover(segmentsFrom: segments.count - 1, durableBelow: 0, Segment.Adoption())
        }
        countClosedBytes()
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
    func recover(from point: Int64) throws(LogError) -> Int64 {
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
        let segment = segments[last]
        guard point > segment.startOffset else { return Segment.Adoption() }
        return try kernel { () throws(SystemError) in
            try segment.adopt(durableBelow: point, below: try bound(ofSegment: last))
        }
    }

    /// The offset that a segment's batches do not reach: where the next one begins, if that has a batch there.
    private func bound(ofSegment index: Int) throws(SystemError) -> Int64 {
        guard !placementEntry.isDense, index + 1 < segments.count else { return .max }
        let next = segments[index + 1]
        guard let header = try next.header(at: next.start), header.baseOffset >= next.startOffset else { return .max }
        return next.startOffset
    }

    /// Checks every batch of the segments from that one on, but of one in which that offset lies what was adopted, and
    /// ends the log before the first that is not valid.
    private func recover(
        segmentsFrom first: Int, durableBelow durable: Int64, _ adoption: Segment.Adoption
    ) throws(LogError) {
        var index = first
        while index < segments.count {
            let segment = segments[index]
            if index > 0 {
                let previous = segments[index - 1]
                let follows =
                    placementEntry.isDense
                    ? segment.startOffset == previous.nextOffset : segment.startOffset >= previous.nextOffset
                guard follows else {
                    try drop(
                        segmentsFrom: index,
                        reason: "it begins at offset \(segment.startOffset), but the one before ends at "
                            + "\(previous.nextOffset)")
                    break
                }
                previous.unloadIndexes()
            }
            index += 1
            let isLast = try recover(segmentAt: index - 1, durableBelow: durable, adoption)
            if isLast {
                try drop(segmentsFrom: index, reason: "it follows a damaged segment")
                break
            }
        }
    }

    /// Checks the batches of one segment, unless that was done when it was adopted because the offset lies inside of
    /// it, cuts off what is not valid, and writes its indexes.
    ///
    /// - Returns: Whether the log ends there.
    private func recover(
        segmentAt index: Int, durableBelow durable: Int64, _ adoption: Segment.Adoption
    ) throws(LogError) -> Bool {
        let segment = segments[index]
        var stop: Segment.Stop?
        let damage: Segment.Damage?
        if placementEntry.isDense {
            damage = try kernel { () throws(SystemError) in try recoverSlots(of: segment, durableBelow: durable) }
        } else {
            stop = try kernel { () throws(SystemError) in
                if durable > segment.startOffset { return adoption.stop }
                return try segment.scan(upTo: segment.length(), below: bound(ofSegment: index))
            }
            if case .olderFormat(let magic) = stop { throw olderFormat(magic, at: segment.end, of: segment.path) }
            damage = try kernel { () throws(SystemError) in try repair(segmentAt: index, after: &stop) }
        }
        if let damage { damages.append(damage) }
        if !rehearses {
            ledger.note(
                segment.start..<segment.end, of: segment, lastBatchOffset: segment.lastBatchOffset,
                endOffset: segment.nextOffset, asking: .nothing)
            segment.syncWithFirstFlush([directory])
            do throws(SystemError) {
                try segment.persistIndexes()
            } catch {
                // They stay in memory, and can be made again.
                guard error.isLackOfRoom else { throw .system(error) }
            }
        }
        // In slots, damage need not be a loss of anything that counts; a gap shows with the next segment.
        return damage != nil && stop?.endsLog == true
    }

    private func recoverSlots(
        of segment: Segment, durableBelow durable: Int64
    ) throws(SystemError) -> Segment.Damage? {
        let length = try segment.length()
        // Slots hide no reason: what they hold that does not count is told by the next line.
        _ = try segment.scan(upTo: length, durableBelow: durable)
        return try segment.wipeUncountedSlots(upTo: length, durableBelow: durable, rehearses: rehearses)
    }

    /// Cuts off what a scan left of a segment's file, and keeps it beside the log.
    ///
    /// - Parameter stop: Why the scan ended; what is not damage in the end is taken out of it.
    private func repair(
        segmentAt index: Int, after stop: inout Segment.Stop?
    ) throws(SystemError) -> Segment.Damage? {
        let segment = segments[index]
        let length = try segment.length()
        if segment.start > 0, !rehearses { try clearFront(of: segment) }
        guard segment.end < length else { return nil }
        if stop == .beyondReach {
            if let damage = try split(segmentAt: index) { return damage }
            stop = .invalid(reason: Segment.Stop.beyondReach.reason)
        }
        // Zeros up to the file's end are what preallocation leaves, and no damage.
        let isPreallocated = try segment.open().file.isZero(from: segment.end, to: length)
        // Behind the last batch of a recycled file lies what it held before, which cannot be told from a torn batch.
        let isRecycled = segment === activeSegment && configuration.segmentReuse == .recycle
        var damage = Segment.Damage(
            path: segment.path, position: segment.end, droppedBytes: length - segment.end,
            reason: stop?.reason ?? "bytes behind the last batch")
        let isDamage = !isPreallocated && !isRecycled
        if !rehearses {
            if isDamage {
                do throws(SystemError) {
                    damage.keptIn = try segment.setAside([segment.end..<length], position: segment.end)
                } catch {
                    // A start on a full disk must be possible, or nobody could make room.
                    guard error.isLackOfRoom, segment === activeSegment || stop?.endsLog == true else { throw error }
                    segment.unkeptEnd = length
                    return damage
                }
            }
            try segment.open().file.truncate(to: segment.end)
        }
        return isDamage ? damage : nil
    }

    /// Cuts off the active segment's bytes for whose copy there was no room when the log was opened.
    func keepTail() throws(LogError) {
        let segment = activeSegment
        guard let end = segment.unkeptEnd else { return }
        try kernel { () throws(SystemError) in
            _ = try segment.setAside([segment.end..<end], position: segment.end)
            try segment.open().file.truncate(to: segment.end)
        }
        segment.unkeptEnd = nil
    }

    /// Frees what lies before the first batch: a crash may have come before the hole. Where that batch was not found,
    /// the bytes are kept beside the log.
    private func clearFront(of segment: Segment) throws(SystemError) {
        let pin = try segment.open()
        if !segment.startIsFound, try !pin.file.isZero(from: 0, to: segment.start) {
            _ = try segment.setAside([0..<segment.start], position: 0)
        }
        try PunchHoles.punch(pin.file, from: 0, to: segment.start)
    }

    /// Gives what lies behind a segment's last counted batch a segment of its own, because its offsets are too far from
    /// the file's name.
    ///
    /// - Returns: Nil where no file can be made for it.
    private func split(segmentAt index: Int) throws(SystemError) -> Segment.Damage? {
        let segment = segments[index]
        guard let header = try segment.header(at: segment.end), header.baseOffset > segment.baseOffset else {
            return nil
        }
        let path = directory + "/" + Segment.fileStem(header.baseOffset) + ".log"
        guard try !Directory.exists(path) else { return nil }
        let damage = Segment.Damage(
            path: segment.path, position: segment.end, droppedBytes: 0,
            reason: "offsets from \(header.baseOffset) on are too far from the file's name, and get a file of their own"
        )
        if rehearses { return damage }
        try segment.copyTail(from: segment.end, to: path)
        let pin = try segment.open()
        try pin.file.truncate(to: segment.end)
        try pin.file.sync()
        let rest = try Segment(
            directory: directory, baseOffset: header.baseOffset, layout: layout, access: .readWrite,
            descriptors: descriptors)
        insert(rest, at: index + 1)
        return damage
    }

    /// Takes segments out of the log; files that hold anything are kept beside it.
    private func drop(segmentsFrom index: Int, reason: String) throws(LogError) {
        try kernel { () throws(SystemError) in
            // From the end, so that a crash on the way leaves a log that ends, not one with a segment between.
            for segment in segments[index...].reversed() {
                let length = try segment.length()
                let isEmpty = try segment.open().file.isZero(from: 0, to: length)
                var damage = Segment.Damage(path: segment.path, position: 0, droppedBytes: length, reason: reason)
                if !rehearses {
                    if isEmpty { try segment.removeFiles() } else { damage.keptIn = try segment.setAsideWhole() }
                }
                if !isEmpty { damages.append(damage) }
            }
        }
        popSegments(downTo: index)
    }
}

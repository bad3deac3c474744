internal import LinuxKernel
internal import RecordFormat

extension Segment {
    /// What a recovery found wrong with a segment, and how far it is good.
    package struct Damage: Sendable, Equatable {
        package let path: String
        /// The position of the first byte that is no part of a valid batch; 0 where batches lie in slots.
        package let position: Int
        /// How many bytes were cut.
        package let droppedBytes: Int
        package let reason: String
        /// The file that has the bytes that were cut; nil where none were, or the recovery was a rehearsal.
        package var keptIn: String?
    }

    /// Why a scan ended before the file does.
    enum Stop: Equatable {
        /// Bytes that are no valid batch, or one whose offset is too low; the reason is for people.
        case invalid(reason: String)
        /// A batch with offsets that belong to the next segment.
        case overlap(reason: String)
        /// A valid batch farther behind the base offset than an index can tell: a segment begins there.
        case beyondReach
        /// A message of this older format.
        case olderFormat(magic: UInt8)

        /// Whether nothing behind it counts.
        var endsLog: Bool { if case .invalid = self { true } else { false } }

        var reason: String {
            switch self {
            case .invalid(let reason), .overlap(let reason): reason
            case .beyondReach: "a batch beyond what an index can point to"
            case .olderFormat(let magic): "a message of the older format \(magic)"
            }
        }
    }

    /// No batch has fewer bytes than its header.
    var leastBatchByteCount: Int { RecordBatchHeader.byteCount }

    /// Reads the batches from `start` to `limit`, checks each, and rebuilds the indexes.
    ///
    /// A batch is valid when its CRC is, and when its offsets lie above those of the batch before; compaction leaves
    /// holes between them. The base offset is not under the CRC: one that was changed is told by the batch behind it,
    /// whose offset is then too low. The leader epoch is not either; nothing depends on it, so a changed one goes
    /// unnoticed.
    ///
    /// - Parameters:
    ///   - nextOffset: Batches that reach that offset do not count.
    ///   - durable: Of batches in slots that begin below that offset only the headers are read.
    /// - Returns: Why it stopped before `limit`; nil when all is well. `end` is then the end of the
    ///   longest valid prefix.
    func scan(
        upTo limit: Int, below nextOffset: Int64 = .max, durableBelow durable: Int64 = .min
    ) throws(SystemError) -> Stop? {
        forgetBatches()
        guard layout.slotBytes == nil else {
            for batch in try readSlots(upTo: limit, durableBelow: durable).batches {
                guard batch.baseOffset == self.nextOffset, batch.baseOffset < nextOffset else { break }
                note(batch)
            }
            return nil
        }
        return try scanOn(upTo: limit, below: nextOffset)
    }

    /// Goes on behind the batches that are counted, where batches follow each other: reads and checks the others up to
    /// `limit`, and counts them.
    ///
    /// - Returns: As `scan`.
    func scanOn(upTo limit: Int, below bound: Int64) throws(SystemError) -> Stop? {
        var scanner = BatchScanner(start: end, end: limit, checkingFrom: .min)
        return try count(&scanner, until: .max, below: bound)
    }

    /// Counts a scanner's batches that follow those that are counted, as far as they begin before an offset.
    ///
    /// - Returns: What kept it from going on; nil where that is the offset or the scanner's end.
    private func count(
        _ scanner: inout BatchScanner, until offset: Int64, below bound: Int64
    ) throws(SystemError) -> Stop? {
        let pin = try open()
        while nextOffset < offset, let batch = try scanner.next(in: pin.file) {
            if batch.baseOffset != nextOffset {
                let upcoming = try scanner.upcoming(in: pin.file)
                if let reason = objection(toHoleBefore: batch, upcoming: upcoming?.baseOffset) {
                    return .invalid(reason: reason)
                }
                // The offset lies in a hole.
                if batch.baseOffset >= offset { return nil }
            }
            guard batch.lastOffset < bound else {
                return .overlap(
                    reason: "a batch of offsets \(batch.baseOffset) to \(batch.lastOffset), "
                        + "but the next segment begins with \(bound)")
            }
            guard batch.lastOffset - baseOffset <= Self.offsetReach, batch.position <= UInt32.max else {
                return .beyondReach
            }
            note(batch)
        }
        guard case .invalid(let reason) = scanner.stop else { return nil }
        if let magic = try OlderFormat.magic(at: scanner.position, of: pin.file, upTo: length()) {
            return .olderFormat(magic: magic)
        }
        return .invalid(reason: reason)
    }

    /// Why a batch that does not begin where the one before ends cannot be right; nil where it can.
    private func objection(toHoleBefore batch: PlacedBatch, upcoming: Int64?) -> String? {
        if batch.baseOffset < nextOffset {
            return "a batch of offset \(batch.baseOffset) where the next is \(nextOffset) or above"
        }
        if let upcoming, upcoming >= nextOffset, upcoming <= batch.lastOffset {
            return "a batch of offset \(batch.baseOffset) where the next is \(nextOffset) or above, before \(upcoming)"
        }
        if batch.lastOffset > Self.lastBaseOffset {
            return "a batch of offset \(batch.baseOffset), which leaves no room for others"
        }
        return nil
    }

    /// The largest base offset that a segment may have.
    static let lastBaseOffset = Int64.max - 2 * offsetReach

    /// Wipes every slot that is neither empty nor counted by `scan`: torn batches, and batches behind a gap in the
    /// offsets, so that they cannot come back when later appends fill the gap.
    ///
    /// - Parameter rehearses: Whether nothing is wiped, and it only says what would be.
    /// - Returns: What was wiped; nil when nothing was.
    func wipeUncountedSlots(
        upTo limit: Int, durableBelow durable: Int64, rehearses: Bool
    ) throws(SystemError) -> Damage? {
        let (batches, torn) = try readSlots(upTo: limit, durableBelow: durable)
        let counted = Set(index.entries.map { Int($0.position) })
        let beyond = batches.filter { !counted.contains($0.position) }
        guard let slotBytes = layout.slotBytes, !beyond.isEmpty || !torn.isEmpty else { return nil }
        var damage = Damage(
            path: path, position: 0, droppedBytes: beyond.reduce(0) { $0 + $1.byteCount },
            reason: "\(torn.count) torn batches, and \(beyond.count) beyond offset \(nextOffset), where one is missing")
        if rehearses { return damage }
        let positions = (beyond.map(\.position) + torn).sorted()
        damage.keptIn = try setAside(positions.map { $0..<min($0 + slotBytes, limit) }, position: 0)
        for position in positions { try wipeHeader(at: position) }
        return damage
    }

    /// The valid batches of all slots in the order of their offsets, and the positions of slots with anything else.
    private func readSlots(
        upTo limit: Int, durableBelow durable: Int64
    ) throws(SystemError) -> (batches: [PlacedBatch], torn: [Int]) {
        guard let slotBytes = layout.slotBytes else { return ([], []) }
        var batches: [PlacedBatch] = []
        var torn: [Int] = []
        var scanner = BatchScanner(start: 0, end: limit, checkingFrom: durable)
        let pin = try open()
        // The last slot can be cut off: after a crash between making and allocating the file.
        for position in stride(from: 0, to: limit, by: slotBytes) {
            scanner.move(to: position)
            if let batch = try scanner.next(in: pin.file), batch.byteCount <= slotBytes, batch.baseOffset >= baseOffset,
                batch.lastOffset - baseOffset <= Self.offsetReach, position <= UInt32.max
            {
                batches.append(batch)
            } else if try !pin.file.isZero(from: position, to: min(position + RecordBatchHeader.byteCount, limit)) {
                torn.append(position)
            }
        }
        batches.sort { ($0.baseOffset, $0.position) < ($1.baseOffset, $1.position) }
        return (batches, torn)
    }

    /// Zeros a batch's header, which makes its slot free.
    func wipeHeader(at position: Int) throws(SystemError) {
        let zeros = [UInt8](repeating: 0, count: RecordBatchHeader.byteCount)
        unsafe try open().file.writeAll(zeros.span.bytes, at: position)
    }

    /// The numbers of the slots that hold no batch.
    func freeSlots(slotBytes: Int, limit: Int) -> [UInt32] {
        var taken = Set<UInt32>()
        for entry in index.entries { taken.insert(entry.position / UInt32(slotBytes)) }
        return (0..<UInt32(limit / slotBytes)).filter { !taken.contains($0) }
    }

    // MARK: What is durable

    /// What was found of a segment in which a recovery point lies.
    struct Adoption {
        /// Why the point cannot be right; nil where it can.
        var objection: String?
        /// Why the scan stopped before the file's end; nil where it did not.
        var stop: Stop?
    }

    /// Counts the batches below a recovery point, which are durable and so are not checked, and checks the others. As
    /// far as the index files reach it takes their word, and behind that it reads headers. The file is not changed.
    ///
    /// The batch at the recovery point is durable too, and is the test of what was believed on the way to it: it has to
    /// be there, where the headers led to, and valid.
    ///
    /// - Parameter bound: Batches that reach that offset do not count.
    func adopt(durableBelow point: Int64, below bound: Int64) throws(SystemError) -> Adoption {
        let length = try length()
        var stop: Stop?
        var isInside = false
        if layout.slotBytes != nil {
            // Of slots it never says why it stopped: where they do not lead to the point, that is the objection.
            _ = try scan(upTo: length, durableBelow: point)
            // Each batch has an entry.
            let before = UInt32(clamping: point - 1 - baseOffset)
            isInside = index.lastEntry(notAbove: before)?.relativeOffset != before
        } else {
            if try !adoptIndexed(below: point, upTo: length) { forgetBatches() }
            var headers = BatchScanner(start: end, end: length, checkingFrom: .max)
            stop = try count(&headers, until: point, below: bound)
            isInside = nextOffset > point
            // At the point, or at the hole in which it lies.
            if !isInside, stop == nil, headers.stop == nil { stop = try scanOn(upTo: length, below: bound) }
        }
        if nextOffset <= point {
            let place = layout.slotBytes == nil ? ", at position \(end) of \(path)" : ""
            let reason = stop.map { ": \($0.reason)" } ?? ""
            return Adoption(objection: "its recovery point is \(point), but it ends at \(nextOffset)\(place)\(reason)")
        }
        if isInside { return Adoption(objection: "its recovery point \(point) lies inside of a batch of \(path)") }
        return Adoption(stop: stop)
    }

    /// Counts the batches below an offset, before the last one that the index files tell of, by what they say.
    ///
    /// A crash can leave files that end earlier than the other, or than the log. The largest timestamp is known only as
    /// far as the time index reaches, so nothing behind its last entry is taken over.
    ///
    /// - Returns: False where the files say nothing, or nothing that fits to the log.
    private func adoptIndexed(below offset: Int64, upTo length: Int) throws(SystemError) -> Bool {
        forgetBatches()
        guard try readIndexFiles(forLogOf: length), let time = timeIndex.entries.last else { return false }
        keepIndexed(upTo: min(time.relativeOffset, UInt32(clamping: offset - 1 - baseOffset)))
        guard let last = index.entries.last, indexIsInOrder, Int(index.entries[0].position) >= start,
            !timeIndex.entries.isEmpty, let header = try header(at: Int(last.position)),
            header.baseOffset >= startOffset, header.lastOffset - baseOffset == Int64(last.relativeOffset)
        else { return false }
        adoptIndexed(
            upTo: Int(last.position), nextOffset: header.baseOffset,
            firstTimestamp: try self.header(at: start)?.maxTimestamp)
        return true
    }

    // MARK: After a clean stop

    /// Takes over the last segment of a log that was closed cleanly: the indexes are read, and only what lies behind
    /// the last entry is looked at.
    ///
    /// - Returns: False where index and file do not fit together, and a full scan has to tell.
    func resume() throws(SystemError) -> Bool {
        let length = try length()
        guard start <= length else { return false }
        forgetBatches()
        guard try readIndexFiles(forLogOf: length) else { return false }
        return layout.slotBytes == nil ? try resumeBatches(upTo: length) : try resumeSlots(upTo: length)
    }

    private func resumeBatches(upTo length: Int) throws(SystemError) -> Bool {
        guard indexIsInOrder, index.entries.first.map({ Int($0.position) >= start }) ?? true else { return false }
        let last = index.entries.last
        var scanner = BatchScanner(start: last.map { Int($0.position) } ?? start, end: length, checkingFrom: .max)
        let pin = try open()
        var resumed: [PlacedBatch] = []
        while let batch = try scanner.next(in: pin.file) {
            guard batch.baseOffset >= resumed.last.map({ $0.lastOffset + 1 }) ?? batch.baseOffset,
                batch.lastOffset - baseOffset <= Self.offsetReach
            else { return false }
            resumed.append(batch)
        }
        guard scanner.stop == .end else { return false }
        guard let first = resumed.first else { return last == nil && timeIndex.entries.isEmpty }
        if let last {
            guard first.lastOffset - baseOffset == Int64(last.relativeOffset) else { return false }
            adoptIndexed(
                upTo: first.position, nextOffset: first.baseOffset, firstTimestamp: try header(at: start)?.maxTimestamp)
        } else if first.baseOffset < startOffset {
            return false
        }
        for batch in resumed { note(batch) }
        let reach = nextOffset - baseOffset
        return !timeIndex.entries.isEmpty && timeIndex.entries.allSatisfy { $0.relativeOffset < reach }
    }

    private func resumeSlots(upTo length: Int) throws(SystemError) -> Bool {
        let times = timeIndex.entries
        let offsets = index.entries
        forgetBatches()
        for entry in offsets {
            guard let header = try header(at: Int(entry.position)), header.baseOffset == nextOffset,
                header.lastOffset - baseOffset == Int64(entry.relativeOffset),
                header.totalByteCount <= length - Int(entry.position)
            else { return false }
            note(PlacedBatch(header, at: Int(entry.position)))
        }
        return timeIndex.entries == times
    }

    /// The header at a position; nil when there is none that makes sense.
    func header(at position: Int) throws(SystemError) -> RecordBatchHeader? {
        try Self.header(at: position, of: open().file)
    }

    /// The header at a position of a log file; nil when there is none that makes sense.
    static func header(at position: Int, of file: borrowing File) throws(SystemError) -> RecordBatchHeader? {
        let buffer = AlignedBuffer(byteCount: RecordBatchHeader.byteCount, alignment: 16)
        guard unsafe try file.readAll(into: buffer.bytes, at: position) == RecordBatchHeader.byteCount else {
            return nil
        }
        // What does not parse is what the caller asks about: it makes no sense there.
        return unsafe try? RecordBatchHeader(parsing: UnsafeRawBufferPointer(buffer.bytes))
    }
}

extension File {
    /// Whether a range holds nothing but zeros; what lies behind the file's end does not matter.
    borrowing func isZero(from position: Int, to end: Int) throws(SystemError) -> Bool {
        let buffer = AlignedBuffer(byteCount: min(1 << 16, max(0, end - position)))
        var position = position
        while position < end {
            let piece = unsafe UnsafeMutableRawBufferPointer(
                rebasing: buffer.bytes[..<min(buffer.bytes.count, end - position)])
            let count = unsafe try readAll(into: piece, at: position)
            guard count > 0 else { return true }
            guard unsafe piece[..<count].allSatisfy({ $0 == 0 }) else { return false }
            position += count
        }
        return true
    }
}

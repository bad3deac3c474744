internal import LinuxKernel
internal import RecordFormat

extension Segment {
    /// What a recovery found wrong with a segment, and how far it is good.
    package struct Damage: Sendable {
        package let path: String
        /// The position of the first byte that is no part of a valid batch.
        package let position: Int
        /// How many bytes were dropped from there on.
        package let droppedBytes: Int
        package let reason: String
    }

    /// Reads the batches from `start` to `limit`, checks each, and rebuilds the indexes.
    ///
    /// - Returns: Why it stopped before `limit`, or what was dropped; nil when all is well. `end` is then the end of the
    ///   longest valid prefix.
    func scan(upTo limit: Int) throws(SystemError) -> String? {
        if let slotBytes = layout.slotBytes { return try scanSlots(of: slotBytes, upTo: limit) }
        forgetBatches()
        var scanner = BatchScanner(start: start, end: limit, checksCRC: true)
        while let batch = try scanner.next(in: file) {
            guard batch.baseOffset >= nextOffset, batch.lastOffset - baseOffset <= Int64(Int32.max) else {
                return "a batch of offsets \(batch.baseOffset) to \(batch.lastOffset) after offset \(nextOffset - 1)"
            }
            note(batch)
        }
        if case .invalid(let reason) = scanner.stop { return reason }
        return nil
    }

    /// Reads the valid batches of all slots, in whatever order they lie.
    ///
    /// Kept is the longest run of offsets without a gap. What lies behind a gap is wiped, so that it cannot come back
    /// when later appends fill the gap.
    private func scanSlots(of slotBytes: Int, upTo limit: Int) throws(SystemError) -> String? {
        forgetBatches()
        var found: [PlacedBatch] = []
        for position in stride(from: 0, to: limit, by: slotBytes) {
            var scanner = BatchScanner(start: position, end: min(position + slotBytes, limit), checksCRC: true)
            if let batch = try scanner.next(in: file) { found.append(batch) }
        }
        found.sort { $0.baseOffset < $1.baseOffset }
        var dropped = 0
        for batch in found {
            if batch.baseOffset == nextOffset {
                note(batch)
            } else {
                dropped += 1
                let zeros = [UInt8](repeating: 0, count: RecordBatchHeader.byteCount)
                unsafe try file.writeAll(zeros.span.bytes, at: batch.position)
            }
        }
        return dropped == 0 ? nil : "\(dropped) batches behind a gap at offset \(nextOffset)"
    }

    /// The numbers of the slots that hold no batch.
    func freeSlots(slotBytes: Int, limit: Int) -> [UInt32] {
        var taken = Set<UInt32>()
        for entry in index.entries { taken.insert(entry.position / UInt32(slotBytes)) }
        return (0..<UInt32(limit / slotBytes)).filter { !taken.contains($0) }
    }

    /// Takes over the last segment of a log that was closed cleanly: the indexes are read, and only what lies behind the
    /// last entry is scanned.
    ///
    /// - Returns: False where index and file do not fit together, and a full scan has to tell.
    func resume() throws(SystemError) -> Bool {
        let length = try file.size().length
        guard try index.load(), try timeIndex.load() else { return false }
        let offsets = index.entries
        guard zip(offsets, offsets.dropFirst()).allSatisfy({ $0.relativeOffset < $1.relativeOffset }) else {
            return false
        }
        guard layout.slotBytes == nil else { return try resumeSlots(length: length) }
        guard offsets.allSatisfy({ Int($0.position) < length && Int($0.position) >= start }) else { return false }
        let times = timeIndex.entries
        let last = offsets.last
        var scanner = BatchScanner(start: last.map { Int($0.position) } ?? start, end: length, checksCRC: false)
        var resumed: [PlacedBatch] = []
        while let batch = try scanner.next(in: file) { resumed.append(batch) }
        guard scanner.stop == .end else { return false }
        if let last, resumed.first.map({ $0.lastOffset - baseOffset }) != Int64(last.relativeOffset) { return false }
        adopt(indexedUpTo: resumed.first?.position ?? start, times: times)
        for batch in resumed { note(batch) }
        isDirty = false
        return true
    }

    private func resumeSlots(length: Int) throws(SystemError) -> Bool {
        let entries = index.entries
        let times = timeIndex.entries
        forgetBatches()
        for entry in entries {
            var scanner = BatchScanner(start: Int(entry.position), end: length, checksCRC: false)
            guard let batch = try scanner.next(in: file), batch.baseOffset == nextOffset,
                batch.lastOffset - baseOffset == Int64(entry.relativeOffset)
            else { return false }
            note(batch)
        }
        isDirty = false
        return timeIndex.entries == times
    }
}

extension Segment {
    /// Whether a range of the file holds nothing but zeros.
    func isZero(from position: Int, to end: Int) throws(SystemError) -> Bool {
        let buffer = AlignedBuffer(byteCount: 1 << 16)
        var position = position
        while position < end {
            let piece = unsafe UnsafeMutableRawBufferPointer(
                rebasing: buffer.bytes[..<min(buffer.bytes.count, end - position)])
            let count = unsafe try file.readAll(into: piece, at: position)
            guard count > 0 else { return true }
            guard unsafe piece[..<count].allSatisfy({ $0 == 0 }) else { return false }
            position += count
        }
        return true
    }
}

internal import Compression
internal import LinuxKernel
package import RecordFormat

extension PartitionLog {
    /// How many closed segments keep their indexes in memory.
    private static let loadedSegmentLimit = 4

    /// The bytes from the batch that holds `offset` on; nil at the log's end.
    ///
    /// The first batch is whole even where it is larger than `maxBytes`, so that a reader always gets on. It costs no
    /// kernel call for one of the last few batches, and at most one for any other as long as `index.interval.bytes` is
    /// below 64 KiB and the segment's index was read before.
    package func slice(at offset: Int64, maxBytes: Int) throws(LogError) -> LogSlice? {
        guard offset >= logStartOffset, offset <= logEndOffset else {
            throw .offsetOutOfRange(offset: offset, logStartOffset: logStartOffset, logEndOffset: logEndOffset)
        }
        let readable = readable
        guard offset < readable.offset else { return nil }
        if let batch = recent.batch(holding: offset) {
            return slice(from: batch, in: activeSegment, maxBytes, readable)
        }
        // Offsets may be missing between two segments, when a file was taken away by hand.
        var index = segmentIndex(holding: offset)
        while index < segments.count {
            if let batch = try locate(offset, in: segments[index]) {
                return slice(from: batch, in: segments[index], maxBytes, readable)
            }
            index += 1
        }
        return nil
    }

    private func slice(
        from batch: PlacedBatch, in segment: Segment, _ maxBytes: Int, _ readable: FlushLedger.Place
    ) -> LogSlice {
        let end = segment === readable.segment ? readable.position : segment.end
        // Where batches do not follow each other, there is one in a slice.
        let rest = placementEntry.isDense ? batch.byteCount : end - batch.position
        return LogSlice(
            segment: segment, pin: segment.pin, position: batch.position,
            byteCount: min(max(maxBytes, batch.byteCount), rest),
            limit: placementEntry.isDense ? batch.position + batch.byteCount : segment.end, slot: slot(of: batch))
    }

    /// The last segment whose base offset is not above `offset`.
    private func segmentIndex(holding offset: Int64) -> Int {
        max(0, segments.partitioningIndex { $0.baseOffset > offset } - 1)
    }

    /// The first batch of the segment whose last offset is not below `offset`; nil when the segment has none.
    ///
    /// An index that came from its file is believed only as far as it agrees with the log; otherwise it
    /// is rebuilt, once.
    func locate(_ offset: Int64, in segment: Segment) throws(LogError) -> PlacedBatch? {
        guard offset < segment.nextOffset else { return nil }
        try loadIndexes(of: segment)
        return try rebuildingIndexes(of: segment) { () throws(LogError) in try find(offset, in: segment) }
    }

    /// Runs a lookup again with new indexes when those that came from their files led it astray.
    func rebuildingIndexes<Found>(
        of segment: Segment, _ lookup: () throws(LogError) -> Found
    ) throws(LogError) -> Found {
        do throws(LogError) {
            return try lookup()
        } catch .damaged where segment.indexesMayBeWrong {
            try kernel { () throws(SystemError) in try segment.rebuildIndexes() }
            return try lookup()
        }
    }

    private func find(_ offset: Int64, in segment: Segment) throws(LogError) -> PlacedBatch? {
        let relative = UInt32(clamping: offset - segment.baseOffset)
        let entry =
            placementEntry.isDense
            ? segment.index.firstEntry(notBelow: relative) : segment.index.lastEntry(notAbove: relative)
        guard let entry, Int(entry.position) >= segment.start else {
            return placementEntry.isDense
                ? nil : try walk(from: segment.start, in: segment) { $0.lastOffset >= offset }
        }
        let indexed = try batch(at: Int(entry.position), in: segment)
        guard indexed.lastOffset - segment.baseOffset == Int64(entry.relativeOffset) else {
            throw .damaged(
                path: segment.index.path, position: indexed.position,
                reason: "the index says offset \(segment.baseOffset + Int64(entry.relativeOffset)), "
                    + "the batch there ends with \(indexed.lastOffset)")
        }
        if indexed.lastOffset >= offset { return indexed }
        return try walk(from: indexed.position + indexed.byteCount, in: segment) { $0.lastOffset >= offset }
    }

    /// Reads a closed segment's indexes when they are not in memory, and lets go of others.
    private func loadIndexes(of segment: Segment) throws(LogError) {
        guard segment !== activeSegment, loadedSegments.last !== segment else { return }
        try kernel { () throws(SystemError) in try segment.loadIndexes() }
        loadedSegments.removeAll { $0 === segment }
        loadedSegments.append(segment)
        if loadedSegments.count > Self.loadedSegmentLimit {
            let oldest = loadedSegments.removeFirst()
            oldest.unloadIndexes()
            oldest.unmap()
        }
    }

    /// The first batch from `position` on that `isWanted`; nil when the segment ends before.
    func walk(
        from position: Int, in segment: Segment, until isWanted: (PlacedBatch) -> Bool
    ) throws(LogError) -> PlacedBatch? {
        var position = position
        while position < segment.end {
            let batch = try batch(at: position, in: segment)
            if isWanted(batch) { return batch }
            position += batch.byteCount
        }
        return nil
    }

    /// The batch at a position where one must be.
    private func batch(at position: Int, in segment: Segment) throws(LogError) -> PlacedBatch {
        let found = try kernel { () throws(SystemError) in try window.batch(at: position, in: segment) }
        guard let found else {
            throw .damaged(path: segment.path, position: position, reason: "there is no batch")
        }
        return found
    }

    // MARK: Headers

    /// Hands over the header of each batch that can be read, from the one on that holds `offset`, in order.
    ///
    /// Many are read with one call where they lie close together; those of large batches, and of batches in slots, cost
    /// a call each.
    package func readHeaders(from offset: Int64, _ body: (RecordBatchHeader) -> Void) throws(LogError) {
        var offset = offset
        while let slice = try self.slice(at: offset, maxBytes: .max) {
            var scanner = BatchScanner(
                start: slice.position, end: slice.position + slice.byteCount, checkingFrom: .max)
            do throws(SystemError) {
                let pin = try slice.segment.open()
                while let header = try scanner.nextHeader(in: pin.file) {
                    body(header)
                    offset = header.nextOffset
                }
            } catch {
                throw .system(error)
            }
            if case .invalid(let reason) = scanner.stop {
                throw .damaged(path: slice.segment.path, position: scanner.position, reason: reason)
            }
        }
    }

    // MARK: By timestamp

    /// The first record whose timestamp is not below `timestamp`, in milliseconds; nil when there is none.
    package func firstRecord(
        notBefore timestamp: Int64
    ) throws(LogError) -> (offset: Int64, timestamp: Int64)? {
        for segment in segments {
            guard let largest = try largestTimestamp(of: segment), largest >= timestamp else { continue }
            try loadIndexes(of: segment)
            if let record = try firstRecord(notBefore: timestamp, in: segment) { return record }
        }
        return nil
    }

    /// The first of the records with the log's largest timestamp, in milliseconds; nil when no record has a time.
    package func newestRecord() throws(LogError) -> (offset: Int64, timestamp: Int64)? {
        var largest: Int64?
        for segment in segments {
            guard let timestamp = try largestTimestamp(of: segment) else { continue }
            largest = max(largest ?? timestamp, timestamp)
        }
        guard let largest, largest >= 0 else { return nil }
        return try firstRecord(notBefore: largest)
    }

    /// The segment's largest timestamp; nil when it has no batch. Only the first question reads its index.
    func largestTimestamp(of segment: Segment) throws(LogError) -> Int64? {
        if segment.maxTimestamp == nil { try loadIndexes(of: segment) }
        if segment.indexesMayBeWrong, !segment.timesWereChecked, let last = segment.timeIndex.entries.last {
            let isRight = try agreesWithLog(last, in: segment) ? try !hasYoungerTail(than: last, in: segment) : false
            if !isRight {
                try kernel { () throws(SystemError) in try segment.rebuildIndexes() }
            }
            segment.timesWereChecked = true
        }
        return segment.maxTimestamp
    }

    /// Whether a batch from the last one in the offset index on has a larger timestamp: then an entry is missing.
    private func hasYoungerTail(than entry: TimeEntry, in segment: Segment) throws(LogError) -> Bool {
        let position = segment.index.entries.last.map { Int($0.position) } ?? segment.start
        if placementEntry.isDense { return try batch(at: position, in: segment).maxTimestamp > entry.timestamp }
        return try walk(from: position, in: segment) { $0.maxTimestamp > entry.timestamp } != nil
    }

    /// Whether the log has a batch of that largest timestamp at that offset.
    private func agreesWithLog(_ entry: TimeEntry, in segment: Segment) throws(LogError) -> Bool {
        let offset = segment.baseOffset + Int64(entry.relativeOffset)
        guard offset >= segment.startOffset else { return true }
        guard let batch = try locate(offset, in: segment) else { return false }
        return batch.lastOffset == offset && batch.maxTimestamp == entry.timestamp
    }

    private func firstRecord(
        notBefore timestamp: Int64, in segment: Segment
    ) throws(LogError) -> (offset: Int64, timestamp: Int64)? {
        var offset = try offset(beforeTimestamp: timestamp, in: segment)
        let decompressor = Decompressor()
        while offset < segment.nextOffset, let batch = try locate(offset, in: segment) {
            if batch.maxTimestamp >= timestamp,
                let record = try firstRecord(notBefore: timestamp, of: batch, in: segment, decompressor)
            {
                return record
            }
            offset = batch.lastOffset + 1
        }
        return nil
    }

    /// An offset before which no record of the segment has that timestamp or a larger one.
    private func offset(beforeTimestamp timestamp: Int64, in segment: Segment) throws(LogError) -> Int64 {
        // No record up to the entry's offset has a larger timestamp than the entry, and that is below the wanted one.
        guard let entry = segment.timeIndex.lastEntry(below: timestamp) else { return segment.startOffset }
        if try agreesWithLog(entry, in: segment) {
            return max(segment.startOffset, segment.baseOffset + Int64(entry.relativeOffset))
        }
        guard segment.indexesMayBeWrong else { return segment.startOffset }
        try kernel { () throws(SystemError) in try segment.rebuildIndexes() }
        return try self.offset(beforeTimestamp: timestamp, in: segment)
    }

    private func firstRecord(
        notBefore timestamp: Int64, of batch: PlacedBatch, in segment: Segment, _ decompressor: Decompressor
    ) throws(LogError) -> (offset: Int64, timestamp: Int64)? {
        let buffer = AlignedBuffer(byteCount: batch.byteCount)
        let count = try kernel { () throws(SystemError) in
            unsafe try segment.open().file.readAll(into: buffer.bytes, at: batch.position)
        }
        do throws(RecordBatchError) {
            let whole = unsafe try RecordBatch(
                parsing: UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count]))
            var records = try RecordIterator(whole, decompressor: decompressor)
            while let record = try records.next() {
                if record.timestamp >= timestamp, record.offset >= logStartOffset {
                    return (record.offset, record.timestamp)
                }
            }
            return nil
        } catch {
            throw .damaged(path: segment.path, position: batch.position, reason: "\(error)")
        }
    }
}

internal import Compression
internal import LinuxKernel
internal import RecordFormat

extension PartitionLog {
    /// The bytes from the batch that holds `offset` on; nil at the log's end.
    ///
    /// The first batch is whole even where it is larger than `maxBytes`, so that a reader always gets on.
    package func slice(at offset: Int64, maxBytes: Int) throws(LogError) -> LogSlice? {
        guard offset >= logStartOffset, offset <= logEndOffset else {
            throw .offsetOutOfRange(offset: offset, logStartOffset: logStartOffset, logEndOffset: logEndOffset)
        }
        guard offset < logEndOffset else { return nil }
        // Offsets may have gaps (a compacted or trimmed log), also between two segments.
        var index = segmentIndex(holding: offset)
        while index < segments.count {
            if let batch = try locate(offset, in: segments[index]) {
                let segment = segments[index]
                let whole = max(maxBytes, batch.byteCount)
                let rest = placementEntry.isDense ? batch.byteCount : segment.end - batch.position
                return LogSlice(segment: segment, position: batch.position, byteCount: min(whole, rest))
            }
            index += 1
        }
        return nil
    }

    /// The last segment whose base offset is not above `offset`.
    private func segmentIndex(holding offset: Int64) -> Int {
        max(0, segments.partitioningIndex { $0.baseOffset > offset } - 1)
    }

    /// The first batch of the segment whose last offset is not below `offset`.
    private func locate(_ offset: Int64, in segment: Segment) throws(LogError) -> PlacedBatch? {
        guard offset < segment.nextOffset else { return nil }
        return try kernel { () throws(SystemError) in
            try segment.loadIndexes()
            let relative = UInt32(clamping: offset - segment.baseOffset)
            if placementEntry.isDense {
                guard let entry = segment.index.firstEntry(notBelow: relative) else { return nil }
                return try header(at: Int(entry.position), in: segment)
            }
            let entry = segment.index.lastEntry(notAbove: relative)
            return try walk(from: max(segment.start, entry.map { Int($0.position) } ?? 0), in: segment) {
                $0.lastOffset >= offset
            }
        }
    }

    /// The first batch from `position` on that `isWanted`, read through a small buffer.
    func walk(
        from position: Int, in segment: Segment, until isWanted: (PlacedBatch) -> Bool
    ) throws(SystemError) -> PlacedBatch? {
        var position = position
        while position < segment.end, let batch = try header(at: position, in: segment) {
            if isWanted(batch) { return batch }
            position += batch.byteCount
        }
        return nil
    }

    /// The header at a position where a batch is known to be.
    ///
    /// Headers that lie close together come from the same read.
    private func header(at position: Int, in segment: Segment) throws(SystemError) -> PlacedBatch? {
        let count = RecordBatchHeader.byteCount
        if lookup.segment !== segment || position < lookup.position
            || position + count > lookup.position + lookup.count || lookup.end != segment.end
        {
            let room = unsafe UnsafeMutableRawBufferPointer(
                rebasing: lookupBuffer.bytes[..<min(lookupBuffer.bytes.count, segment.end - position)])
            lookup = Lookup(
                segment: segment, position: position, count: unsafe try segment.file.readAll(into: room, at: position),
                end: segment.end)
        }
        let offset = position - lookup.position
        guard offset + count <= lookup.count else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: lookupBuffer.bytes[offset..<offset + count])
        guard let header = unsafe try? RecordBatchHeader(parsing: bytes) else { return nil }
        return PlacedBatch(
            position: position, byteCount: header.totalByteCount, baseOffset: header.baseOffset,
            lastOffset: header.lastOffset, maxTimestamp: header.maxTimestamp, recordCount: Int(header.recordCount))
    }

    // MARK: By timestamp

    /// The first record whose timestamp is not below `timestamp`, in milliseconds; nil when there is none.
    package func firstRecord(
        notBefore timestamp: Int64
    ) throws(LogError) -> (offset: Int64, timestamp: Int64)? {
        for segment in segments {
            guard let largest = try kernel({ () throws(SystemError) in try segment.largestTimestamp() }),
                largest >= timestamp
            else { continue }
            if let record = try firstRecord(notBefore: timestamp, in: segment) { return record }
        }
        return nil
    }

    private func firstRecord(
        notBefore timestamp: Int64, in segment: Segment
    ) throws(LogError) -> (offset: Int64, timestamp: Int64)? {
        // Every record up to the entry's offset is younger than or as old as its timestamp, which is below the wanted one.
        let entry = segment.timeIndex.lastEntry(notAbove: timestamp - 1)
        var offset = max(logStartOffset, segment.baseOffset + Int64(entry?.relativeOffset ?? 0))
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

    private func firstRecord(
        notBefore timestamp: Int64, of batch: PlacedBatch, in segment: Segment, _ decompressor: Decompressor
    ) throws(LogError) -> (offset: Int64, timestamp: Int64)? {
        let buffer = AlignedBuffer(byteCount: batch.byteCount)
        _ = try kernel { () throws(SystemError) in
            unsafe try segment.file.readAll(into: buffer.bytes, at: batch.position)
        }
        do throws(RecordBatchError) {
            let whole = unsafe try RecordBatch(parsing: UnsafeRawBufferPointer(buffer.bytes))
            var records = try RecordIterator(whole, decompressor: decompressor)
            while let record = try records.next() {
                if record.timestamp >= timestamp, record.offset >= logStartOffset {
                    return (record.offset, record.timestamp)
                }
            }
            return nil
        } catch {
            throw .invalidBatch(reason: "\(segment.path) at position \(batch.position): \(error)")
        }
    }
}

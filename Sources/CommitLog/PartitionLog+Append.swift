package import LinuxKernel
internal import RecordFormat

/// What a committed batch was given.
package struct AppendedBatch: Sendable, Equatable {
    package let baseOffset: Int64
    package let lastOffset: Int64
}

/// How much of a batch is checked before it is taken.
package enum BatchChecks: Sendable {
    /// The header: its lengths, counts and deltas fit together.
    case header
    /// The CRC-32C too, as Kafka does for what a producer sends.
    case headerAndCRC
}

extension PartitionLog {
    /// Room for one batch of `byteCount` bytes; fill it, then `commit` or `abandon`.
    ///
    /// It may settle or write out what was committed before. When the kernel refuses something there, or in any other
    /// step, none of the batches since the last `settle` counts.
    package func reserve(
        _ byteCount: Int, using path: AppendPath
    ) throws(LogError) -> UnsafeMutableRawBufferPointer {
        let position = try makePlace(for: byteCount, using: path)
        let segment = activeSegment
        do throws(SystemError) {
            let room = unsafe try path.reserve(byteCount, in: segment, at: position)
            unsafe reservation = Reservation(room: room, position: position)
            return unsafe room
        } catch {
            throw forgetPending(after: error)
        }
    }

    /// Like `reserve` for a batch that already is in the caller's memory, which is patched there and must stay until
    /// `settle`.
    package func lend(_ batch: UnsafeMutableRawBufferPointer, using path: AppendPath) throws(LogError) {
        let position = try makePlace(for: batch.count, using: path)
        let segment = activeSegment
        do throws(SystemError) {
            let room = unsafe try path.lend(batch, in: segment, at: position)
            unsafe reservation = Reservation(room: room, position: position)
        } catch {
            throw forgetPending(after: error)
        }
    }

    /// Takes the batch that fills the room: checks it, gives it its offsets, and hands it to the path.
    ///
    /// It counts, and can be read, after `settle`. A batch that is refused is abandoned.
    package func commit(checking checks: BatchChecks, using path: AppendPath) throws(LogError) -> AppendedBatch {
        guard let reservation = unsafe reservation else {
            preconditionFailure("commit without a reservation")
        }
        unsafe self.reservation = nil
        let header: RecordBatchHeader
        do {
            header = try unsafe Self.inspect(UnsafeRawBufferPointer(reservation.room), checks)
        } catch {
            path.abandon()
            throw error
        }
        let baseOffset = pendingEndOffset
        if let objection = objection(to: header, baseOffset: baseOffset) {
            path.abandon()
            throw .invalidBatch(reason: objection)
        }
        let batch = unsafe PlacedBatch(
            position: reservation.position, byteCount: reservation.room.count, baseOffset: baseOffset,
            lastOffset: baseOffset + Int64(header.lastOffsetDelta), maxTimestamp: header.maxTimestamp,
            recordCount: Int(header.recordCount))
        unsafe RecordBatchPatch.assign(
            baseOffset: baseOffset, partitionLeaderEpoch: configuration.leaderEpoch, in: reservation.room)
        do throws(SystemError) { try path.commit() } catch { throw forgetPending(after: error) }
        placement.take(batch.byteCount)
        pending.append(batch)
        if let cache, path.fillsCache {
            unsafe cache.fill(
                UnsafeRawBufferPointer(reservation.room), of: activeSegment.identifier, at: batch.position,
                slot: slot(of: batch))
        }
        return AppendedBatch(baseOffset: batch.baseOffset, lastOffset: batch.lastOffset)
    }

    /// Takes a batch of which only the beginning is in memory, and the rest has arrived on a socket:
    /// see `AppendPath.move`.
    ///
    /// Its header is checked and patched; its CRC cannot be checked. Where the kernel refuses, the socket's next bytes
    /// may be any of the batch. Otherwise, when the batch is refused, they are still those behind `head`.
    package func move(
        _ head: UnsafeMutableRawBufferPointer, byteCount: Int, from socket: borrowing Socket, using path: AppendPath
    ) throws(LogError) -> AppendedBatch {
        let position = try makePlace(for: byteCount, using: path)
        let header: RecordBatchHeader
        do throws(RecordBatchError) {
            header = try unsafe RecordBatchHeader(parsing: UnsafeRawBufferPointer(head))
        } catch {
            throw .invalidBatch(reason: "\(error)")
        }
        guard header.totalByteCount == byteCount else {
            throw .invalidBatch(reason: "a batch of \(header.totalByteCount) bytes in \(byteCount)")
        }
        let baseOffset = pendingEndOffset
        if let objection = objection(to: header, baseOffset: baseOffset) { throw .invalidBatch(reason: objection) }
        let batch = PlacedBatch(
            position: position, byteCount: byteCount, baseOffset: baseOffset,
            lastOffset: baseOffset + Int64(header.lastOffsetDelta), maxTimestamp: header.maxTimestamp,
            recordCount: Int(header.recordCount))
        unsafe RecordBatchPatch.assign(
            baseOffset: baseOffset, partitionLeaderEpoch: configuration.leaderEpoch, in: head)
        // Also when it fails, something of it may lie there.
        pending.append(batch)
        let segment = activeSegment
        do throws(SystemError) {
            unsafe try path.move(
                UnsafeRawBufferPointer(head), from: socket, byteCount: byteCount, to: segment, at: position)
        } catch {
            throw forgetPending(after: error)
        }
        placement.take(byteCount)
        return AppendedBatch(baseOffset: batch.baseOffset, lastOffset: batch.lastOffset)
    }

    /// Gives the room back.
    package func abandon(using path: AppendPath) {
        unsafe reservation = nil
        path.abandon()
    }

    /// Makes every committed batch readable, and durable where the flush policy says so. Where the flusher groups
    /// flushes, both can come later: ask the ledger for the outcome before acknowledging.
    ///
    /// When it throws, none of the batches since the last `settle` counts: their offsets will be given again. After a
    /// failed flush the log is offline, because the kernel may have dropped the dirty pages that it could not write.
    package func settle(using path: AppendPath) throws(LogError) {
        guard !pending.isEmpty else { return }
        do throws(SystemError) { try path.settle() } catch { throw forgetPending(after: error) }
        defer { pending.removeAll(keepingCapacity: true) }
        let segment = activeSegment
        let endOffset = pendingEndOffset
        var records = 0
        for index in pending.indices { records += pending[index].recordCount }
        let action = flushPolicy.action(afterRecords: records)
        let needsNoFlush = path.isDurable && action == .nothing && !notesEachWrite
        if needsNoFlush { try makeNamesDurable(of: segment) } else { try flushWritten(action, endOffset: endOffset) }
        for index in pending.indices {
            segment.note(pending[index])
            recent.append(pending[index])
        }
        logEndOffset = endOffset
        if needsNoFlush { ledger.noteDurable(end) }
    }

    /// One batch from the caller's memory, through all four steps; durable where the flush policy says so.
    package func append(
        _ batch: UnsafeMutableRawBufferPointer, checking checks: BatchChecks, using path: AppendPath
    ) throws(LogError) -> AppendedBatch {
        unsafe try lend(batch, using: path)
        let appended = try commit(checking: checks, using: path)
        try settle(using: path)
        if awaitsFlush { try flushAsked() }
        return appended
    }

    // MARK: Steps

    /// The offset of the next batch, behind those that are pending.
    private var pendingEndOffset: Int64 {
        pending.isEmpty ? activeSegment.nextOffset : pending[pending.count - 1].lastOffset + 1
    }

    /// Finds where the next batch goes, and rolls to a new segment when this one is full or old.
    private func makePlace(for byteCount: Int, using path: AppendPath) throws(LogError) -> Int {
        precondition(unsafe reservation == nil, "one reservation at a time")
        try refuseWhenOffline()
        guard byteCount >= RecordBatchHeader.byteCount else {
            throw .invalidBatch(reason: "\(byteCount) bytes are less than a batch header")
        }
        guard byteCount <= configuration.maxMessageBytes else {
            throw .batchTooLarge(
                byteCount: byteCount, limit: configuration.maxMessageBytes, limitName: "max.message.bytes")
        }
        if activeSegment.unkeptEnd != nil { try keepTail() }
        if pending.isEmpty { try tidy() }
        if !segmentIsDue, let position = placement.position(for: byteCount) {
            if allocatesAhead {
                activeSegment.allocateAhead(
                    of: position..<position + byteCount, step: configuration.allocateAheadBytes,
                    limit: configuration.segmentBytes)
            }
            return position
        }
        try settle(using: path)
        try roll()
        guard let position = placement.position(for: byteCount) else {
            throw .batchTooLarge(byteCount: byteCount, limit: configuration.segmentBytes, limitName: "segment.bytes")
        }
        return position
    }

    /// Does what may fail without touching any batch: wipes what a failed write left, and writes index entries out.
    ///
    /// It runs before a batch is taken, so that a full disk refuses that batch instead of one that is already written.
    func tidy() throws(LogError) {
        let segment = activeSegment
        try kernel { () throws(SystemError) in
            if !spoiled.isEmpty {
                try segment.wipe(spoiled)
                spoiled.removeAll()
            }
            try segment.persistIndexesWhenWorthwhile()
        }
    }

    /// Whether the active segment is too old, or its offsets may leave the 31 bits of an index entry no room.
    ///
    /// Its age is the time since it was made or opened, or that between its first and its largest timestamp (from a
    /// producer, so it can be anything), whichever is more. A log that does not roll segments knows no age.
    private var segmentIsDue: Bool {
        let segment = activeSegment
        guard segment.batchBytes > 0 || !pending.isEmpty else { return false }
        if pendingEndOffset - segment.baseOffset > Segment.offsetReach / 2 { return true }
        guard retentionMethod.rollsSegments else { return false }
        if WallClock.milliseconds() - segment.openedAt >= configuration.segmentMilliseconds { return true }
        guard let first = segment.firstTimestamp, let last = segment.maxTimestamp, first >= 0 else { return false }
        return last - first >= configuration.segmentMilliseconds
    }

    /// What the log itself asks of a batch beyond its format; nil when it may be taken.
    private func objection(to header: RecordBatchHeader, baseOffset: Int64) -> String? {
        guard header.isDense else {
            return "it has \(header.recordCount) records, but its last offset delta is \(header.lastOffsetDelta)"
        }
        // A segment with more offsets behind it was rolled; what is left is room for any batch that can be decoded.
        guard baseOffset - activeSegment.baseOffset + Int64(header.lastOffsetDelta) <= Segment.offsetReach else {
            return "\(header.recordCount) records are more than a batch can hold"
        }
        return nil
    }

    private static func inspect(
        _ bytes: UnsafeRawBufferPointer, _ checks: BatchChecks
    ) throws(LogError) -> RecordBatchHeader {
        do throws(RecordBatchError) {
            let batch = try unsafe RecordBatch(parsing: bytes)
            if checks == .headerAndCRC { try batch.validate() }
            guard unsafe batch.bytes.count == bytes.count else {
                throw RecordBatchError(
                    .batchLength, position: RecordBatchHeader.Position.batchLength,
                    expected: Int64(bytes.count - RecordBatchHeader.lengthPrefixByteCount),
                    found: Int64(batch.header.batchLength))
            }
            return batch.header
        } catch {
            throw .invalidBatch(reason: "\(error)")
        }
    }

    /// The path failed: what was pending does not count, wherever its bytes are by now.
    private func forgetPending(after error: SystemError) -> LogError {
        if let cache {
            for batch in pending {
                cache.cut(
                    batch.position..<batch.position + batch.byteCount, of: activeSegment.identifier,
                    slot: slot(of: batch))
            }
        }
        spoiled += pending
        pending.removeAll(keepingCapacity: true)
        placement = placementEntry.make(activeSegment, configuration)
        return .system(error)
    }
}

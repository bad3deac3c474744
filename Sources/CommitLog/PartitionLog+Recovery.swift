internal import LinuxKernel

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
    /// After a crash every segment is read and checked, and the log ends before the first batch that is not valid; doing it
    /// again gives the same log. `damages` says what was dropped.
    ///
    /// - Parameters:
    ///   - directory: The partition's directory; made when it is missing.
    ///   - flusher: The thread for policies that flush by time; nil where none is used.
    package static func open(
        _ name: TopicPartition, directory: String, configuration: LogConfiguration, after lastStop: LastStop,
        flusher: Flusher?
    ) throws(LogError) -> PartitionLog {
        let log = try PartitionLog(
            name: name, directory: directory, configuration: configuration, flusher: flusher)
        try kernel { () throws(SystemError) in try Directory.create(directory) }
        try log.checkLayout()
        try log.openSegments(after: lastStop)
        if let interval = log.flushPolicy.interval {
            try kernel { () throws(SystemError) in try flusher?.add(log.ledger, interval: interval) }
        }
        return log
    }

    /// Settles nothing, flushes everything and writes the indexes, so that the next open need not scan.
    package func close() throws(LogError) {
        precondition(pending.isEmpty, "settle before closing")
        flusher?.remove(ledger)
        if let cause = offlineCause ?? ledger.failure { throw .offline(path: directory, cause: cause) }
        try flush()
        try kernel { () throws(SystemError) in
            try activeSegment.close()
        }
    }

    /// A log whose batches lie in slots says so in its directory, because it cannot be read in any other way.
    private func checkLayout() throws(LogError) {
        let path = directory + "/layout"
        let wanted = placementEntry.isDense ? "random \(configuration.slotBytes)\n" : "sequential\n"
        try kernelOrLog {
            if try Directory.exists(path) {
                let found = try TextFile.read(path)
                guard found == wanted else {
                    throw LogError.incompatible(
                        path: path,
                        reason: "the log was written with placement '\(found.dropLast())' and is opened with "
                            + "'\(wanted.dropLast())'; use the same placement and max.message.bytes")
                }
            } else if placementEntry.isDense {
                guard try segmentOffsets().isEmpty else {
                    throw LogError.incompatible(
                        path: directory, reason: "the log was written with placement 'sequential'")
                }
                try TextFile.replace(path, with: wanted)
            }
        }
    }

    private func segmentOffsets() throws(SystemError) -> [Int64] {
        try Directory.names(in: directory).compactMap(Segment.baseOffset(ofFileNamed:)).sorted()
    }

    private func openSegments(after lastStop: LastStop) throws(LogError) {
        let offsets = try kernel { () throws(SystemError) in try segmentOffsets() }
        if offsets.isEmpty {
            try addSegment(baseOffset: 0)
            return
        }
        for offset in offsets {
            try kernel { () throws(SystemError) in
                let segment = try Segment(
                    directory: directory, baseOffset: offset, layout: layout, access: .readWrite)
                if let start = try SegmentStart.read(for: segment) { segment.start = start.position }
                segments.append(segment)
            }
        }
        switch lastStop {
        case .clean: try kernel { () throws(SystemError) in try resume() }
        case .crash: try kernel { () throws(SystemError) in try recover() }
        }
        logStartOffset = try kernel { () throws(SystemError) in try firstOffset() }
        logEndOffset = activeSegment.nextOffset
        placement = placementEntry.make(activeSegment, configuration)
        ledger.flushed(upTo: lastStop == .clean ? logEndOffset : logStartOffset)
    }

    /// Trusts what a clean stop left; falls back to recovery where it does not fit together.
    private func resume() throws(SystemError) {
        for (segment, next) in zip(segments, segments.dropFirst()) {
            let length = try segment.file.size().length
            segment.adoptClosed(end: length, nextOffset: next.baseOffset)
        }
        if try !activeSegment.resume() { try recover() }
    }

    /// Reads every batch and ends the log before the first that is not valid.
    private func recover() throws(SystemError) {
        for index in segments.indices {
            let segment = segments[index]
            if index > 0, segment.baseOffset < segments[index - 1].nextOffset {
                try drop(segmentsFrom: index, reason: "its offsets overlap those of the segment before")
                break
            }
            let damage = try recover(segment)
            try segment.index.persist()
            try segment.timeIndex.persist()
            guard let damage else { continue }
            damages.append(damage)
            try drop(segmentsFrom: index + 1, reason: "it follows a damaged segment")
            break
        }
    }

    private func recover(_ segment: Segment) throws(SystemError) -> Segment.Damage? {
        let length = try segment.file.size().length
        if segment.start > length { segment.start = 0 }
        let reason = try segment.scan(upTo: length)
        guard !placementEntry.isDense else {
            return reason.map { Segment.Damage(path: segment.path, position: 0, droppedBytes: 0, reason: $0) }
        }
        guard segment.end < length else { return nil }
        // Zeros up to the file's end are what preallocation leaves, and no damage.
        let isTail = try segment.isZero(from: segment.end, to: length)
        try segment.file.truncate(to: segment.end)
        if isTail && segment === activeSegment { return nil }
        return Segment.Damage(
            path: segment.path, position: segment.end, droppedBytes: length - segment.end,
            reason: reason ?? "bytes behind the last batch")
    }

    private func drop(segmentsFrom index: Int, reason: String) throws(SystemError) {
        for segment in segments[index...] {
            let length = try segment.file.size().length
            damages.append(Segment.Damage(path: segment.path, position: 0, droppedBytes: length, reason: reason))
            try segment.removeFiles()
        }
        segments.removeSubrange(index...)
    }

    private func firstOffset() throws(SystemError) -> Int64 {
        let first = segments[0]
        guard !placementEntry.isDense, first.end > first.start else { return first.baseOffset }
        return try walk(from: first.start, in: first) { _ in true }?.baseOffset ?? first.baseOffset
    }
}

/// Runs a body that throws the kernel's errors and the log's.
private func kernelOrLog(_ body: () throws -> Void) throws(LogError) {
    do {
        try body()
    } catch let error as LogError {
        throw error
    } catch let error as SystemError {
        throw .system(error)
    } catch {
        fatalError("only the kernel's and the log's errors: \(error)")
    }
}

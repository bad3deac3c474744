internal import LinuxKernel

extension PartitionLog {
    /// Closes the active segment and makes the next one. There are no pending batches.
    func roll() throws(LogError) {
        precondition(pending.isEmpty, "settle before rolling")
        let segment = activeSegment
        try kernel { () throws(SystemError) in try segment.close() }
        try addSegment(baseOffset: segment.nextOffset)
        ledger.noteClosed(segment, nextOffset: segment.nextOffset)
        // Of a closed segment the index is needed only by readers, who get it from the file again.
        segment.unloadIndexes()
    }

    /// Makes an empty segment that takes the appends from now on.
    func addSegment(baseOffset: Int64) throws(LogError) {
        let segment = try kernel { () throws(SystemError) in
            let isRecycled = try adoptRetiredFile(baseOffset: baseOffset)
            let segment = try Segment(
                directory: directory, baseOffset: baseOffset, layout: layout,
                access: isRecycled ? .readWrite : .createNew, descriptors: descriptors)
            if configuration.preallocate || placementEntry.isDense {
                do throws(SystemError) {
                    try segment.open().file.allocate(at: 0, byteCount: configuration.segmentBytes)
                } catch {
                    // An empty file of that name would stand in the way of the next attempt.
                    try segment.removeFiles()
                    throw error
                }
            }
            return segment
        }
        segment.syncWithFirstFlush([directory])
        push(segment)
        placement = placementEntry.make(segment, configuration)
    }

    /// Gives a retired file the name of the segment that begins at the offset.
    ///
    /// - Returns: False where there is none.
    private func adoptRetiredFile(baseOffset: Int64) throws(SystemError) -> Bool {
        let path = directory + "/" + Segment.fileStem(baseOffset) + ".log"
        // A file of that name is refused, not replaced.
        guard let last = retired.last, try !Directory.exists(path) else { return false }
        try Directory.rename(last, to: path)
        retired.removeLast()
        return true
    }

    /// Unlinks the files that were kept to be written over.
    func removeRetiredFiles() throws(SystemError) {
        while let last = retired.last {
            try Directory.unlinkFile(last)
            retired.removeLast()
        }
    }
}

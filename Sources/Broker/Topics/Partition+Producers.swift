internal import CommitLog
internal import LinuxKernel
internal import RecordFormat

/// The states of idempotent producers over a restart: they are written beside the log from time to time and by a clean
/// stop. A start reads what was appended afterwards from the headers of the batches, and all of the log where there is
/// no file, or one that cannot be right.
extension Partition {
    private var producersPath: String { log.directory + "/producers" }

    /// Writes the file where the log went on since, also where it has no producers: then no header has to be read to
    /// know that.
    ///
    /// The caller holds the catalog's change lock, so that the directory stays; the partition is held only for a look.
    func saveProducers() throws(SystemError) {
        let unsaved = lock.withLock { () -> (path: String, snapshot: ProducerSnapshot)? in
            guard !isDeleted, log.logEndOffset != savedProducersOffset else { return nil }
            return (producersPath, ProducerSnapshot(at: log.logEndOffset, producers))
        }
        guard let unsaved else { return }
        try TextFile.replace(unsaved.path, with: unsaved.snapshot.text(for: name), durably: false)
        savedProducersOffset = unsaved.snapshot.offset
    }

    /// To be called once, before the partition is served.
    ///
    /// - Returns: Why the file was not believed; nil where it was, or where there is none.
    func restoreProducers() throws(LogError) -> String? {
        let objection: String?
        do throws(SystemError) {
            objection = try loadProducers()
        } catch {
            throw .system(error)
        }
        try log.readHeaders(from: max(savedProducersOffset, log.logStartOffset)) { header in
            producers.note(header, baseOffset: header.baseOffset, now: header.maxTimestamp)
        }
        return objection
    }

    /// Takes over what the file says, and removes it where it cannot be right: the log would grow over its offset.
    private func loadProducers() throws(SystemError) -> String? {
        guard try Directory.exists(producersPath) else { return nil }
        let text = try TextFile.read(producersPath)
        let reason: String
        do throws(ProducerSnapshot.Damage) {
            let snapshot = try ProducerSnapshot(
                parsing: text, of: name, within: log.logStartOffset...log.logEndOffset)
            producers = snapshot.producers
            savedProducersOffset = snapshot.offset
            return nil
        } catch {
            reason = error.reason
        }
        try Directory.unlinkFile(producersPath)
        try Directory.sync(log.directory)
        return "\(producersPath) is not believed, and the headers of all batches are read instead: \(reason)"
    }
}

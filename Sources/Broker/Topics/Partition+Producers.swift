internal import CommitLog
internal import LinuxKernel
internal import RecordFormat

/// The states of idempotent producers over a restart: a clean stop writes them beside the log; without that file, or
/// with one of another log end, they are read from the headers of the batches.
extension Partition {
    private var producersPath: String { log.directory + "/producers" }

    func saveProducers() throws(SystemError) {
        guard !isDeleted else { return }
        if producers.isEmpty, log.logEndOffset == 0 { return }
        var text = "\(log.logEndOffset)\n"
        for (id, producer) in producers.producers.sorted(by: { $0.key < $1.key }) {
            for batch in producer.batches {
                text +=
                    "\(id) \(producer.epoch) \(producer.lastTimestamp) \(batch.firstSequence) "
                    + "\(batch.lastSequence) \(batch.baseOffset) \(batch.lastOffset)\n"
            }
        }
        try TextFile.replace(producersPath, with: text)
    }

    /// To be called once, before the partition is served.
    func restoreProducers() throws(LogError) {
        guard log.logEndOffset > log.logStartOffset else { return }
        do throws(SystemError) {
            if try loadProducers() { return }
        } catch {
            throw .system(error)
        }
        try rebuildProducers()
    }

    /// False when the file is missing or does not belong to the log as it is now.
    private func loadProducers() throws(SystemError) -> Bool {
        guard try Directory.exists(producersPath) else { return false }
        let lines = try TextFile.read(producersPath).split(separator: "\n")
        // What it says is true once only: the log goes on from here.
        try Directory.unlinkFile(producersPath)
        guard let first = lines.first, Int64(first) == log.logEndOffset else { return false }
        var table = ProducerTable()
        for line in lines.dropFirst() {
            let numbers = line.split(separator: " ").compactMap { Int64($0) }
            guard numbers.count == 7, let epoch = Int16(exactly: numbers[1]),
                let first = Int32(exactly: numbers[3]), let last = Int32(exactly: numbers[4])
            else { return false }
            table.note(
                ProducerTable.Batch(
                    firstSequence: first, lastSequence: last, baseOffset: numbers[5], lastOffset: numbers[6]),
                of: numbers[0], epoch: epoch, timestamp: numbers[2])
        }
        producers = table
        return true
    }

    private func rebuildProducers() throws(LogError) {
        let buffer = AlignedBuffer(byteCount: RecordBatchHeader.byteCount)
        var offset = log.logStartOffset
        while let slice = try log.slice(at: offset, maxBytes: Int.max) {
            var position = slice.position
            let end = slice.position + slice.byteCount
            while position + RecordBatchHeader.byteCount <= end {
                let header: RecordBatchHeader
                do {
                    let room = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: buffer.bytes[..<RecordBatchHeader.byteCount])
                    _ = unsafe try slice.segment.open().file.readAll(into: room, at: position)
                    header = unsafe try RecordBatchHeader(parsing: UnsafeRawBufferPointer(room))
                } catch let error as SystemError {
                    throw .system(error)
                } catch {
                    throw .invalidBatch(reason: "\(slice.segment.path) at position \(position): \(error)")
                }
                producers.note(header, baseOffset: header.baseOffset, now: header.maxTimestamp)
                position += header.totalByteCount
                offset = header.nextOffset
            }
        }
    }
}

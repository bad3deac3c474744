internal import CommitLog

/// The states of a partition's idempotent producers at an offset of its log, as a text.
///
/// The first line names the format; the second has the partition, the offset, and how many lines follow. Those are one
/// for each batch that is remembered: the producer's id and epoch, when it last sent something, and the batch's first
/// and last sequence and first and last offset. In the former format the offset alone stood before the batches; only
/// clean stops wrote it, so that it has to be the log's end.
///
/// The file is not forced to the disk, so after a crash of the machine it may be torn. It may also hold more than the
/// log does. One from earlier is as good as any: the batches behind its offset are in the log.
struct ProducerSnapshot {
    /// Why a text is not what it has to be; for people.
    struct Damage: Error {
        let reason: String
    }

    private static let format = "producers 2"

    /// Behind the last batch that is in it.
    let offset: Int64
    let producers: ProducerTable

    init(at offset: Int64, _ producers: ProducerTable) {
        self.offset = offset
        self.producers = producers
    }

    /// - Parameters:
    ///   - name: Whose it has to be.
    ///   - range: From the log's start to its end.
    init(parsing text: String, of name: TopicPartition, within range: ClosedRange<Int64>) throws(Damage) {
        let lines = text.split(separator: "\n")
        guard let first = lines.first, text.hasSuffix("\n") else { throw Damage(reason: "it is cut off") }
        if let end = Int64(first) {
            guard end == range.upperBound else {
                throw Damage(
                    reason: "it was written by a stop at offset \(end), and the log ends at \(range.upperBound)")
            }
            self.offset = end
            producers = try Self.table(of: lines.dropFirst())
            return
        }
        guard first == Self.format else {
            throw Damage(reason: "it begins with '\(first.prefix(80))' and not with '\(Self.format)'")
        }
        let parts = lines.count > 1 ? lines[1].split(separator: " ") : []
        guard parts.count == 3, let offset = Int64(parts[1]), let count = Int(parts[2]) else {
            throw Damage(reason: "its second line is no partition, offset and number of lines")
        }
        guard parts[0] == name.directoryName else { throw Damage(reason: "it is of \(parts[0].prefix(80))") }
        guard count == lines.count - 2 else {
            throw Damage(reason: "it says that \(count) lines follow, and there are \(lines.count - 2)")
        }
        guard range.contains(offset) else {
            throw Damage(
                reason: "it holds up to offset \(offset), and the log from \(range.lowerBound) to \(range.upperBound)")
        }
        self.offset = offset
        producers = try Self.table(of: lines.dropFirst(2))
    }

    private static func table(of lines: ArraySlice<Substring>) throws(Damage) -> ProducerTable {
        var table = ProducerTable()
        for line in lines {
            let numbers = line.split(separator: " ", omittingEmptySubsequences: false).compactMap { Int64($0) }
            guard numbers.count == 7, let epoch = Int16(exactly: numbers[1]), let first = Int32(exactly: numbers[3]),
                let last = Int32(exactly: numbers[4])
            else { throw Damage(reason: "'\(line.prefix(80))' is no batch of a producer") }
            table.note(
                ProducerTable.Batch(
                    firstSequence: first, lastSequence: last, baseOffset: numbers[5], lastOffset: numbers[6]),
                of: numbers[0], epoch: epoch, timestamp: numbers[2])
        }
        return table
    }

    func text(for name: TopicPartition) -> String {
        var lines: [String] = []
        for (id, producer) in producers.producers.sorted(by: { $0.key < $1.key }) {
            for batch in producer.batches {
                lines.append(
                    "\(id) \(producer.epoch) \(producer.lastTimestamp) \(batch.firstSequence) \(batch.lastSequence) "
                        + "\(batch.baseOffset) \(batch.lastOffset)\n")
            }
        }
        return "\(Self.format)\n\(name.directoryName) \(offset) \(lines.count)\n" + lines.joined()
    }
}

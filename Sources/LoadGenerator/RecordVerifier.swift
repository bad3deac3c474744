package import CommitLog
internal import Compression
internal import RecordFormat

/// Reads a whole log back and checks every record: count, order and content.
package struct RecordVerifier {
    private let decompressor = Decompressor()
    /// After how many records the sequence numbers start again; nil when they never do.
    private let cycle: UInt64?
    /// How many records were verified.
    package private(set) var verified: Int64 = 0
    /// The first thing that was not as it should be; nil as long as everything is.
    package private(set) var discrepancy: String?

    package init(cycle: UInt64?) {
        self.cycle = cycle
    }

    /// Checks that the log holds exactly the records with the offsets from its start to `endOffset`.
    ///
    /// - Parameter sequences: For each partition-local offset, counted from 0, the sequence number that belongs there; nil where none does.
    package mutating func verify(
        _ log: PartitionLog, endOffset: Int64, maxBytes: Int, sequence: (Int64) -> UInt64?
    ) throws {
        var expected = log.logStartOffset
        do {
            var reader = LogReader(log, from: expected, maxBytes: maxBytes)
            while discrepancy == nil, let batches = try reader.next() {
                var batches = batches
                while discrepancy == nil, let batch = try batches.next() {
                    try batch.validate()
                    try verify(batch, in: log.name, expected: &expected, sequence: sequence)
                }
            }
        } catch let error as any Error & CustomStringConvertible where Self.tellsOfContent(error) {
            discrepancy = "\(log.name) cannot be read on from offset \(expected): \(error)"
        }
        if discrepancy == nil, expected != endOffset {
            discrepancy = "\(log.name) ends at offset \(expected) instead of \(endOffset)"
        }
    }

    /// Whether an error says that the bytes are wrong, and not that they could not be had.
    private static func tellsOfContent(_ error: any Error) -> Bool {
        switch error {
        case is RecordBatchError, is CompressionError, LoadError.unreadable, LogError.damaged: true
        default: false
        }
    }

    private mutating func verify(
        _ batch: RecordBatch, in name: TopicPartition, expected: inout Int64, sequence: (Int64) -> UInt64?
    ) throws {
        var records = try RecordIterator(batch, decompressor: decompressor)
        while let record = try records.next() {
            let offset = record.offset
            guard offset == expected else {
                discrepancy = "\(name): offset \(offset) where \(expected) belongs"
                return
            }
            guard let value = unsafe record.value,
                let stamp = unsafe RecordStamp(checking: value)
            else {
                discrepancy = "\(name): the record at offset \(offset) is not the one that was written"
                return
            }
            guard let belongs = sequence(offset) else {
                discrepancy = "\(name): offset \(offset) holds a record that was not sent here"
                return
            }
            let wanted = cycle.map { belongs % $0 } ?? belongs
            guard stamp.sequence == wanted else {
                discrepancy = "\(name): offset \(offset) holds record \(stamp.sequence) instead of \(wanted)"
                return
            }
            expected += 1
            verified += 1
        }
    }
}

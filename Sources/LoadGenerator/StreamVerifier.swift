package import RecordFormat

/// Checks the records of one partition as they come, whoever sent them: each producer's own order, gaps, duplicates and
/// content.
package struct StreamVerifier {
    private let name: String
    private let cycles: [UInt64?]
    /// By producer, what it sent to this partition.
    private var sequences: [PartitionSequence]
    private var nextIndex: [Int64]
    private var nextOffset: Int64 = 0
    package private(set) var verified: Int64 = 0
    /// The first thing that was not as it should be; nil as long as everything is.
    package private(set) var discrepancy: String?

    /// - Parameters:
    ///   - name: The partition, for messages.
    ///   - cycles: By producer, after how many records its sequence numbers start again; nil when they never do.
    ///   - sequences: By producer, what it sent to this partition.
    package init(name: String, cycles: [UInt64?], sequences: [PartitionSequence]) {
        self.name = name
        self.cycles = cycles
        self.sequences = sequences
        nextIndex = Array(repeating: 0, count: sequences.count)
    }

    /// Takes the next record of the partition.
    package mutating func take(_ record: RecordView) {
        guard discrepancy == nil else { return }
        let offset = record.offset
        guard offset == nextOffset else {
            discrepancy = "\(name): offset \(offset) where \(nextOffset) belongs"
            return
        }
        guard let value = unsafe record.value, let stamp = unsafe RecordStamp(checking: value),
            Int(stamp.producer) < nextIndex.count
        else {
            discrepancy = "\(name): the record at offset \(offset) is not one that was sent"
            return
        }
        let producer = Int(stamp.producer)
        guard let belongs = sequences[producer].sequence(at: nextIndex[producer]) else {
            discrepancy = "\(name): offset \(offset) holds a record that producer \(producer) did not send here"
            return
        }
        let wanted = cycles[producer].map { belongs % $0 } ?? belongs
        guard stamp.sequence == wanted else {
            discrepancy =
                "\(name): offset \(offset) holds record \(stamp.sequence) of producer \(producer) instead of \(wanted)"
            return
        }
        nextIndex[producer] += 1
        nextOffset += 1
        verified += 1
    }

    /// Says at the end whether each producer's records have all come.
    package mutating func finish(expected: [Int64]) {
        guard discrepancy == nil else { return }
        for (producer, count) in expected.enumerated() where nextIndex[producer] != count {
            discrepancy = "\(name): \(nextIndex[producer]) records of producer \(producer) instead of \(count)"
            return
        }
    }
}

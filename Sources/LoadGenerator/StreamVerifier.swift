package import RecordFormat

/// Checks the records of one partition as they come, whoever sent them: each producer's own order, gaps, duplicates and
/// content.
package struct StreamVerifier {
    private let name: String
    private let cycle: UInt64?
    /// For a producer and the how-manieth record it sent to this partition, the sequence number that it has.
    private let sequence: @Sendable (_ producer: Int, _ index: Int64) -> UInt64
    private var nextIndex: [Int64]
    private var nextOffset: Int64 = 0
    package private(set) var verified: Int64 = 0
    /// The first thing that was not as it should be; nil as long as everything is.
    package private(set) var discrepancy: String?

    /// - Parameters:
    ///   - name: The partition, for messages.
    ///   - cycle: After how many records the sequence numbers start again; nil when they never do.
    package init(
        name: String, producers: Int, cycle: UInt64?, sequence: @escaping @Sendable (Int, Int64) -> UInt64
    ) {
        self.name = name
        self.cycle = cycle
        self.sequence = sequence
        nextIndex = Array(repeating: 0, count: producers)
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
        let belongs = sequence(producer, nextIndex[producer])
        let wanted = cycle.map { belongs % $0 } ?? belongs
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

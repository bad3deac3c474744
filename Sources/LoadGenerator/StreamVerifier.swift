package import RecordFormat

/// Checks the records of one partition as they come, whoever sent them: each producer's own order, gaps, duplicates and
/// content.
///
/// Each record costs a checksum of its value and a few comparisons. Only what is not as expected is looked at longer: a
/// gap may be a record that was lost or one that comes later, so it is judged at the end.
package struct StreamVerifier {
    private let name: String
    private let cycles: [UInt64?]
    /// By producer, what it sent to this partition, from the beginning.
    private let sent: [PartitionSequence]
    /// The same, up to what has come.
    private var sequences: [PartitionSequence]
    private var nextIndex: [Int64]
    private var nextOffset: Int64
    /// The records that were missing when a later one came; nil as long as none was.
    private var gap: Gap?
    /// What is certain, unlike a gap.
    private var certain: RecordDiscrepancy?
    /// Records that came where they belong.
    package private(set) var verified: Int64 = 0

    /// Places in the order of a producer's records, and what is said of them if they never come.
    private struct Gap {
        var producer: Int
        var indexes: Range<Int64>
        var text: String
    }

    /// How far a record is looked for before and behind where it came.
    private static let reach: Int64 = 100_000

    /// - Parameters:
    ///   - name: The partition, for messages.
    ///   - cycles: By producer, after how many records its sequence numbers start again; nil when they never do.
    ///   - sequences: By producer, what it sent to this partition.
    ///   - offset: The first that is there; where it is not 0 there is one producer.
    package init(name: String, cycles: [UInt64?], sequences: [PartitionSequence], startingAt offset: Int64 = 0) {
        precondition(offset == 0 || sequences.count == 1, "whose records are gone is known of a single producer only")
        self.name = name
        self.cycles = cycles
        self.sequences = sequences
        sent = sequences
        nextIndex = Array(repeating: offset, count: sequences.count)
        nextOffset = offset
    }

    /// The first thing that was not as it should be; nil as long as everything is.
    package var discrepancy: RecordDiscrepancy? {
        certain ?? gap.map { RecordDiscrepancy(.lost, in: name, $0.text) }
    }

    /// Whether it is no use to read on.
    package var isDecided: Bool { certain != nil }

    /// Takes the next record of the partition.
    package mutating func take(_ record: RecordView) {
        guard certain == nil else { return }
        guard let stamp = unsafe stamp(of: record.value, at: record.offset) else { return }
        let producer = Int(stamp.producer)
        guard producer < nextIndex.count else {
            return decide(.foreign, "offset \(record.offset) holds a record of a producer that there is not")
        }
        let belongs = sequences[producer].sequence(at: nextIndex[producer]).map { numbered($0, producer) }
        guard stamp.sequence == belongs else {
            return judge(stamp, at: record.offset, instead: belongs, producer)
        }
        // Behind a gap, offsets go on from where they are.
        guard record.offset == nextOffset || gap != nil else {
            return decide(.misplaced, "offset \(record.offset) where \(nextOffset) belongs")
        }
        nextIndex[producer] += 1
        nextOffset = record.offset + 1
        verified += 1
    }

    /// Says at the end whether each producer's records have all come.
    package mutating func finish(expected: [Int64]) {
        guard discrepancy == nil else { return }
        for (producer, count) in expected.enumerated() where nextIndex[producer] != count {
            return decide(
                nextIndex[producer] < count ? .lost : .foreign,
                "ends after \(nextIndex[producer]) records of producer \(producer) instead of \(count)")
        }
    }

    /// Takes an error of reading; false if it does not say that the bytes are wrong, only that they could not be had.
    package mutating func take(_ error: any Error) -> Bool {
        guard let fault = RecordFault(error) else { return false }
        decide(fault, "cannot be read on from offset \(nextOffset): \(error)")
        return true
    }

    // MARK: What is wrong

    /// What was wrong before stays the finding, unless it was a gap that is closed now.
    private mutating func decide(_ fault: RecordFault, _ text: String) {
        certain = fault == .reordered ? nil : discrepancy
        if certain == nil { certain = RecordDiscrepancy(fault, in: name, text) }
    }

    private func numbered(_ sequence: UInt64, _ producer: Int) -> UInt64 {
        cycles[producer].map { sequence % $0 } ?? sequence
    }

    private mutating func stamp(of value: UnsafeRawBufferPointer?, at offset: Int64) -> RecordStamp? {
        guard let value = unsafe value else {
            decide(.altered, "the record at offset \(offset) has no value")
            return nil
        }
        switch unsafe RecordStamp.read(value) {
        case .sound(let stamp): return stamp
        case .truncated(let from):
            decide(.truncated, "the record at offset \(offset) has \(value.count) of \(from) bytes")
        case .altered:
            decide(.altered, "the record at offset \(offset) is not the one that was sent")
        }
        return nil
    }

    /// A record that does not come where it belongs.
    private mutating func judge(_ stamp: RecordStamp, at offset: Int64, instead wanted: UInt64?, _ producer: Int) {
        let next = nextIndex[producer]
        let holds = "offset \(offset) holds record \(stamp.sequence) of producer \(producer)"
        let text = wanted.map { "\(holds) instead of \($0)" } ?? "\(holds), which sent no more records here"
        // Where sequence numbers start again, the nearer place is meant.
        let before = place(of: stamp.sequence, producer, in: max(0, next - Self.reach)..<next, .backward)
        let behind = place(of: stamp.sequence, producer, in: next..<next + Self.reach, .forward)
        let isBefore = before.map { index in behind.map { next - index <= $0 - next } ?? true } ?? false
        if isBefore, let index = before {
            guard let gap, gap.producer == producer, gap.indexes.contains(index) else {
                return decide(.duplicated, text)
            }
            decide(.reordered, "\(gap.text), which came at offset \(offset)")
        } else if let behind {
            if gap == nil { gap = Gap(producer: producer, indexes: next..<behind, text: text) }
            nextIndex[producer] = behind + 1
            nextOffset = offset + 1
        } else {
            decide(.foreign, text)
        }
    }

    private enum Direction { case forward, backward }

    /// The place nearest to the one that is next at which a record of that number belongs.
    private func place(
        of number: UInt64, _ producer: Int, in indexes: Range<Int64>, _ direction: Direction
    ) -> Int64? {
        // Sequences only go forward, so what came before is asked of a fresh one.
        var sequence = direction == .forward ? sequences[producer] : sent[producer]
        var found: Int64?
        for index in indexes {
            guard let belongs = sequence.sequence(at: index) else { break }
            guard numbered(belongs, producer) == number else { continue }
            if direction == .forward { return index }
            found = index
        }
        return found
    }
}

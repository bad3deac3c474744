/// Which records of a producer went where: it is what verification expects.
///
/// Batch by batch, the partitions of all topics take turns, and it is enough to know how many records each batch has.
/// Where keys choose the partition of each record, the sequence numbers are kept for each.
package struct BatchLedger: Sendable {
    /// By partition, the sequence numbers of its records; empty where partitions take turns.
    private var placed: [[UInt32]] = []
    private var uniformCount = 0
    /// The first sequence number of each batch and the one behind the last; empty as long as all
    /// batches have as many records.
    private var starts: [UInt64] = []
    package private(set) var batchCount = 0

    package init() {}

    package mutating func append(recordCount: Int) {
        if batchCount == 0 { uniformCount = recordCount }
        if starts.isEmpty, recordCount != uniformCount {
            starts = (0...batchCount).map { UInt64($0 * uniformCount) }
        }
        if !starts.isEmpty { starts.append(starts[batchCount] + UInt64(recordCount)) }
        batchCount += 1
    }

    /// Notes a record whose partition its key chose.
    package mutating func append(_ sequence: UInt64, partition: Int, of partitions: Int) {
        if placed.isEmpty { placed = Array(repeating: [], count: partitions) }
        placed[partition].append(UInt32(truncatingIfNeeded: sequence))
    }

    /// The sequence number of the how-manieth record that went to a partition; nil where partitions take turns, or
    /// where there is no such record.
    func placedSequence(partition: Int, at index: Int64) -> UInt64? {
        guard partition < placed.count, index < placed[partition].count else { return nil }
        return UInt64(placed[partition][Int(index)])
    }

    func firstSequence(ofBatch number: Int) -> UInt64 {
        starts.isEmpty ? UInt64(number * uniformCount) : starts[number]
    }

    func recordCount(ofBatch number: Int) -> Int {
        starts.isEmpty ? uniformCount : Int(starts[number + 1] - starts[number])
    }

    package var recordCount: Int64 {
        placed.isEmpty ? Int64(firstSequence(ofBatch: batchCount)) : placed.reduce(0) { $0 + Int64($1.count) }
    }

    /// How many records went to a partition.
    package func recordCount(partition: Int, of partitions: Int) -> Int64 {
        if !placed.isEmpty { return Int64(placed[partition].count) }
        guard !starts.isEmpty else {
            let batches = batchCount / partitions + (partition < batchCount % partitions ? 1 : 0)
            return Int64(batches * uniformCount)
        }
        return stride(from: partition, to: batchCount, by: partitions).reduce(0) {
            $0 + Int64(recordCount(ofBatch: $1))
        }
    }
}

/// Which sequence number the records have that a producer sent to one partition; asked in the order of the records.
package struct PartitionSequence: Sendable {
    private let ledger: BatchLedger
    private let partition: Int
    private let partitions: Int
    private var batch: Int
    /// The records of the batches before, in this partition.
    private var before: Int64 = 0

    package init(_ ledger: BatchLedger, partition: Int, of partitions: Int) {
        self.ledger = ledger
        self.partition = partition
        self.partitions = partitions
        batch = partition
    }

    /// - Parameter index: The record's place among those of the producer in the partition; never less
    ///   than that of the call before.
    /// - Returns: Nil where the producer sent no such record.
    package mutating func sequence(at index: Int64) -> UInt64? {
        if let placed = ledger.placedSequence(partition: partition, at: index) { return placed }
        while batch < ledger.batchCount, index >= before + Int64(ledger.recordCount(ofBatch: batch)) {
            before += Int64(ledger.recordCount(ofBatch: batch))
            batch += partitions
        }
        guard batch < ledger.batchCount else { return nil }
        return ledger.firstSequence(ofBatch: batch) + UInt64(index - before)
    }
}

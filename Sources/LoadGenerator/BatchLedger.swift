/// How many records each batch of a producer has, in the order in which they were sent; batch by batch, the partitions take
/// turns. It is what verification expects.
package struct BatchLedger: Sendable {
    private var uniformCount = 0
    /// The first sequence number of each batch and the one behind the last; empty as long as all batches have as many records.
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

    func firstSequence(ofBatch number: Int) -> UInt64 {
        starts.isEmpty ? UInt64(number * uniformCount) : starts[number]
    }

    func recordCount(ofBatch number: Int) -> Int {
        starts.isEmpty ? uniformCount : Int(starts[number + 1] - starts[number])
    }

    package var recordCount: Int64 { Int64(firstSequence(ofBatch: batchCount)) }

    /// How many records went to a partition.
    package func recordCount(partition: Int, of partitions: Int) -> Int64 {
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
    private let partitions: Int
    private var batch: Int
    /// The records of the batches before, in this partition.
    private var before: Int64 = 0

    package init(_ ledger: BatchLedger, partition: Int, of partitions: Int) {
        self.ledger = ledger
        self.partitions = partitions
        batch = partition
    }

    /// - Parameter index: The record's place among those of the producer in the partition; never less than that of the call
    ///   before.
    /// - Returns: Nil where the producer sent no such record.
    package mutating func sequence(at index: Int64) -> UInt64? {
        while batch < ledger.batchCount, index >= before + Int64(ledger.recordCount(ofBatch: batch)) {
            before += Int64(ledger.recordCount(ofBatch: batch))
            batch += partitions
        }
        guard batch < ledger.batchCount else { return nil }
        return ledger.firstSequence(ofBatch: batch) + UInt64(index - before)
    }
}

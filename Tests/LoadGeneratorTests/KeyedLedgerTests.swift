import LoadGenerator
import Testing

@Suite("A producer's ledger of keyed records")
struct KeyedLedgerTests {
    private func sequences(_ ledger: BatchLedger, partition: Int, of partitions: Int) -> [UInt64] {
        var sequence = PartitionSequence(ledger, partition: partition, of: partitions)
        return (0..<ledger.recordCount(partition: partition, of: partitions)).compactMap { sequence.sequence(at: $0) }
    }

    @Test("where keys choose, each record is found where its key put it, and nowhere else")
    func keys() {
        var ledger = BatchLedger()
        let places = [2, 0, 2, 2, 1, 0]
        for (sequence, place) in places.enumerated() { ledger.append(UInt64(sequence), partition: place, of: 4) }
        #expect(sequences(ledger, partition: 0, of: 4) == [1, 5])
        #expect(sequences(ledger, partition: 1, of: 4) == [4])
        #expect(sequences(ledger, partition: 2, of: 4) == [0, 2, 3])
        #expect(ledger.recordCount(partition: 3, of: 4) == 0)
        var beyond = PartitionSequence(ledger, partition: 1, of: 4)
        #expect(beyond.sequence(at: 0) == 4)
        #expect(beyond.sequence(at: 1) == nil)
    }
}

internal import KafkaProtocol
internal import RecordFormat

/// What a partition remembers of its idempotent producers: the last batches of each, to know a
/// duplicate and to see a gap.
///
/// As in Kafka, five batches are kept, as many as a producer may have in flight.
struct ProducerTable {
    /// A batch that was taken.
    struct Batch: Equatable {
        var firstSequence: Int32
        var lastSequence: Int32
        var baseOffset: Int64
        var lastOffset: Int64
    }

    struct Producer: Equatable {
        var epoch: Int16
        /// Oldest first.
        var batches: [Batch] = []
        /// When it last sent something, in milliseconds since 1970.
        var lastTimestamp: Int64
    }

    /// What is to be done with a batch.
    enum Verdict: Equatable {
        case append
        /// It was taken before, with these offsets.
        case duplicate(Batch)
        case refuse(ErrorCode)
    }

    static let batchesKept = 5

    private(set) var producers: [Int64: Producer] = [:]

    var isEmpty: Bool { producers.isEmpty }

    /// Judges a batch by its header; one without a producer is always appended.
    func verdict(on header: RecordBatchHeader) -> Verdict {
        guard header.producerId >= 0 else { return .append }
        guard header.producerEpoch >= 0, header.baseSequence >= 0 else { return .refuse(.invalidRecord) }
        guard let known = producers[header.producerId] else {
            // The producer's earlier batches may have been deleted; Kafka too takes any sequence of an
            // unknown producer.
            return .append
        }
        if header.producerEpoch < known.epoch { return .refuse(.invalidProducerEpoch) }
        if header.producerEpoch > known.epoch {
            return header.baseSequence == 0 ? .append : .refuse(.outOfOrderSequenceNumber)
        }
        let last = Self.lastSequence(of: header)
        if let same = known.batches.first(where: {
            $0.firstSequence == header.baseSequence && $0.lastSequence == last
        }) {
            return .duplicate(same)
        }
        guard let newest = known.batches.last else { return .append }
        guard header.baseSequence == Self.successor(of: newest.lastSequence) else {
            return .refuse(.outOfOrderSequenceNumber)
        }
        return .append
    }

    /// Remembers a batch that was taken.
    ///
    /// - Parameter now: Milliseconds since 1970.
    mutating func note(_ header: RecordBatchHeader, baseOffset: Int64, now: Int64) {
        guard header.producerId >= 0 else { return }
        let batch = Batch(
            firstSequence: header.baseSequence, lastSequence: Self.lastSequence(of: header), baseOffset: baseOffset,
            lastOffset: baseOffset + Int64(header.lastOffsetDelta))
        note(batch, of: header.producerId, epoch: header.producerEpoch, timestamp: now)
    }

    mutating func note(_ batch: Batch, of id: Int64, epoch: Int16, timestamp: Int64) {
        var producer = producers.removeValue(forKey: id) ?? Producer(epoch: epoch, lastTimestamp: timestamp)
        if producer.epoch != epoch {
            producer.epoch = epoch
            producer.batches.removeAll(keepingCapacity: true)
        }
        if producer.batches.count == Self.batchesKept { producer.batches.removeFirst() }
        producer.batches.append(batch)
        producer.lastTimestamp = max(producer.lastTimestamp, timestamp)
        producers[id] = producer
    }

    /// Forgets the batches from an offset on, which did not get into the log after all.
    mutating func forget(from offset: Int64) {
        for id in producers.keys where producers[id]?.batches.last.map({ $0.lastOffset >= offset }) ?? false {
            producers[id]?.batches.removeAll { $0.lastOffset >= offset }
        }
    }

    /// Forgets producers that have been silent since before that time, in milliseconds since 1970.
    mutating func expire(before timestamp: Int64) {
        producers = producers.filter { $0.value.lastTimestamp >= timestamp }
    }

    private static func lastSequence(of header: RecordBatchHeader) -> Int32 {
        // Sequences go round: 0 follows the largest one.
        Int32(truncatingIfNeeded: (Int64(header.baseSequence) + Int64(header.lastOffsetDelta)) & Int64(Int32.max))
    }

    private static func successor(of sequence: Int32) -> Int32 {
        sequence == .max ? 0 : sequence + 1
    }
}

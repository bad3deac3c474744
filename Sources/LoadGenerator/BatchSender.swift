internal import KafkaClient
internal import LinuxKernel
internal import RecordFormat

/// One producer's part of a workload: hands its batches to the client as fast as they are acknowledged.
@safe
final class BatchSender {
    let producer: Producer
    private let number: Int
    private let topic: Int
    private let spread: RecordSpread
    private let recordByteCount: Int
    private let prebuilt: BatchSource?
    private var payloads: PayloadSource
    /// Batches that may be without an answer at a time: enough to keep every connection's requests in flight.
    private let window: Int
    private var sent = 0
    private var recordsOfBatch: Int64 = 0
    private var sequence: UInt64 = 0

    init(_ workload: BrokerWorkload, number: Int, spread: RecordSpread, producer: Producer, topic: Int) throws {
        self.producer = producer
        self.number = number
        self.topic = topic
        self.spread = spread
        recordByteCount = workload.batches.recordByteCount
        window = workload.producer.maxInFlight * min(workload.partitions, 64)
        var shape = workload.batches
        shape.seed &+= UInt64(number)
        prebuilt =
            workload.prebuilt
            ? try BatchSource(
                shape: shape, prebuilt: true, totalBatches: spread.batchCounts[number], producer: UInt32(number)) : nil
        payloads = PayloadSource(
            recordByteCount: recordByteCount, compressibility: shape.compressibility, seed: shape.seed)
    }

    /// After how many records the sequence numbers start again; nil when they never do.
    var cycle: UInt64? { prebuilt?.cycle }

    var isDone: Bool { sent == spread.batchCounts[number] && producer.pendingBatches == 0 }

    /// Hands over what the window has room for.
    func fill() throws {
        while sent < spread.batchCounts[number], producer.pendingBatches < window {
            let isTaken = try prebuilt.map { try send(from: $0) } ?? appendRecord()
            if !isTaken { return }
        }
    }

    private func send(from source: BatchSource) throws -> Bool {
        let partition = PartitionID(topic: topic, index: spread.partition(ofBatch: sent))
        let batch = unsafe source.peek()
        guard
            unsafe producer.send(
                UnsafeRawBufferPointer(batch.bytes), recordCount: batch.recordCount, to: partition)
        else { return false }
        source.advance()
        sent += 1
        return true
    }

    private func appendRecord() throws -> Bool {
        let value = unsafe payloads.next(producer: UInt32(number), sequence: sequence)
        guard
            unsafe try producer.append(
                toTopic: topic, partition: spread.partition(ofBatch: sent), key: nil, value: value)
        else { return false }
        sequence += 1
        recordsOfBatch += 1
        if recordsOfBatch == spread.recordsPerBatch {
            recordsOfBatch = 0
            sent += 1
        }
        return true
    }

    /// Counts the batches that were answered.
    func takeOutcomes(into tally: inout Tally) throws {
        while let outcome = producer.nextOutcome() {
            if let failure = outcome.failure { throw failure }
            tally.add(
                records: outcome.recordCount, payloadBytes: outcome.recordCount * recordByteCount,
                storedBytes: outcome.byteCount, nanoseconds: outcome.finishedAt - outcome.enqueuedAt)
        }
    }
}

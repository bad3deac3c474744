internal import KafkaClient
internal import LinuxKernel
internal import RecordFormat

/// One producer's part of a workload: hands its batches to the client, in a closed load as fast as they are
/// acknowledged, in an open one when they are due.
@safe
final class BatchSender {
    let producer: Producer
    /// What was sent so far.
    private(set) var ledger = BatchLedger()
    private let number: Int
    private let producers: Int
    private let workload: BrokerWorkload
    private let places: Int
    private let shape: BatchShape
    private let arrivals: ArrivalSchedule.Arrivals
    private let prebuilt: BatchSource?
    private var payloads: PayloadSource
    private var keys: KeySource
    /// Batches that may be without an answer at a time: enough to keep every connection's requests in flight.
    private let window: Int
    private let recordsPerBatch: Int
    private let partitioner: Partitioner
    /// Records that go to one partition before it is the next one's turn.
    private let recordsPerTurn: Int

    private var stint: Stint?
    private var schedule: ArrivalSchedule?
    /// The bytes of record values that were sent in this stint.
    private(set) var stintPayloadByteCount = 0
    /// The client had no room for what was due.
    private var isFull = false
    /// The records of a batch that is not complete, where the client gathers them.
    private var recordsOfBatch = 0
    private var sequence: UInt64 = 0

    /// - Parameter producer: Has opened the workload's topics.
    init(_ workload: BrokerWorkload, number: Int, producer: Producer) throws {
        self.producer = producer
        self.number = number
        self.workload = workload
        producers = workload.producers
        places = workload.placeCount
        arrivals = workload.pace.arrivals
        partitioner = workload.producer.partitioner
        // Records that are spread one by one fill a batch of every partition at a time.
        window =
            workload.producer.maxInFlight * min(places, 64)
            + (workload.producer.partitioner == .sticky ? 0 : places)
        var shape = workload.batches
        shape.seed &+= UInt64(number)
        self.shape = shape
        recordsPerBatch = shape.recordsPerBatch
        recordsPerTurn = workload.producer.partitioner == .roundRobin ? 1 : recordsPerBatch
        let needed = workload.payloadByteCount / producers / max(1, recordsPerBatch * shape.recordByteCount) + 1
        prebuilt =
            workload.prebuilt
            ? try BatchSource(shape: shape, prebuilt: true, totalBatches: needed, producer: UInt32(number)) : nil
        payloads = PayloadSource(
            sizes: shape.sizes, compressibility: shape.compressibility, corpus: shape.corpus, seed: shape.seed)
        keys = KeySource(shape.keys, seed: shape.seed)
    }

    /// After how many records the sequence numbers start again; nil when they never do.
    var cycle: UInt64? { prebuilt?.cycle }

    /// Everything of the stint was sent and answered.
    var isDone: Bool { stint == nil && producer.pendingBatches == 0 }

    func begin(_ stint: Stint) {
        self.stint = stint
        stintPayloadByteCount = 0
        schedule = stint.recordsPerSecond.map { rate in
            let perArrival = prebuilt == nil ? 1.0 : Double(recordsPerBatch)
            return ArrivalSchedule(
                perSecond: rate / Double(producers) / perArrival, arrivals: arrivals,
                phase: Double(number) / Double(producers), seed: shape.seed &+ 0x9e37_79b9 &* UInt64(number + 1))
        }
    }

    /// When the next batch or record is due, in nanoseconds of `MonotonicClock`; nil when there is none to wait for.
    var nextArrival: Int64? {
        guard let stint, let schedule, !isFull else { return nil }
        return stint.beganAt + schedule.next
    }

    /// Hands over what is due, or what the window has room for.
    func fill(now: Int64) throws {
        isFull = false
        while let stint, !isFull {
            guard stintPayloadByteCount < stint.payloadByteCount else { return endStint() }
            var intendedAt: Int64?
            if let schedule {
                let due = stint.beganAt + schedule.next
                guard due < stint.endsAt else { return endStint() }
                guard due <= now else { return }
                intendedAt = due
            } else {
                guard now < stint.endsAt else { return endStint() }
                guard producer.pendingBatches < window else { return }
            }
            let isTaken = try prebuilt.map { send(from: $0, intendedAt) } ?? appendRecord(intendedAt)
            guard isTaken else {
                isFull = true
                return
            }
            schedule?.advance()
        }
    }

    /// Sends nothing more in this stint.
    func stop() { endStint() }

    /// What is left of a batch that was not filled counts as one.
    private func endStint() {
        if recordsOfBatch > 0 { closeBatch() }
        stint = nil
    }

    private func closeBatch() {
        ledger.append(recordCount: recordsOfBatch)
        recordsOfBatch = 0
    }

    private func send(from source: BatchSource, _ intendedAt: Int64?) -> Bool {
        let partition = workload.partition(atPlace: ledger.batchCount % places)
        let batch = unsafe source.peek()
        guard
            unsafe producer.send(
                UnsafeRawBufferPointer(batch.bytes), recordCount: batch.recordCount, to: partition,
                tag: UInt64(batch.payloadByteCount), intendedAt: intendedAt)
        else { return false }
        source.advance()
        unsafe ledger.append(recordCount: batch.recordCount)
        unsafe stintPayloadByteCount += batch.payloadByteCount
        return true
    }

    private func appendRecord(_ intendedAt: Int64?) throws -> Bool {
        let byteCount = payloads.nextByteCount
        let key = unsafe keys.next()
        let value = unsafe payloads.next(producer: UInt32(number), sequence: sequence)
        if partitioner == .key, let key = unsafe key {
            let topic = Int(sequence % UInt64(workload.topics.count))
            guard unsafe try producer.append(toTopic: topic, key: key, value: value, intendedAt: intendedAt) else {
                return false
            }
            let index = unsafe Partitioner.partition(ofKey: key, count: workload.partitions)
            ledger.append(
                sequence, partition: workload.place(of: PartitionID(topic: topic, index: index)), of: places)
        } else {
            let place = workload.partition(atPlace: ledger.batchCount % places)
            guard
                unsafe try producer.append(
                    toTopic: place.topic, partition: place.index, key: key, value: value, intendedAt: intendedAt)
            else { return false }
            recordsOfBatch += 1
            if recordsOfBatch == recordsPerTurn { closeBatch() }
        }
        stintPayloadByteCount += byteCount
        sequence += 1
        return true
    }

    /// Counts the batches that were answered.
    func takeOutcomes(into tally: inout Tally) throws {
        while let outcome = producer.nextOutcome() {
            if let failure = outcome.failure { throw failure }
            tally.add(
                records: outcome.recordCount,
                payloadBytes: outcome.tag > 0 ? Int(outcome.tag) : outcome.recordCount * shape.recordByteCount,
                storedBytes: outcome.byteCount, nanoseconds: outcome.finishedAt - outcome.intendedAt,
                // With acks 0 or after an error a batch may have no such moment.
                uncorrected: schedule == nil ? nil : outcome.finishedAt - max(outcome.sentAt, outcome.enqueuedAt))
        }
    }
}

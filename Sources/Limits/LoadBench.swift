internal import KafkaClient
internal import LinuxKernel
internal import LoadGenerator

/// The load's own producer and consumer, timing and counting, on a broker of this process.
final class LoadBench {
    private static let batchByteCount = 256 << 10
    private static let fetchByteCount = 1 << 20
    private static let inFlight = 5
    /// Requests before the clock starts.
    private static let warmUpCount = 16

    private let source: BatchSource
    private let batchCount: Int
    private let payloadPerBatch: Int
    private let directory: String
    /// The offsets at which fetches begin, so that all of the log is read.
    private let fetchOffsets: [Int64]

    init(_ surroundings: LimitSurroundings) throws {
        directory = surroundings.directory
        let shape = BatchShape(
            batchByteCount: Self.batchByteCount, recordByteCount: 1 << 10, seed: surroundings.seed)
        batchCount = max(8, surroundings.scale.fileByteCount / Self.batchByteCount)
        source = try BatchSource(shape: shape, prebuilt: true, totalBatches: batchCount)
        let batch = unsafe source.peek()
        unsafe payloadPerBatch = batch.payloadByteCount
        let perFetch = unsafe Self.fetchByteCount / batch.bytes.count
        let recordsPerBatch = unsafe batch.recordCount
        fetchOffsets = stride(from: 0, to: batchCount - perFetch, by: perFetch).map { Int64($0 * recordsPerBatch) }
    }

    /// The bytes that a sample moves: of payload that is produced, or of fetches.
    var byteCount: Int { batchCount * payloadPerBatch }

    // MARK: Produce

    /// Produces to a fresh broker.
    func produce(appendPath: String) throws -> Int64 {
        let broker = try ServedBroker(directory: directory + "/broker", appendPath: appendPath)
        let nanoseconds = try Processors.asClient { try produce(to: broker) }
        try broker.stop()
        try Directory.removeTree(directory + "/broker")
        return nanoseconds
    }

    private func produce(to broker: ServedBroker) throws -> Int64 {
        let loop = try ClientLoop()
        let (producer, partition) = try makeProducer(loop, broker)
        defer { producer.close() }
        _ = try send(Self.warmUpCount, producer, loop, to: partition)
        return try Stopwatch.wall.time {
            let sent = try send(batchCount, producer, loop, to: partition)
            guard sent == byteCount else {
                throw UnlikeWork("load-produce-ceiling", ours: "\(sent) bytes", plain: "\(byteCount)")
            }
        }
    }

    /// A producer to a broker that has no topic yet.
    private func makeProducer(_ loop: ClientLoop, _ broker: ServedBroker) throws -> (Producer, PartitionID) {
        var configuration = ProducerConfiguration()
        configuration.maxInFlight = Self.inFlight
        let bootstrap = [(host: "127.0.0.1", port: broker.port)]
        let cluster = ClusterConnection(loop, bootstrap: bootstrap, configuration.client)
        defer { cluster.close() }
        try cluster.waitUntilReady()
        try cluster.createTopic(KafkaFrame.topic, partitions: 1, configs: [])
        let producer = try Producer(loop, bootstrap: bootstrap, configuration)
        return (producer, PartitionID(topic: try producer.open(KafkaFrame.topic), index: 0))
    }

    /// - Returns: The bytes of payload that were acknowledged.
    private func send(_ count: Int, _ producer: Producer, _ loop: ClientLoop, to partition: PartitionID) throws -> Int {
        var tally = Tally()
        var sent = 0
        while tally.batches < count {
            while sent < count, producer.pendingBatches < Self.inFlight {
                let batch = unsafe source.peek()
                guard
                    unsafe producer.send(
                        UnsafeRawBufferPointer(batch.bytes), recordCount: batch.recordCount, to: partition,
                        tag: UInt64(batch.payloadByteCount))
                else { break }
                source.advance()
                sent += 1
            }
            try loop.poll(nanoseconds: 100_000_000)
            while let outcome = producer.nextOutcome() {
                if let failure = outcome.failure { throw failure }
                tally.add(
                    records: outcome.recordCount, payloadBytes: Int(outcome.tag), storedBytes: outcome.byteCount,
                    nanoseconds: outcome.finishedAt - outcome.intendedAt, uncorrected: nil)
            }
        }
        return tally.payloadBytes
    }

    // MARK: Consume

    /// A broker with a log of batches to be fetched.
    func fill(fetchPath: String) throws -> ServedBroker {
        let broker = try ServedBroker(directory: directory + "/" + fetchPath, fetchPath: fetchPath)
        let loop = try ClientLoop()
        let (producer, partition) = try makeProducer(loop, broker)
        defer { producer.close() }
        _ = try send(batchCount, producer, loop, to: partition)
        return broker
    }

    /// Fetches the whole log in pieces.
    ///
    /// What the null path sends is no batch, so that no fetch can follow from the one before: both sides are told where
    /// to read on, and have two consumers, so that one fetches while the other's answer is taken.
    ///
    /// - Parameter sendsBatches: Otherwise it is no failure that none is found in what arrives.
    func consume(from broker: ServedBroker, sendsBatches: Bool = true) throws -> Int64 {
        try Processors.asClient {
            let loop = try ClientLoop()
            var configuration = ConsumerConfiguration()
            configuration.maxPartitionFetchBytes = Self.fetchByteCount
            configuration.fetchesAhead = false
            let consumers = (0..<2).map { _ in
                Consumer(loop, bootstrap: [("127.0.0.1", broker.port)], configuration)
            }
            defer { for consumer in consumers { consumer.close() } }
            let topics = try consumers.map { try $0.open(KafkaFrame.topic) }
            func fetch(_ count: Int) throws {
                var tally = Tally()
                var (asked, answered) = (0, 0)
                func ask(_ number: Int) {
                    guard asked < count else { return }
                    consumers[number].seek(
                        PartitionID(topic: topics[number], index: 0), to: fetchOffsets[asked % fetchOffsets.count])
                    asked += 1
                }
                for number in consumers.indices { ask(number) }
                while answered < count {
                    try loop.poll(nanoseconds: 100_000_000)
                    for number in consumers.indices {
                        while let fetched = consumers[number].next() {
                            if let failure = fetched.failure, sendsBatches || failure.code != nil { throw failure }
                            try tally.add(fetched)
                            answered += 1
                            consumers[number].pause(fetched.partition)
                            ask(number)
                        }
                    }
                }
            }
            try fetch(Self.warmUpCount)
            return try Stopwatch.wall.time { try fetch(byteCount / Self.fetchByteCount) }
        }
    }
}

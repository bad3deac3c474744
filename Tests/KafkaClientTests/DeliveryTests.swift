import Compression
import KafkaClient
import KafkaProtocol
import LinuxKernel
import Testing

/// Producer and consumer against the broker, all in this process.
@Suite("Delivery")
struct DeliveryTests {
    let broker: RunningBroker
    let loop: ClientLoop
    let admin: ClusterConnection

    init() throws {
        broker = try RunningBroker()
        loop = try ClientLoop()
        admin = ClusterConnection(loop, bootstrap: [broker.address])
        try admin.waitUntilReady()
    }

    private func producer(_ configure: (inout ProducerConfiguration) -> Void = { _ in }) throws -> Producer {
        var configuration = ProducerConfiguration()
        configure(&configuration)
        return try Producer(loop, bootstrap: [broker.address], configuration)
    }

    private func consumer(_ configure: (inout ConsumerConfiguration) -> Void = { _ in }) -> Consumer {
        var configuration = ConsumerConfiguration()
        configure(&configuration)
        return Consumer(loop, bootstrap: [broker.address], configuration)
    }

    @Test("prebuilt batches arrive whole and in order, and each has its outcome", arguments: [1, 5])
    func prebuilt(maxInFlight: Int) throws {
        try admin.createTopic("events", partitions: 3, configs: [("segment.bytes", "1048576")])
        let producer = try producer { $0.maxInFlight = maxInFlight }
        let topic = try producer.open("events")
        #expect(producer.partitionCount(of: topic) == 3)
        let batches = try Batches((0..<60).map { ["\($0) first", "\($0) second"] })
        for number in 0..<60 {
            #expect(batches.send(number, with: producer, to: PartitionID(topic: topic, index: number % 3)))
        }
        let outcomes = try producer.outcomes(60)
        #expect(Set(outcomes.map(\.tag)) == Set(0..<60))
        for outcome in outcomes {
            #expect(outcome.failure == nil)
            #expect(outcome.baseOffset == Int64(outcome.tag / 3 * 2))
            #expect(outcome.enqueuedAt <= outcome.sentAt && outcome.sentAt <= outcome.finishedAt)
            #expect(outcome.attempts == 1)
        }
        #expect(producer.pendingBatches == 0 && producer.bufferedBytes == 0)

        let consumer = consumer()
        let read = try consumer.open("events")
        for index in 0..<3 { consumer.seek(PartitionID(topic: read, index: index), to: 0) }
        let values = try consumer.values(120)
        for index in 0..<3 {
            let wanted = stride(from: index, to: 60, by: 3).flatMap { ["\($0) first", "\($0) second"] }
            #expect(values[PartitionID(topic: read, index: index)] == wanted)
        }
    }

    @Test("a consumer that does not fetch ahead reads at any offset it is sent to")
    func randomOffsets() throws {
        try admin.createTopic("events", partitions: 1)
        let producer = try producer()
        let topic = try producer.open("events")
        let batches = try Batches((0..<50).map { ["\($0)"] })
        for number in 0..<50 {
            #expect(batches.send(number, with: producer, to: PartitionID(topic: topic, index: 0)))
        }
        try producer.flush()
        let consumer = consumer {
            $0.fetchesAhead = false
            $0.maxPartitionFetchBytes = 1
        }
        let partition = PartitionID(topic: try consumer.open("events"), index: 0)
        for offset in [17, 3, 49, 0, 3] as [Int64] {
            consumer.seek(partition, to: offset)
            var fetched: FetchedPartition?
            while fetched == nil {
                try loop.poll(nanoseconds: 100_000_000)
                fetched = consumer.next()
            }
            let found = try #require(fetched)
            #expect(found.fetchOffset == offset && found.nextOffset == offset + 1)
            #expect(found.batchCount == 1 && found.recordCount == 1 && found.highWatermark == 50)
        }
    }
}

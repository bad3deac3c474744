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

    @Test(
        "gathered records arrive through every codec, each in the partition of its key",
        arguments: CodecCatalog.all.map(\.name))
    func gathered(codec: String) throws {
        try admin.createTopic("events", partitions: 4)
        let producer = try producer {
            $0.codec = CodecCatalog.named(codec)!.id
            $0.batchSize = 4096
            $0.linger = 1_000_000
            $0.acks = .all
        }
        let topic = try producer.open("events")
        var wanted: [Int: [String]] = [:]
        for number in 0..<500 {
            let (key, value) = ("key \(number % 17)", "value \(number)")
            try unsafe withBytes(key) { key in
                try unsafe withBytes(value) { value in
                    while unsafe try !producer.append(toTopic: topic, key: key, value: value) {
                        try loop.poll(nanoseconds: 100_000_000)
                    }
                }
                wanted[unsafe Partitioner.partition(ofKey: key, count: 4), default: []].append(value)
            }
        }
        try producer.flush()
        var records = 0
        while let outcome = producer.nextOutcome() {
            #expect(outcome.failure == nil)
            records += outcome.recordCount
        }
        #expect(records == 500)
        let consumer = consumer()
        let read = try consumer.open("events")
        for index in 0..<4 { consumer.seek(PartitionID(topic: read, index: index), to: 0) }
        let values = try consumer.values(500)
        for (index, values) in values { #expect(wanted[index.index] == values) }
        #expect(values.count == wanted.count)
    }

    @Test("a question between fetches costs no record and brings none twice")
    func callsBetweenFetches() throws {
        try admin.createTopic("events", partitions: 2)
        let producer = try producer()
        let topic = try producer.open("events")
        let batches = try Batches((0..<20).map { ["\($0)"] })
        for number in 0..<20 {
            #expect(batches.send(number, with: producer, to: PartitionID(topic: topic, index: number % 2)))
        }
        try producer.flush()
        let consumer = consumer {
            $0.maxPartitionFetchBytes = 1
            $0.fetchMaxWait = 20_000_000
        }
        let read = try consumer.open("events")
        for index in 0..<2 { consumer.seek(PartitionID(topic: read, index: index), to: 0) }
        var values: [PartitionID: [String]] = [:]
        for count in 1...10 {
            for (partition, found) in try consumer.values(2) { values[partition, default: []] += found }
            let latest = try consumer.cluster.offset(
                of: PartitionID(topic: read, index: count % 2), at: ListOffsetsRequest.latestTimestamp)
            #expect(latest == 10)
            // Another topic to follow needs metadata, from the node that may be fetched from just now.
            try admin.createTopic("events-\(count)", partitions: 1)
            _ = try consumer.open("events-\(count)")
        }
        for index in 0..<2 {
            let wanted = stride(from: index, to: 20, by: 2).map { "\($0)" }
            #expect(values[PartitionID(topic: read, index: index)] == wanted)
        }
    }

    @Test("a waiting fetch brings what is produced meanwhile, and one smaller than the first batch brings it whole")
    func tailing() throws {
        try admin.createTopic("events", partitions: 1)
        let producer = try producer()
        let topic = try producer.open("events")
        let consumer = consumer {
            $0.fetchMaxWait = 10_000_000_000
            $0.maxPartitionFetchBytes = 1000
        }
        let read = PartitionID(topic: try consumer.open("events"), index: 0)
        consumer.seek(read, to: 0)
        let batches = try Batches(byteCount: 600_000, count: 5)
        for number in 0..<5 {
            try loop.poll(nanoseconds: 0)
            #expect(batches.send(number, with: producer, to: PartitionID(topic: topic, index: 0)))
            try #expect(consumer.values(1)[read]?.map(\.utf8.count) == [600_000])
        }
        #expect(consumer.position(of: read) == 5)
    }

    @Test("an offset outside the log is the partition's failure, and reading goes on where it is told to")
    func outOfRange() throws {
        try admin.createTopic("events", partitions: 1)
        let producer = try producer()
        let batches = try Batches([["a"], ["b"]])
        let partition = PartitionID(topic: try producer.open("events"), index: 0)
        for number in 0..<2 { #expect(batches.send(number, with: producer, to: partition)) }
        try producer.flush()
        let consumer = consumer()
        let read = PartitionID(topic: try consumer.open("events"), index: 0)
        consumer.seek(read, to: 99)
        #expect {
            try consumer.values(1)
        } throws: { error in
            "\(error)" == "Fetch of events-0 at 127.0.0.1:\(broker.address.port): OFFSET_OUT_OF_RANGE"
        }
        #expect(consumer.position(of: read) == nil)
        let earliest = try #require(
            try consumer.cluster.offset(of: read, at: ListOffsetsRequest.earliestTimestamp))
        let latest = try consumer.cluster.offset(of: read, at: ListOffsetsRequest.latestTimestamp)
        #expect(earliest == 0 && latest == 2)
        try #expect(consumer.cluster.offset(of: read, at: 1) == 0)
        try #expect(consumer.cluster.offset(of: read, at: 2) == nil)
        consumer.seek(read, to: earliest)
        try #expect(consumer.values(2)[read] == ["a", "b"])
    }

    private func topicNames() throws -> [String] {
        try admin.metadata(of: nil).topics.filter { !$0.isInternal }.compactMap(\.name)
    }

    @Test("what an administrator may not do is an error that names the topic and Kafka's code")
    func administration() throws {
        try admin.createTopic("events", partitions: 2)
        #expect(try topicNames() == ["events"])
        #expect {
            try admin.createTopic("events", partitions: 2)
        } throws: { error in
            (error as? ClientError)?.code == .topicAlreadyExists && "\(error)".contains("CreateTopics of events")
        }
        try admin.deleteTopic("events")
        #expect(try topicNames() == [])
        #expect {
            try admin.deleteTopic("events")
        } throws: { error in
            (error as? ClientError)?.code == .unknownTopicOrPartition
        }
        let producer = try producer()
        #expect {
            try producer.open("events", timeout: 50_000_000)
        } throws: { error in
            "\(error)" == "Metadata of events: UNKNOWN_TOPIC_OR_PARTITION"
        }
    }

    @Test("several producers and consumers share one thread")
    func manyClients() throws {
        try admin.createTopic("events", partitions: 8)
        let producers = try (0..<4).map { _ in try producer() }
        let batches = try Batches((0..<8).map { ["\($0)"] })
        for index in 0..<8 {
            let producer = producers[index % 4]
            let topic = try producer.open("events")
            #expect(batches.send(index, with: producer, to: PartitionID(topic: topic, index: index)))
        }
        for producer in producers { try producer.flush() }
        for first in 0..<2 {
            let consumer = consumer()
            let topic = try consumer.open("events")
            for index in stride(from: first, to: 8, by: 2) {
                consumer.seek(PartitionID(topic: topic, index: index), to: 0)
            }
            let values = try consumer.values(4)
            for (partition, values) in values {
                #expect(partition.index % 2 == first && values == ["\(partition.index)"])
            }
        }
    }
}

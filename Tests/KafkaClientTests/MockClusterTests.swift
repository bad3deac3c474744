import Compression
import KafkaClient
import KafkaProtocol
import LinuxKernel
import Testing

/// The client against three nodes of librdkafka's mock cluster.
@Suite("Mock cluster", .enabled(if: MockCluster.isTested, "kcat is not installed"))
struct MockClusterTests {
    @Test(
        "partitions are written and read at their leaders, over several nodes", arguments: CodecCatalog.all.map(\.name))
    func leaders(codec: String) throws {
        let mock = try MockCluster(nodes: 3)
        let loop = try ClientLoop()
        let id = CodecCatalog.named(codec)!.id
        let batches = try Batches((0..<40).map { ["\($0) first", "\($0) second"] }, codec: id)
        let producer = try Producer(loop, bootstrap: mock.bootstrap)
        // The mock draws the leaders: with so many partitions they are not all the same.
        let written = try (0..<5).flatMap { number in
            try mock.makeTopic("events-\(number)")
            let topic = try producer.open("events-\(number)")
            return (0..<producer.partitionCount(of: topic)).map { PartitionID(topic: topic, index: $0) }
        }
        let leaders = producer.cluster.topics.flatMap(\.partitions).compactMap { $0.leader?.nodeId }
        #expect(leaders.count == written.count && Set(leaders).count > 1)
        let count = written.count
        for number in 0..<40 { #expect(batches.send(number, with: producer, to: written[number % count])) }
        let outcomes = try producer.outcomes(40)
        #expect(outcomes.count == 40 && outcomes.allSatisfy { $0.failure == nil })

        let consumer = Consumer(loop, bootstrap: mock.bootstrap)
        for partition in written {
            let topic = try consumer.open("events-\(partition.topic)")
            #expect(topic == partition.topic)
            let earliest = try consumer.cluster.offset(of: partition, at: ListOffsetsRequest.earliestTimestamp)
            consumer.seek(partition, to: earliest ?? 0)
        }
        let values = try consumer.values(80)
        for (place, partition) in written.enumerated() {
            let wanted = stride(from: place, to: 40, by: count).flatMap { ["\($0) first", "\($0) second"] }
            #expect(values[partition] == wanted)
        }
    }
}

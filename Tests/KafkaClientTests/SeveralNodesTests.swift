import KafkaClient
import KafkaProtocol
import LinuxKernel
import Testing

/// Producer and consumer against several nodes, all in this process.
@Suite("Several nodes")
struct SeveralNodesTests {
    private static let partitions = 6

    private let loop: ClientLoop

    init() throws { loop = try ClientLoop() }

    private func createTopic(at cluster: RunningCluster) throws {
        let admin = ClusterConnection(loop, bootstrap: cluster.addresses)
        defer { admin.close() }
        try admin.createTopic("events", partitions: Self.partitions)
    }

    /// Sends the values `round partition number` to every partition, each a batch.
    private func send(_ round: Int, _ count: Int, with producer: Producer) throws -> Batches {
        let batches = try Batches(
            (0..<count * Self.partitions).map { ["\(round) \($0 % Self.partitions) \($0 / Self.partitions)"] })
        for number in 0..<batches.count {
            let partition = PartitionID(topic: 0, index: number % Self.partitions)
            while !batches.send(number, with: producer, to: partition) { try loop.poll(nanoseconds: 10_000_000) }
        }
        return batches
    }

    private func values(_ round: Int, _ count: Int, of partition: Int) -> [String] {
        (0..<count).map { "\(round) \(partition) \($0)" }
    }

    @Test("a node more costs each client one connection, and requests have all partitions of a node", arguments: 1...3)
    func connections(nodes: Int) throws {
        let cluster = try RunningCluster(nodes)
        try createTopic(at: cluster)
        let producer = try Producer(loop, bootstrap: cluster.addresses)
        _ = try producer.open("events")
        let consumer = Consumer(loop, bootstrap: cluster.addresses)
        _ = try consumer.open("events")
        for index in 0..<Self.partitions { consumer.seek(PartitionID(topic: 0, index: index), to: 0) }
        for round in 0..<3 {
            let batches = try send(round, 20, with: producer)
            #expect(try producer.outcomes(batches.count).allSatisfy { $0.failure == nil })
            let read = try consumer.values(batches.count)
            for index in 0..<Self.partitions {
                #expect(read[PartitionID(topic: 0, index: index)] == values(round, 20, of: index))
            }
        }
        // Nodes that told each other of the topic may take a moment to part, and the kernel's table is no snapshot.
        let expected = Array(repeating: 2, count: nodes)
        var counts = try cluster.connectionCounts()
        for _ in 0..<100 where counts != expected {
            MonotonicClock.sleep(nanoseconds: 50_000_000)
            counts = try cluster.connectionCounts()
        }
        #expect(counts == expected)
        #expect(producer.cluster.nodes.count == nodes && consumer.cluster.nodes.count == nodes)
    }

    @Test("clients follow the partitions over the restart of each node, and lose and double nothing")
    func restarts() throws {
        let cluster = try RunningCluster(3)
        try createTopic(at: cluster)
        var configuration = ProducerConfiguration()
        // More on the way could come to stand in another order after an error.
        configuration.maxInFlight = 1
        configuration.client.retryBackoff = 10_000_000
        let producer = try Producer(loop, bootstrap: cluster.addresses, configuration)
        _ = try producer.open("events")
        var reading = ConsumerConfiguration()
        reading.client.retryBackoff = 10_000_000
        let consumer = Consumer(loop, bootstrap: cluster.addresses, reading)
        _ = try consumer.open("events")
        for index in 0..<Self.partitions { consumer.seek(PartitionID(topic: 0, index: index), to: 0) }
        for node in 0..<3 {
            cluster.stop(node)
            let batches = try send(node, 10, with: producer)
            // The others' partitions are served meanwhile.
            let other = try producer.outcomes(batches.count * 2 / 3)
            #expect(other.count == batches.count * 2 / 3 && other.allSatisfy { $0.failure == nil })
            try cluster.start(node)
            #expect(try producer.outcomes(batches.count / 3).allSatisfy { $0.failure == nil })
            #expect(producer.pendingBatches == 0)
            let read = try consumer.values(batches.count)
            for index in 0..<Self.partitions {
                #expect(read[PartitionID(topic: 0, index: index)] == values(node, 10, of: index))
            }
        }
    }

    @Test("a topic that is made, grown and followed through any node is led by all of them", arguments: 0..<3)
    func anyBootstrap(node: Int) throws {
        let cluster = try RunningCluster(3)
        let admin = ClusterConnection(loop, bootstrap: [cluster.addresses[node]])
        try admin.createTopic("events", partitions: Self.partitions)
        let producer = try Producer(loop, bootstrap: [cluster.addresses[node]])
        _ = try producer.open("events")
        let batches = try send(0, 5, with: producer)
        #expect(try producer.outcomes(batches.count).allSatisfy { $0.failure == nil })
        try admin.deleteTopic("events")
        #expect(try admin.metadata(of: nil).topics.filter { !$0.isInternal }.isEmpty)
    }
}

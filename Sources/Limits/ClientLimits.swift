internal import CPlainLoops
internal import KafkaClient
internal import LinuxKernel
internal import Results

/// What a client takes for each node of a cluster.
enum ClientLimits {
    /// What manages the buffers of a connection and is no part of them: the requests, their queues, what the node can
    /// do, and what the allocator takes for pages to begin at.
    private static let managementShare = 0.1

    static let nodeMemory = LimitComponent(
        "client-node-memory",
        "heap that a producer takes for each node more that it sends to; plain: the two buffers of its connection",
        unit: .bytes,
        target: .cost(atMost: Double(NodesBench.configuration.connectionBufferBytes) * (1 + managementShare)),
        usesFiles: true
    ) { surroundings in
        let bench = try NodesBench(surroundings)
        return LimitTrial(
            work: Double(NodesBench.furtherCount), ours: { try bench.heapGrowth() },
            plain: {
                let before = plain_heap_in_use()
                let configuration = NodesBench.configuration
                let buffers = (0..<NodesBench.furtherCount).flatMap { _ in
                    [
                        TouchedBuffer(byteCount: FrameBuffer.usualCapacity),
                        TouchedBuffer(byteCount: configuration.connectionBufferBytes - FrameBuffer.usualCapacity),
                    ]
                }
                let after = plain_heap_in_use()
                return withExtendedLifetime(buffers) { max(1, Int64(after) - Int64(before)) }
            })
    }
}

/// A producer that sends to one node of a cluster and then to all of them.
private final class NodesBench {
    static let configuration = ProducerConfiguration()
    /// Nodes behind the first.
    static let furtherCount = 2
    /// So many for each partition fill the requests in flight, and are not copied into them.
    private static let batchCount = 8
    private static let batchByteCount = 16 << 10

    private let pool: BatchPool
    private let directory: String

    init(_ surroundings: LimitSurroundings) throws {
        directory = surroundings.directory + "/nodes"
        pool = try BatchPool(batchByteCount: Self.batchByteCount, count: Self.batchCount, seed: surroundings.seed)
    }

    /// By how much the heap grows when the producer sends to the further nodes too.
    ///
    /// These are in this process, and take something for a connection as well: as much as they take for one of a C
    /// loop's that does the same, which is taken off. What is opened stays open until all is measured, because nodes
    /// give memory back some time after a connection's end.
    func heapGrowth() throws -> Int64 {
        let cluster = try ServedCluster(1 + Self.furtherCount, directory: directory)
        let loop = try ClientLoop()
        let bootstrap = [(host: "127.0.0.1", port: cluster.ports[0])]
        let admin = ClusterConnection(loop, bootstrap: bootstrap, Self.configuration.client)
        try admin.waitUntilReady()
        try admin.createTopic(KafkaFrame.topic, partitions: cluster.ports.count)
        let producer = try Producer(loop, bootstrap: bootstrap, Self.configuration)
        let topic = try producer.open(KafkaFrame.topic)
        let partitions = try (0..<producer.partitionCount(of: topic)).map { index in
            guard let leader = producer.cluster.topics[topic].partitions[index].leader else {
                throw UnlikeWork("client-node-memory", ours: "no leader", plain: "one for each partition")
            }
            return (id: PartitionID(topic: topic, index: index), port: leader.port)
        }
        let near = partitions.filter { $0.port == cluster.ports[0] }
        let further = partitions.filter { $0.port != cluster.ports[0] }
        guard near.count == 1, Set(further.map(\.port)).count == Self.furtherCount else {
            throw UnlikeWork("client-node-memory", ours: "\(partitions.map(\.port))", plain: "\(cluster.ports)")
        }
        // Partitions have had their first batches, and the producer as many outcomes at a time as it will have.
        let first = try partitions.map { try connection(to: $0.port, for: $0.id) }
        for _ in 0..<Self.furtherCount { try send(to: near.map(\.id) + near.map(\.id), with: producer) }
        let before = plain_heap_in_use()
        let second = try further.map { try connection(to: $0.port, for: $0.id) }
        let between = plain_heap_in_use()
        try send(to: further.map(\.id), with: producer)
        let after = plain_heap_in_use()
        let growth = (Int64(after) - Int64(between)) - (Int64(between) - Int64(before))
        withExtendedLifetime((first, second)) {}
        producer.close()
        admin.close()
        try cluster.stop()
        try Directory.removeTree(directory)
        return max(1, growth)
    }

    /// One that sends what the producer sends to the partition.
    private func connection(to port: UInt16, for partition: PartitionID) throws -> IdleConnections {
        let frames = try (0..<Self.batchCount).map { number in
            unsafe try KafkaFrame.produce(pool[number], partition: Int32(partition.index))
        }
        return try IdleConnections(1, to: port, asking: frames)
    }

    private func send(to partitions: [PartitionID], with producer: Producer) throws {
        for number in 0..<Self.batchCount {
            for partition in partitions {
                let batch = unsafe UnsafeRawBufferPointer(pool[number])
                guard unsafe producer.send(batch, recordCount: 1, to: partition) else {
                    throw UnlikeWork("client-node-memory", ours: "no room for a batch", plain: "room for all")
                }
            }
        }
        try producer.flush()
        while let outcome = producer.nextOutcome() {
            if let failure = outcome.failure { throw failure }
        }
    }
}

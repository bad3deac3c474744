internal import CPlainLoops
internal import CommitLog
internal import LinuxKernel

/// A broker with many partitions beside the same broker with one.
enum PartitionLimits {
    static let all = [produce, memory]

    private static let produce = LimitComponent(
        "broker-produce-1000-partitions",
        "produce 16 KiB batches to 1,000 partitions in turn, 5 in flight; plain: to one partition of the same broker",
        unit: .bytesPerSecond, target: .ratio(atLeast: 0.80), usesFiles: true
    ) { surroundings in
        let many = try PartitionsBench(surroundings, partitions: surroundings.scale.partitions)
        let one = try PartitionsBench(surroundings, partitions: 1)
        return LimitTrial(
            work: Double(many.byteCount), ours: { try many.produce() }, plain: { try one.produce() })
    }

    private static let memory = LimitComponent(
        "broker-partition-memory",
        "heap that each of 1,000 partitions takes once it has a batch; plain: the paths of a partition's three files",
        unit: .bytes, target: .cost(atMost: 32_768), usesFiles: true
    ) { surroundings in
        let bench = try PartitionsBench(surroundings, partitions: surroundings.scale.partitions)
        let name = surroundings.directory + "/\(KafkaFrame.topic)-0/00000000000000000000.timeindex"
        return LimitTrial(
            work: Double(surroundings.scale.partitions), ours: { try bench.heapGrowth() },
            plain: {
                let before = plain_heap_in_use()
                let paths = (0..<3 * surroundings.scale.partitions).map { name + "\($0)" }
                let after = plain_heap_in_use()
                return withExtendedLifetime(paths) { max(1, Int64(after) - Int64(before)) }
            })
    }
}

/// The same batches to any number of partitions of a broker, each time in a fresh directory.
private struct PartitionsBench: Sendable {
    private static let inFlight = 5
    private static let batchByteCount = 16 << 10

    private let partitions: Int
    /// As many with one partition as with many, so that the client does the same.
    private let frames: [KafkaFrame]
    private let count: Int
    private let batchByteCount: Int
    private let directory: String

    init(_ surroundings: LimitSurroundings, partitions: Int) throws {
        self.partitions = partitions
        directory = surroundings.directory + "/sample"
        let different = surroundings.scale.partitions
        count = max(different, surroundings.scale.fileByteCount / Self.batchByteCount)
        let pool = try BatchPool(batchByteCount: Self.batchByteCount, count: different, seed: surroundings.seed)
        frames = try (0..<different).map {
            unsafe try KafkaFrame.produce(pool[$0], partition: Int32($0 % partitions))
        }
        batchByteCount = unsafe pool[0].count
    }

    /// The bytes of the batches that are sent while the clock runs.
    var byteCount: Int { count * batchByteCount }

    /// Sends all batches, after each partition has had its first; the nanoseconds that it took.
    func produce() throws -> Int64 {
        let broker = try ServedBroker(directory: directory, partitions: partitions)
        let connection = try PlainConnection(port: broker.port)
        try connection.exchange(KafkaRequests(frames, count: frames.count).pieces, inFlight: Self.inFlight)
        let requests = KafkaRequests(frames, count: count)
        let nanoseconds = try Stopwatch.wall.time {
            try connection.exchange(requests.pieces, inFlight: Self.inFlight)
        }
        try broker.stop()
        let stored = try (0..<partitions).reduce(0) { sum, partition in
            let path = "\(directory)/\(KafkaFrame.topic)-\(partition)/00000000000000000000.log"
            return sum + (try File.length(of: path))
        }
        guard stored == (frames.count + count) * batchByteCount else {
            throw UnlikeWork(directory, ours: "\(stored) bytes", plain: "\((frames.count + count) * batchByteCount)")
        }
        try Directory.removeTree(directory)
        return nanoseconds
    }

    /// By how much the heap grows when the partitions are made and each gets a batch.
    func heapGrowth() throws -> Int64 {
        let broker = try ServedBroker(directory: directory, partitions: partitions)
        let connection = try PlainConnection(port: broker.port)
        // What the first request makes for all connections is not the partitions'.
        try connection.exchange(KafkaRequests([try KafkaFrame.apiVersions()], count: 1).pieces, inFlight: 1)
        let requests = KafkaRequests(frames, count: frames.count)
        let before = plain_heap_in_use()
        try connection.exchange(requests.pieces, inFlight: Self.inFlight)
        let growth = Int64(plain_heap_in_use()) - Int64(before)
        try broker.stop()
        try Directory.removeTree(directory)
        return max(1, growth)
    }
}

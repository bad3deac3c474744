internal import CPlainLoops
internal import CommitLog
internal import LinuxKernel
internal import Results

/// A broker with many partitions beside the same broker with one.
///
/// What many cost more is mostly that a turn's batches for one partition are one write, and those for many are one each; the
/// rest is an inode more to change for each, and the partition's state, which is not in the processor's cache any more when its
/// turn comes again.
enum PartitionLimits {
    static let all = [produce, memory]

    private static let produce = LimitComponent(
        "broker-produce-1000-partitions",
        "produce 16 KiB batches to 1,000 partitions in turn, 5 in flight; plain: to one partition of an equal broker",
        unit: .bytesPerSecond, target: .ratio(atLeast: 0.80), usesFiles: true
    ) { surroundings in
        let many = try PartitionsBench(surroundings, partitions: surroundings.scale.partitions)
        let one = try PartitionsBench(surroundings, partitions: 1)
        let (toMany, toOne) = (try many.warmed(), try one.warmed())
        return LimitTrial(
            work: Double(many.byteCount), ours: { try many.produce(to: toMany) }, plain: { try one.produce(to: toOne) })
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

/// The same batches to any number of partitions of a broker.
private struct PartitionsBench: Sendable {
    private static let inFlight = 5
    private static let batchByteCount = 16 << 10
    /// How many batches each of many partitions has before anything is measured.
    private static let warmBatches = 4

    /// A broker that has had its first batches, and how many it has by now.
    final class Warmed {
        fileprivate let broker: ServedBroker
        fileprivate let connection: PlainConnection
        fileprivate var batches = 0

        fileprivate init(_ broker: ServedBroker) throws {
            self.broker = broker
            connection = try PlainConnection(port: broker.port)
        }
    }

    private let partitions: Int
    /// As many with one partition as with many, so that the client does the same.
    private let frames: [KafkaFrame]
    private let count: Int
    private let batchByteCount: Int
    private let directory: String

    init(_ surroundings: LimitSurroundings, partitions: Int) throws {
        self.partitions = partitions
        directory = surroundings.directory + "/partitions-\(partitions)"
        let different = surroundings.scale.partitions
        count = 2 * different
        let pool = try BatchPool(batchByteCount: Self.batchByteCount, count: different, seed: surroundings.seed)
        frames = try (0..<different).map {
            unsafe try KafkaFrame.produce(pool[$0], partition: Int32($0 % partitions))
        }
        batchByteCount = unsafe pool[0].count
    }

    /// The bytes of the batches that are sent while the clock runs.
    var byteCount: Int { count * batchByteCount }

    /// A broker whose partitions are there: what it takes to make a file is no part of what a batch costs. It stays for all
    /// samples, as the partitions of a broker do. Blocks are not allocated ahead: a segment gets them from its first MiB on,
    /// which here only the one partition would come to.
    func warmed() throws -> Warmed {
        let warmed = try Warmed(
            ServedBroker(directory: directory, partitions: partitions, allocatesAhead: false))
        try exchange(Self.warmBatches * frames.count, with: warmed)
        return warmed
    }

    private func exchange(_ count: Int, with warmed: Warmed) throws {
        try warmed.connection.exchange(KafkaRequests(frames, count: count).pieces, inFlight: Self.inFlight)
        warmed.batches += count
    }

    /// Sends as many batches as a sample has; the nanoseconds that it took.
    func produce(to warmed: Warmed) throws -> Int64 {
        let requests = KafkaRequests(frames, count: count)
        let nanoseconds = try Stopwatch.wall.time {
            try warmed.connection.exchange(requests.pieces, inFlight: Self.inFlight)
        }
        warmed.batches += count
        let stored = try (0..<partitions).reduce(0) { sum, partition in
            try Directory.names(in: "\(directory)/\(KafkaFrame.topic)-\(partition)").filter { $0.hasSuffix(".log") }
                .reduce(sum) { $0 + (try File.length(of: "\(directory)/\(KafkaFrame.topic)-\(partition)/\($1)")) }
        }
        guard stored == warmed.batches * batchByteCount else {
            throw UnlikeWork(
                directory, ours: "\(stored) bytes", plain: "\(warmed.batches * batchByteCount)")
        }
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

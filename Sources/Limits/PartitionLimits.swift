internal import CPlainLoops
internal import CommitLog
internal import LinuxKernel
internal import Results

/// A broker with many partitions beside the same broker with one.
///
/// What many cost more is mostly that a turn's batches for one partition are one write, and those for many are one
/// each; the rest is an inode more to change for each, and the partition's state, which is not in the processor's cache
/// any more when its turn comes again. What they save is requests: a producer puts a batch of each partition that has
/// one into a request, up to `max.request.size`, and of one partition it never has more than one.
enum PartitionLimits {
    static let all = [produce, produceSingly, memory]

    /// What fits into 1 MiB, which is `max.request.size` of Kafka's producers and of ours.
    private static let batchesPerRequest = (1 << 20) / PartitionsBench.batchByteCount

    private static let produce = produce(
        "broker-produce-1000-partitions",
        "produce 16 KiB batches to 1,000 partitions, 64 a request, 5 in flight; plain: to one partition of an equal "
            + "broker, one a request, 5 in flight",
        batchesPerRequest: batchesPerRequest, target: .ratio(atLeast: 0.80))

    /// As a producer that has never more than one batch ready, whatever comes of the others.
    private static let produceSingly = produce(
        "broker-produce-1000-partitions-single",
        "produce 16 KiB batches to 1,000 partitions in turn, one a request, 5 in flight; plain: to one partition of an "
            + "equal broker",
        batchesPerRequest: 1, target: nil)

    /// - Parameter batchesPerRequest: To many partitions; to one it is one.
    private static func produce(
        _ name: String, _ summary: String, batchesPerRequest: Int, target: LimitTarget?
    ) -> LimitComponent {
        LimitComponent(name, summary, unit: .bytesPerSecond, target: target, usesFiles: true) { surroundings in
            let partitions = surroundings.scale.partitions
            let many = try PartitionsBench(
                surroundings, partitions: partitions, batchesPerRequest: min(partitions, batchesPerRequest))
            let one = try PartitionsBench(surroundings, partitions: 1)
            let (toMany, toOne) = (try many.warmed(), try one.warmed())
            return LimitTrial(
                work: Double(many.byteCount), ours: { try many.produce(to: toMany) },
                plain: { try one.produce(to: toOne) })
        }
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
    static let batchByteCount = 16 << 10
    private static let inFlight = 5
    /// How often all frames are sent before anything is measured.
    private static let warmRounds = 4
    /// How often all frames are sent while the clock runs.
    private static let sampleRounds = 2

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
    /// With as many different batches for one partition as for many, so that the client sends the same bytes.
    private let frames: [KafkaFrame]
    /// How many batches they have together.
    private let batches: Int
    private let batchByteCount: Int
    private let directory: String

    /// - Parameter batchesPerRequest: At most as many as there are partitions.
    init(_ surroundings: LimitSurroundings, partitions: Int, batchesPerRequest: Int = 1) throws {
        precondition(batchesPerRequest <= partitions, "a request has one batch of a partition")
        self.partitions = partitions
        directory = surroundings.directory + "/partitions-\(partitions)"
        let different = surroundings.scale.partitions
        batches = different
        let pool = try BatchPool(batchByteCount: Self.batchByteCount, count: different, seed: surroundings.seed)
        frames = try stride(from: 0, to: different, by: batchesPerRequest).map { first in
            unsafe try KafkaFrame.produce(min(batchesPerRequest, different - first)) {
                unsafe (Int32((first + $0) % partitions), pool[first + $0])
            }
        }
        batchByteCount = unsafe pool[0].count
    }

    /// The bytes of the batches that are sent while the clock runs.
    var byteCount: Int { Self.sampleRounds * batches * batchByteCount }

    /// A broker whose partitions are there: what it takes to make a file is no part of what a batch costs. It stays for
    /// all samples, as the partitions of a broker do. Blocks are not allocated ahead: a segment gets them from its
    /// first MiB on, which here only the one partition would come to.
    func warmed() throws -> Warmed {
        let warmed = try Warmed(
            ServedBroker(directory: directory, partitions: partitions, allocatesAhead: false))
        let requests = KafkaRequests(frames, count: Self.warmRounds * frames.count)
        try warmed.connection.exchange(requests.pieces, inFlight: Self.inFlight)
        warmed.batches += Self.warmRounds * batches
        return warmed
    }

    /// Sends as many batches as a sample has; the nanoseconds that it took.
    func produce(to warmed: Warmed) throws -> Int64 {
        let requests = KafkaRequests(frames, count: Self.sampleRounds * frames.count)
        let nanoseconds = try Stopwatch.wall.time {
            try warmed.connection.exchange(requests.pieces, inFlight: Self.inFlight)
        }
        warmed.batches += Self.sampleRounds * batches
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

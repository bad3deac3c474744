internal import CPlainLoops
internal import CommitLog
internal import LinuxKernel
internal import Results

/// Each append path beside the plainest loop that makes the same calls: batches of 256 KiB, four of which are settled
/// together, to a fresh file. Both sides begin with the batches in memory, as `lend` takes them.
enum AppendPathLimits {
    private static let batchByteCount = 256 << 10
    private static let group = 4

    /// What a path's plain loop is.
    private struct Plain {
        let path: String
        let way: plain_way
        /// How many batches go with a call.
        var group = 1
        var isDirect = false
        var isSynchronous = false
        let summary: String
    }

    static let all: [LimitComponent] =
        loops.map(component) + [
            calls("uring", than: "buffered", target: .ratio(atLeast: 1.1)),
            // Both write 1 MiB with one call, and a ring has some more to begin with.
            calls("uring-direct", than: "direct", target: .ratio(atLeast: 0.85)),
        ]

    private static let loops = [
        Plain(path: "vectored", way: PLAIN_PWRITEV, group: group, summary: "pwritev of four"),
        Plain(path: "mmap", way: PLAIN_MMAP, summary: "memcpy into the allocated and mapped file"),
        Plain(path: "direct", way: PLAIN_DIRECT, group: group, isDirect: true, summary: "pwrite of aligned copies"),
        Plain(path: "dsync", way: PLAIN_PWRITE, isSynchronous: true, summary: "pwrite with O_DSYNC"),
        Plain(
            path: "direct-dsync", way: PLAIN_DIRECT, group: group, isDirect: true, isSynchronous: true,
            summary: "pwrite of aligned copies with O_DSYNC"),
        Plain(path: "dontcache", way: PLAIN_DONTCACHE, summary: "pwritev2 with RWF_DONTCACHE"),
        Plain(path: "uring", way: PLAIN_URING, group: group, summary: "a submission of four"),
        Plain(
            path: "uring-direct", way: PLAIN_URING_DIRECT, group: group, isDirect: true,
            summary: "a submission of aligned copies"),
    ]

    private static func component(_ plain: Plain) -> LimitComponent {
        LimitComponent(
            "append-path-\(plain.path)",
            "append prebuilt batches of 256 KiB by '\(plain.path)' to a fresh log; plain: \(plain.summary)",
            unit: .bytesPerSecond, target: .ratio(atLeast: 0.85), usesFiles: true
        ) { surroundings in
            let bench = try Bench(surroundings, [plain.path])
            return LimitTrial(
                work: Double(bench.pieces.byteCount), ours: { try bench.append(by: plain.path, .wall) },
                plain: {
                    try AppendLimits.inFreshDirectory(bench.directory) {
                        let file = try PlainFile(
                            bench.directory + "/log", direct: plain.isDirect, synchronous: plain.isSynchronous)
                        return try Stopwatch.wall.time { try file.append(bench.pieces, plain.way, group: plain.group) }
                    }
                })
        }
    }

    /// A ring's calls beside those of the path that does the same without one.
    private static func calls(_ ring: String, than path: String, target: LimitTarget) -> LimitComponent {
        LimitComponent(
            "append-path-\(ring)-calls",
            "calls to append prebuilt batches of 256 KiB by '\(ring)' to a fresh log; plain: by '\(path)'",
            unit: .callsPerMebibyte, target: target, usesFiles: true
        ) { surroundings in
            let bench = try Bench(surroundings, [ring, path])
            return LimitTrial(
                work: Double(bench.pieces.byteCount), ours: { try bench.append(by: ring, .calls) },
                plain: { try bench.append(by: path, .calls) })
        }
    }

    /// Batches in memory, and fresh logs for them.
    private struct Bench {
        let directory: String
        let pieces: Pieces
        private let pool: BatchPool
        private let count: Int
        private let configuration: LogConfiguration

        /// - Parameter paths: What has to run on this machine.
        init(_ surroundings: LimitSurroundings, _ paths: [String]) throws {
            for path in paths {
                if let reason = Self.entry(path).objection(surroundings.directory) {
                    throw LimitUnavailable(reason: reason)
                }
            }
            directory = surroundings.directory + "/sample"
            count = max(group, surroundings.scale.fileByteCount / batchByteCount / group * group)
            pool = try BatchPool(batchByteCount: batchByteCount, count: count, seed: surroundings.seed)
            pieces = pool.sequentialPieces(count)
            var configuration = LogConfiguration()
            configuration.maxMessageBytes = pool.largestByteCount
            configuration.segmentBytes = pieces.byteCount
            self.configuration = configuration
        }

        func append(by name: String, _ stopwatch: Stopwatch) throws -> Int64 {
            try AppendLimits.inFreshDirectory(directory) {
                let log = try PartitionLog.open(
                    try TopicPartition(topic: "limits", partition: 0), directory: directory,
                    configuration: configuration, after: .clean, flusher: nil)
                // What it keeps of the last sample's file would take memory from this one's.
                let path = Self.entry(name).make(pool.largestByteCount)
                return try stopwatch.time {
                    for number in 0..<count {
                        unsafe try log.lend(pool[number], using: path)
                        _ = try log.commit(checking: .header, using: path)
                        if number % group == group - 1 { try log.settle(using: path) }
                    }
                }
            }
        }

        private static func entry(_ name: String) -> AppendPathCatalog.Entry {
            guard let entry = AppendPathCatalog.entry(named: name) else {
                preconditionFailure("the catalog has no path '\(name)'")
            }
            return entry
        }
    }
}

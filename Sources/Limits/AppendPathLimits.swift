internal import CPlainLoops
internal import CommitLog
internal import LinuxKernel

/// Each append path beside the plainest loop that makes the same calls: batches of 256 KiB, four of which are settled together,
/// to a fresh file. Both sides begin with the batches in memory, as `lend` takes them.
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

    static let all: [LimitComponent] = [
        Plain(path: "vectored", way: PLAIN_PWRITEV, group: group, summary: "pwritev of four"),
        Plain(path: "mmap", way: PLAIN_MMAP, summary: "memcpy into the allocated and mapped file"),
        Plain(path: "direct", way: PLAIN_DIRECT, group: group, isDirect: true, summary: "pwrite of aligned copies"),
        Plain(path: "dsync", way: PLAIN_PWRITE, isSynchronous: true, summary: "pwrite with O_DSYNC"),
        Plain(
            path: "direct-dsync", way: PLAIN_DIRECT, group: group, isDirect: true, isSynchronous: true,
            summary: "pwrite of aligned copies with O_DSYNC"),
        Plain(path: "dontcache", way: PLAIN_DONTCACHE, summary: "pwritev2 with RWF_DONTCACHE"),
        Plain(path: "uring", way: PLAIN_URING, summary: "a submission for each"),
        Plain(
            path: "uring-direct", way: PLAIN_URING_DIRECT, group: group, isDirect: true,
            summary: "a submission of aligned copies"),
    ].map(component)

    private static func component(_ plain: Plain) -> LimitComponent {
        LimitComponent(
            "append-path-\(plain.path)",
            "append prebuilt batches of 256 KiB by '\(plain.path)' to a fresh log; plain: \(plain.summary)",
            unit: .bytesPerSecond, target: .ratio(atLeast: 0.85), usesFiles: true
        ) { surroundings in
            guard let entry = AppendPathCatalog.entry(named: plain.path) else {
                preconditionFailure("the catalog has no path '\(plain.path)'")
            }
            if let reason = entry.objection(surroundings.directory) { throw LimitUnavailable(reason: reason) }
            let count = max(group, surroundings.scale.fileByteCount / batchByteCount / group * group)
            let pool = try BatchPool(batchByteCount: batchByteCount, count: count, seed: surroundings.seed)
            let pieces = pool.sequentialPieces(count)
            var configuration = LogConfiguration()
            configuration.maxMessageBytes = pool.largestByteCount
            configuration.segmentBytes = pieces.byteCount
            let directory = surroundings.directory + "/sample"
            return LimitTrial(
                work: Double(pieces.byteCount),
                ours: {
                    try AppendLimits.inFreshDirectory(directory) {
                        let log = try PartitionLog.open(
                            try TopicPartition(topic: "limits", partition: 0), directory: directory,
                            configuration: configuration, after: .clean, flusher: nil)
                        // What it keeps of the last sample's file would take memory from this one's.
                        let path = entry.make(pool.largestByteCount)
                        return try Stopwatch.wall.time {
                            for number in 0..<count {
                                unsafe try log.lend(pool[number], using: path)
                                _ = try log.commit(checking: .header, using: path)
                                if number % group == group - 1 { try log.settle(using: path) }
                            }
                        }
                    }
                },
                plain: {
                    try AppendLimits.inFreshDirectory(directory) {
                        let file = try PlainFile(
                            directory + "/log", direct: plain.isDirect, synchronous: plain.isSynchronous)
                        return try Stopwatch.wall.time { try file.append(pieces, plain.way, group: plain.group) }
                    }
                })
        }
    }
}

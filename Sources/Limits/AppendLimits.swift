internal import CommitLog
internal import LinuxKernel
internal import Results
internal import Statistics

/// Appends through the commit log beside plain `pwrite` of the same batches to files of the same length.
///
/// The page cache decides such figures, so it is made alike: every sample has a fresh file, which is removed before
/// the next one, so that each finds the same pages free; nothing reaches the device in between unless the kernel wants
/// to. The file is made, and preallocated where it has slots, before the clock starts. Index entries that the log
/// writes on the way count as ours.
enum AppendLimits {
    static let sequentialSummary = "append prebuilt batches to a fresh log, buffered, no flush; plain: pwrite"
    static let randomSummary =
        "append prebuilt batches to random slots of a preallocated log; plain: pwrite to random places"

    static func sequential(
        _ name: String, _ summary: String, batchByteCount: Int, target: LimitTarget?
    ) -> LimitComponent {
        LimitComponent(name, summary, unit: .bytesPerSecond, target: target, usesFiles: true) { surroundings in
            let count = max(1, surroundings.scale.fileByteCount / batchByteCount)
            let pool = try BatchPool(
                batchByteCount: batchByteCount, count: count, seed: surroundings.seed)
            var configuration = LogConfiguration()
            configuration.maxMessageBytes = pool.largestByteCount
            return trial(
                surroundings.directory, pool, count, configuration, pieces: pool.sequentialPieces(count),
                allocating: 0)
        }
    }

    static func random(_ name: String, _ summary: String, batchByteCount: Int) -> LimitComponent {
        LimitComponent(name, summary, unit: .bytesPerSecond, usesFiles: true) { surroundings in
            let count = max(1, surroundings.scale.fileByteCount / batchByteCount)
            let pool = try BatchPool(
                batchByteCount: batchByteCount, count: count, seed: surroundings.seed)
            var configuration = LogConfiguration()
            configuration.maxMessageBytes = pool.largestByteCount
            configuration.placement = "random"
            configuration.segmentBytes = count * configuration.slotBytes
            configuration.seed = surroundings.seed
            var generator = SeededGenerator(seed: surroundings.seed)
            let pieces = Pieces(memoryOf: pool)
            for (number, slot) in (0..<count).shuffled(using: &generator).enumerated() {
                unsafe pieces.append(pool[number], at: slot * configuration.slotBytes)
            }
            return trial(
                surroundings.directory, pool, count, configuration, pieces: pieces,
                allocating: configuration.segmentBytes)
        }
    }

    private static func trial(
        _ directory: String, _ pool: BatchPool, _ count: Int, _ configuration: LogConfiguration, pieces: Pieces,
        allocating allocatedByteCount: Int
    ) -> LimitTrial {
        guard let path = AppendPathCatalog.entry(named: "buffered")?.make(pool.largestByteCount) else {
            preconditionFailure("the catalog has no buffered path")
        }
        let sampleDirectory = directory + "/sample"
        return LimitTrial(
            work: Double(pieces.byteCount),
            ours: {
                try inFreshDirectory(sampleDirectory) {
                    let log = try PartitionLog.open(
                        try TopicPartition(topic: "limits", partition: 0), directory: sampleDirectory,
                        configuration: configuration, after: .clean, flusher: nil)
                    return try Stopwatch.wall.time {
                        for number in 0..<count {
                            _ = unsafe try log.append(pool[number], checking: .header, using: path)
                        }
                    }
                }
            },
            plain: {
                try inFreshDirectory(sampleDirectory) {
                    let file = try PlainFile(sampleDirectory + "/log")
                    if allocatedByteCount > 0 { try file.allocate(allocatedByteCount) }
                    return try Stopwatch.wall.time { try file.write(pieces) }
                }
            })
    }

    /// Makes the directory for one sample, and removes it with the pages of its files when they are closed.
    static func inFreshDirectory(_ path: String, _ body: () throws -> Int64) throws -> Int64 {
        try Directory.create(path)
        let nanoseconds = try body()
        try Directory.removeTree(path)
        return nanoseconds
    }
}

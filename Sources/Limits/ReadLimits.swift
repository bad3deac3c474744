internal import CommitLog
internal import LinuxKernel
internal import LoadGenerator
internal import Results

/// Reading a log from the page cache beside plain `pread` of the same file.
enum ReadLimits {
    private static let pieceByteCount = 1 << 20

    static let sequential = LimitComponent(
        "read-sequential-1MiB", "read a log by offset from the page cache, header by header; plain: pread",
        unit: .bytesPerSecond, usesFiles: true
    ) { surroundings in
        let log = try FilledLog(
            directory: surroundings.directory + "/limits-0", byteCount: surroundings.scale.fileByteCount,
            batchByteCount: 256 << 10, seed: surroundings.seed)
        let file = try PlainFile(log.path)
        let buffer = TouchedBuffer(byteCount: pieceByteCount)
        let pieces = Pieces(memoryOf: buffer)
        while pieces.byteCount < log.byteCount {
            let count = min(pieceByteCount, log.byteCount - pieces.byteCount)
            unsafe pieces.append(
                UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<count]), at: pieces.byteCount)
        }
        return try LimitTrial(
            repeating: Double(log.byteCount), by: .wall, scale: surroundings.scale,
            ours: { repetitions in
                for _ in 0..<repetitions {
                    let end = try readThrough(log.log)
                    guard end == log.log.logEndOffset else {
                        throw UnlikeWork(
                            "read-sequential-1MiB", ours: "records up to \(end)", plain: "\(log.log.logEndOffset)")
                    }
                }
            },
            plain: { for _ in 0..<$0 { try file.read(pieces) } })
    }

    /// The offset behind the last record that was read.
    private static func readThrough(_ log: PartitionLog) throws -> Int64 {
        var reader = LogReader(log, from: 0, maxBytes: pieceByteCount)
        while try reader.next() != nil {}
        return reader.offset
    }
}

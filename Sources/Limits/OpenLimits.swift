internal import CPlainLoops
internal import CommitLog
internal import LinuxKernel
internal import Results

/// Opening logs: after a crash, when everything is read and checked, and after a clean stop.
enum OpenLimits {
    static let recover = LimitComponent(
        "recover", "open a log of 16 KiB batches after a crash, from the page cache; plain: pread and CRC-32C",
        unit: .bytesPerSecond, target: .rate(atLeast: 1e9), usesFiles: true
    ) { surroundings in
        let directory = surroundings.directory + "/limits-0"
        // Let go of without a close: as a crash leaves it.
        let (path, byteCount) = try {
            let log = try FilledLog(
                directory: directory, byteCount: surroundings.scale.fileByteCount, batchByteCount: 16 << 10,
                seed: surroundings.seed)
            return (log.path, log.byteCount)
        }()
        let name = try TopicPartition(topic: "limits", partition: 0)
        let file = try PlainFile(path)
        let buffer = TouchedBuffer(byteCount: 1 << 20)
        return try LimitTrial(
            repeating: Double(byteCount), by: .wall, scale: surroundings.scale,
            ours: {
                for _ in 0..<$0 {
                    let log = try PartitionLog.open(
                        name, directory: directory, configuration: FilledLog.configuration, after: .crash,
                        flusher: nil)
                    guard log.byteCount == byteCount else {
                        throw UnlikeWork(
                            "recover", ours: "\(log.byteCount) bytes of \(byteCount)", plain: "\(byteCount)")
                    }
                }
            },
            plain: {
                for _ in 0..<$0 {
                    let valid = try file.checkBatches(byteCount, through: buffer)
                    guard valid == byteCount else {
                        throw UnlikeWork("recover", ours: "\(byteCount)", plain: "\(valid) bytes of \(byteCount)")
                    }
                }
            })
    }

    static let openClean = LimitComponent(
        "open-1000-partitions", "open the partitions of a directory after a clean stop; plain: open, fstat, read",
        unit: .seconds, target: .cost(atMost: 1), usesFiles: true
    ) { surroundings in
        let directory = surroundings.directory + "/log"
        let names = try (0..<surroundings.scale.partitions).map {
            try TopicPartition(topic: "limits", partition: Int32($0))
        }
        try fill(directory, names, seed: surroundings.seed)
        let files = try PartitionFiles(directory, names)
        return LimitTrial(
            // Of a thousand, whatever the scale.
            work: Double(names.count) / 1000,
            ours: {
                var logs: LogDirectory?
                let nanoseconds = try Stopwatch.wall.time {
                    let opened = try LogDirectory(directory)
                    for name in names { _ = try opened.open(name, configuration: FilledLog.configuration) }
                    logs = opened
                }
                // The marker of a clean stop, for the next time.
                try logs?.close()
                return nanoseconds
            },
            plain: { try files.open() })
    }

    static let openUnclean = LimitComponent(
        "open-unclean",
        "open 64 partitions after a kill, 3 of 4 segments of 1 MiB below the recovery point; plain: pread and CRC-32C of "
            + "the last",
        unit: .bytesPerSecond, target: .rate(atLeast: 1e9), usesFiles: true
    ) { surroundings in
        let tails = try Tails(surroundings.directory + "/log", seed: surroundings.seed)
        return try LimitTrial(
            repeating: Double(tails.byteCount), by: .wall, scale: surroundings.scale,
            ours: { for _ in 0..<$0 { try tails.open() } }, plain: { for _ in 0..<$0 { try tails.read() } })
    }

    /// Makes the partitions, each with one batch, and stops cleanly.
    private static func fill(_ directory: String, _ names: [TopicPartition], seed: UInt64) throws {
        let pool = try BatchPool(batchByteCount: 4 << 10, count: names.count, seed: seed)
        guard let path = AppendPathCatalog.entry(named: "buffered")?.make(pool.largestByteCount) else {
            preconditionFailure("the catalog has no buffered path")
        }
        let logs = try LogDirectory(directory)
        for (number, name) in names.enumerated() {
            let log = try logs.open(name, configuration: FilledLog.configuration)
            _ = unsafe try log.append(pool[number], checking: .header, using: path)
        }
        try logs.close()
    }
}

/// Partitions of four segments, of which a crash leaves the last to be read.
private struct Tails {
    private static let partitions: Int32 = 64
    private static let segmentBytes = 1 << 20
    private static let segments = 4

    let byteCount: Int
    private let directory: String
    private let names: [TopicPartition]
    private let files: [(file: PlainFile, byteCount: Int)]
    private let configuration: LogConfiguration
    private let buffer = TouchedBuffer(byteCount: 1 << 20)

    init(_ directory: String, seed: UInt64) throws {
        self.directory = directory
        names = try (0..<Self.partitions).map { try TopicPartition(topic: "limits", partition: $0) }
        var configuration = LogConfiguration()
        configuration.segmentBytes = Self.segmentBytes
        self.configuration = configuration
        let pool = try BatchPool(batchByteCount: 16 << 10, count: 64, seed: seed)
        guard let path = AppendPathCatalog.entry(named: "buffered")?.make(pool.largestByteCount) else {
            preconditionFailure("the catalog has no buffered path")
        }
        let logs = try LogDirectory(directory)
        var tails: [(path: String, byteCount: Int)] = []
        for name in names {
            let log = try logs.open(name, configuration: configuration)
            // Until the next batch would begin a fifth segment.
            var number = 0
            while log.segments.count < Self.segments
                || log.activeSegment.end + pool.largestByteCount < Self.segmentBytes
            {
                _ = unsafe try log.append(pool[number], checking: .header, using: path)
                number += 1
            }
            tails.append((log.activeSegment.path, log.activeSegment.end))
        }
        try logs.close()
        // What a kill leaves behind, but for the marker.
        try Directory.unlinkFile(directory + "/" + LogDirectory.cleanShutdownName)
        files = try tails.map { (try PlainFile($0.path), $0.byteCount) }
        byteCount = tails.reduce(0) { $0 + $1.byteCount }
    }

    func open() throws {
        let logs = try LogDirectory(directory)
        for name in names {
            let log = try logs.open(name, configuration: configuration)
            guard log.segments.count == Self.segments, log.recoveryObjection == nil else {
                throw UnlikeWork(
                    "open-unclean", ours: "\(log.segments.count) segments, \(log.recoveryObjection ?? "believed")",
                    plain: "\(Self.segments) segments")
            }
        }
    }

    func read() throws {
        for (file, byteCount) in files {
            let valid = try file.checkBatches(byteCount, through: buffer)
            guard valid == byteCount else {
                throw UnlikeWork("open-unclean", ours: "\(byteCount)", plain: "\(valid) bytes of \(byteCount)")
            }
        }
    }
}

/// The files of partitions as C wants them: paths, and whether each stays open, which only log files do.
@safe
private final class PartitionFiles {
    private let paths: [UnsafePointer<CChar>?]
    private let kept: [Bool]

    init(_ directory: String, _ names: [TopicPartition]) throws {
        var paths: [UnsafePointer<CChar>?] = unsafe []
        var kept: [Bool] = []
        for name in names {
            let partition = directory + "/" + name.directoryName
            for file in try Directory.names(in: partition) {
                unsafe paths.append(Self.copy(partition + "/" + file))
                kept.append(file.hasSuffix(".log"))
            }
        }
        unsafe self.paths = unsafe paths
        self.kept = kept
    }

    deinit {
        for index in unsafe paths.indices { unsafe paths[index]?.deallocate() }
    }

    /// Opens them all; the nanoseconds that it took. They are closed after the clock has stopped.
    func open() throws -> Int64 {
        var descriptors = [Int32](repeating: -1, count: kept.count)
        var code: Int32 = 0
        let nanoseconds = Stopwatch.wall.time {
            code = unsafe plain_open_and_read(paths, kept, &descriptors, kept.count)
        }
        for descriptor in descriptors where descriptor >= 0 { plain_close(descriptor) }
        guard code == 0 else { throw SystemError(call: "open, fstat or pread", code: code) }
        return nanoseconds
    }

    private static func copy(_ path: String) -> UnsafePointer<CChar> {
        let bytes = path.utf8CString
        let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
        _ = unsafe copy.initialize(from: bytes)
        guard let start = copy.baseAddress else { preconditionFailure("a path has its zero at least") }
        return unsafe UnsafePointer(start)
    }
}

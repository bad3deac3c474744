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
                    let valid = try file.checkBatches(0..<byteCount, through: buffer)
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

    static let openUnclean = openUnclean(
        "open-unclean",
        "open 64 partitions after a kill, 3 of 4 segments of 1 MiB below the recovery point; "
            + "plain: pread and CRC-32C of the last",
        segments: 4)

    static let openFlushedPrefix = openUnclean(
        "open-unclean-flushed-prefix",
        "open 64 partitions after a kill, the first 3 of the 4 MiB of their only segment below the recovery point; "
            + "plain: pread and CRC-32C of the rest",
        segments: 1)

    private static func openUnclean(_ name: String, _ summary: String, segments: Int) -> LimitComponent {
        LimitComponent(name, summary, unit: .bytesPerSecond, target: .rate(atLeast: 1e9), usesFiles: true) {
            surroundings in
            let tails = try Tails(
                of: name, in: surroundings.directory + "/log", segments: segments, seed: surroundings.seed)
            return try LimitTrial(
                repeating: Double(tails.byteCount), by: .wall, scale: surroundings.scale,
                ours: { for _ in 0..<$0 { try tails.open() } }, plain: { for _ in 0..<$0 { try tails.read() } })
        }
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

/// Partitions of 4 MiB, in one segment or several, of which a crash leaves the last MiB to be checked.
private struct Tails {
    private static let partitions: Int32 = 64
    private static let partitionBytes = 4 << 20
    private static let durableBytes = 3 << 20

    /// Of what has to be checked.
    let byteCount: Int
    private let component: String
    private let directory: String
    private let names: [TopicPartition]
    private let files: [(file: PlainFile, tail: Range<Int>)]
    private let configuration: LogConfiguration
    private let segments: Int
    private let buffer = TouchedBuffer(byteCount: 1 << 20)

    init(of component: String, in directory: String, segments: Int, seed: UInt64) throws {
        self.component = component
        self.directory = directory
        self.segments = segments
        names = try (0..<Self.partitions).map { try TopicPartition(topic: "limits", partition: $0) }
        var configuration = LogConfiguration()
        configuration.segmentBytes = Self.partitionBytes / segments
        self.configuration = configuration
        let pool = try BatchPool(batchByteCount: 16 << 10, count: 64, seed: seed)
        guard let path = AppendPathCatalog.entry(named: "buffered")?.make(pool.largestByteCount) else {
            preconditionFailure("the catalog has no buffered path")
        }
        let logs = try LogDirectory(directory)
        var tails: [(path: String, tail: Range<Int>)] = []
        var points: [TopicPartition: Int64] = [:]
        for name in names {
            let log = try logs.open(name, configuration: configuration)
            // Until the next batch would be beyond the last segment.
            var number = 0
            var (point, position) = (Int64(0), 0)
            while log.segments.count < segments
                || log.activeSegment.end + pool.largestByteCount < configuration.segmentBytes
            {
                if log.byteCount <= Self.durableBytes { (point, position) = (log.logEndOffset, log.activeSegment.end) }
                _ = unsafe try log.append(pool[number], checking: .header, using: path)
                number += 1
            }
            if segments > 1 { (point, position) = (log.activeSegment.baseOffset, 0) }
            points[name] = point
            tails.append((log.activeSegment.path, position..<log.activeSegment.end))
        }
        try logs.close()
        // What a kill leaves behind.
        try Directory.unlinkFile(directory + "/" + LogDirectory.cleanShutdownName)
        try TextFile.replace(
            directory + "/" + LogDirectory.recoveryCheckpointName, with: OffsetCheckpoint.text(of: points))
        files = try tails.map { (try PlainFile($0.path), $0.tail) }
        byteCount = tails.reduce(0) { $0 + $1.tail.count }
    }

    func open() throws {
        let logs = try LogDirectory(directory)
        for name in names {
            let log = try logs.open(name, configuration: configuration)
            guard log.segments.count == segments, log.recoveryObjection == nil, log.damages.isEmpty else {
                throw UnlikeWork(
                    component, ours: "\(log.segments.count) segments, \(log.recoveryObjection ?? "believed")",
                    plain: "\(segments) segments")
            }
        }
    }

    func read() throws {
        for (file, tail) in files {
            let valid = try file.checkBatches(tail, through: buffer)
            guard valid == tail.count else {
                throw UnlikeWork(component, ours: "\(tail.count)", plain: "\(valid) bytes of \(tail.count)")
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

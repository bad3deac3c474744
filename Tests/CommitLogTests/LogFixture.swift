import Compression
import LinuxKernel
import RecordFormat

@testable import CommitLog

/// A directory of a test's own, gone when the test lets go of it.
final class ScratchDirectory {
    let path: String

    /// - Parameter inMemory: Whether it need not be on a disk, where flushes take their time.
    init(inMemory: Bool = false) throws {
        let memory = "/dev/shm"
        let isThere = try Directory.isDirectory(memory)
        let parent = inMemory && isThere ? memory : try FileIdentity.resolve("/tmp")
        path = parent + "/commit-log-tests-\(UInt64.random(in: 0...UInt64.max))"
        try Directory.create(path)
    }

    deinit {
        InjectedFaults.disarm(pathPrefix: path)
        try? Directory.removeTree(path)
    }
}

/// One record, as a reader sees it.
struct SeenRecord: Equatable {
    var offset: Int64
    var timestamp: Int64
    var value: [UInt8]
}

/// Batches whose content tells their number.
enum Batches {
    /// A batch of `records` records; record `n` of batch `number` has the timestamp `1000 * number + n`.
    static func make(
        _ number: Int, records: Int = 1, valueByteCount: Int = 20, timestamp: Int64? = nil
    ) throws -> [UInt8] {
        var encoder = RecordBatchEncoder()
        try unsafe encoder.begin()
        for record in 0..<records {
            let value = (0..<valueByteCount).map { UInt8(truncatingIfNeeded: number &* 31 &+ record &* 7 &+ $0) }
            try unsafe value.withUnsafeBytes {
                try unsafe encoder.append(
                    timestamp: timestamp ?? Int64(1000 * number + record), key: nil, value: $0)
            }
        }
        return unsafe Array(try encoder.finish())
    }

    /// Batches of varied record counts and sizes, the same for the same seed.
    static func varied(_ count: Int, seed: UInt64 = 1, largestValue: Int = 600) throws -> [[UInt8]] {
        var generator = SplitMix64(seed: seed)
        return try (0..<count).map {
            try make(
                $0, records: Int.random(in: 1...5, using: &generator),
                valueByteCount: Int.random(in: 0...largestValue, using: &generator))
        }
    }
}

extension Batches {
    /// The offsets of each batch in a log that holds these.
    static func offsets(of batches: [[UInt8]]) throws -> [Range<Int64>] {
        var end: Int64 = 0
        return try batches.map { batch in
            let count = try unsafe batch.withUnsafeBytes { try unsafe RecordBatchHeader(parsing: $0).recordCount }
            defer { end += Int64(count) }
            return end..<end + Int64(count)
        }
    }
}

extension PartitionLog {
    /// Appends one batch by itself.
    @discardableResult
    func append(_ batch: [UInt8], _ path: AppendPath) throws -> AppendedBatch {
        var batch = batch
        return try unsafe batch.withUnsafeMutableBytes {
            try unsafe append($0, checking: .headerAndCRC, using: path)
        }
    }

    /// Commits a batch through a reserved room, without settling.
    @discardableResult
    func commit(_ batch: [UInt8], _ path: AppendPath) throws -> AppendedBatch {
        let room = try unsafe reserve(batch.count, using: path)
        unsafe room.copyBytes(from: batch)
        return try commit(checking: .headerAndCRC, using: path)
    }

    /// Reads all records from an offset on, slice by slice, and checks every batch on the way.
    func records(from offset: Int64? = nil, maxBytes: Int = 1 << 20) throws -> [SeenRecord] {
        var seen: [SeenRecord] = []
        var offset = offset ?? logStartOffset
        let decompressor = Decompressor()
        while let slice = try slice(at: offset, maxBytes: maxBytes) {
            let buffer = AlignedBuffer(byteCount: slice.byteCount)
            let count = try unsafe slice.segment.open().file.readAll(into: buffer.bytes, at: slice.position)
            guard count == slice.byteCount else { throw Unexpected("a slice of \(slice.byteCount) has \(count) bytes") }
            var batches = unsafe RecordBatchSequence(UnsafeRawBufferPointer(buffer.bytes))
            let before = offset
            while let batch = try batches.next() {
                try batch.validate()
                var records = try RecordIterator(batch, decompressor: decompressor)
                while let record = try records.next() {
                    guard record.offset >= before else { continue }
                    seen.append(
                        SeenRecord(
                            offset: record.offset, timestamp: record.timestamp,
                            value: unsafe record.value.map { unsafe Array($0) } ?? []))
                }
                offset = batch.header.nextOffset
            }
            guard offset > before else { throw Unexpected("no whole batch at offset \(before)") }
        }
        guard offset == logEndOffset else { throw Unexpected("reading ends at \(offset), the log at \(logEndOffset)") }
        return seen
    }
}

/// What a helper of these tests did not expect.
struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What a log of these batches holds.
func expectedRecords(_ batches: [[UInt8]], from offset: Int64 = 0) throws -> [SeenRecord] {
    var seen: [SeenRecord] = []
    var offset = offset
    for batch in batches {
        try unsafe batch.withUnsafeBytes { bytes in
            let parsed = try unsafe RecordBatch(parsing: bytes)
            var records = try RecordIterator(parsed, decompressor: Decompressor())
            while let record = try records.next() {
                seen.append(
                    SeenRecord(
                        offset: offset, timestamp: record.timestamp,
                        value: unsafe record.value.map { unsafe Array($0) } ?? []))
                offset += 1
            }
        }
    }
    return seen
}

/// The append paths that keep what they are given, without a socket, by where they can run.
enum RunnablePaths {
    /// Those that can write logs where the tests have their files, on a disk.
    static let onDisk = runnable(inMemory: false)
    /// Those that can do so in memory too, where flushes take no time.
    static let inMemory = runnable(inMemory: true)

    private static func runnable(inMemory: Bool) -> [String] {
        guard let scratch = try? ScratchDirectory(inMemory: inMemory) else { return [] }
        return AppendPathCatalog.all.filter {
            !$0.storesNothing && !$0.traits.limitations.contains(.needsSocket) && $0.objection(scratch.path) == nil
        }.map(\.name)
    }
}

/// A log in a scratch directory, which is opened and closed at will.
final class LogFixture {
    let scratch: ScratchDirectory
    let name: TopicPartition
    var configuration: LogConfiguration
    let path: AppendPath
    let flusher: Flusher?

    var directory: String { scratch.path + "/" + name.directoryName }

    init(
        _ configuration: LogConfiguration = LogConfiguration(), appendPath: String = "buffered", inMemory: Bool = false
    ) throws {
        scratch = try ScratchDirectory(inMemory: inMemory && RunnablePaths.inMemory.contains(appendPath))
        name = try TopicPartition(topic: "t", partition: 0)
        self.configuration = configuration
        guard let entry = AppendPathCatalog.entry(named: appendPath) else { throw Unexpected("no path \(appendPath)") }
        path = entry.make(configuration.maxMessageBytes)
        flusher = configuration.flushPolicy == "interval" ? try Flusher() : nil
    }

    deinit { flusher?.stop() }

    /// Opens the log as after a clean stop, or as after a crash: the one before was just forgotten.
    func open(
        after stop: PartitionLog.LastStop = .crash, recoveryPoint: Int64? = nil, cache: BlockCache? = nil
    ) throws -> PartitionLog {
        try PartitionLog.open(
            name, directory: directory, configuration: configuration, after: stop, recoveryPoint: recoveryPoint,
            flusher: flusher, cache: cache)
    }

    func file(_ name: String) -> String { directory + "/" + name }

    /// The names in the log's directory with their files' content.
    func files() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try Directory.names(in: directory) { files[name] = try read(name) }
        return files
    }

    func read(_ name: String) throws -> [UInt8] {
        let file = try File(self.file(name), .readOnly)
        var bytes = [UInt8](repeating: 0, count: try file.size().length)
        _ = try file.readAll(into: &bytes)
        return bytes
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = try File(self.file(name), .replace)
        try unsafe file.writeAll(bytes.span.bytes, at: 0)
    }

    /// Makes the directory hold these files and no others.
    func restore(_ files: [String: [UInt8]]) throws {
        for name in try Directory.names(in: directory) where files[name] == nil {
            try Directory.unlinkFile(file(name))
        }
        for (name, bytes) in files { try write(bytes, to: name) }
    }
}

extension LogConfiguration {
    /// The defaults, with changes.
    static func with(_ change: (inout LogConfiguration) -> Void) -> LogConfiguration {
        var configuration = LogConfiguration()
        change(&configuration)
        return configuration
    }
}

let firstSegment = "00000000000000000000"

import LinuxKernel
import Synchronization
import Testing

@testable import CommitLog

@Suite("The recovery checkpoint")
struct RecoveryCheckpointTests {
    static let batches = try! Batches.varied(60, seed: 5, largestValue: 300)
    /// Of each batch.
    static let offsets = try! Batches.offsets(of: batches)

    /// What an operator would be told.
    private final class Reports: Sendable {
        private let texts = Mutex<[String]>([])

        var all: [String] { texts.withLock { $0 } }
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        func removeAll() { texts.withLock { $0 = [] } }
    }

    /// A log directory that is opened and then let go of, as by a crash.
    private final class Crashing {
        let scratch: ScratchDirectory
        var configuration = LogConfiguration.with {
            $0.segmentBytes = 8000
            $0.maxMessageBytes = 4096
        }
        let name: TopicPartition
        let path: AppendPath
        let reports = Reports()

        init(appendPath: String = "buffered") throws {
            scratch = try ScratchDirectory(inMemory: RunnablePaths.inMemory.contains(appendPath))
            name = try TopicPartition(topic: "t", partition: 0)
            path = try #require(AppendPathCatalog.entry(named: appendPath)).make(4096)
        }

        var file: String { scratch.path + "/" + RecoveryCheckpoint.fileName }

        func open() throws -> (LogDirectory, PartitionLog) {
            let directory = try LogDirectory(
                scratch.path, groupsFlushes: true, report: { [reports] in reports.add($0) })
            return (directory, try directory.open(name, configuration: configuration))
        }

        func append(_ batches: some Sequence<[UInt8]>, to log: PartitionLog) throws {
            for batch in batches { try log.append(batch, path) }
        }

        /// Writes all batches, advances the checkpoint where asked to, and is gone.
        ///
        /// - Returns: The log files, the one that takes the appends last.
        @discardableResult
        func fill(advancing: Bool = true) throws -> [String] {
            let (directory, log) = try open()
            try append(RecoveryCheckpointTests.batches, to: log)
            if advancing { directory.checkpoint.advance() }
            #expect(log.segments.count > 3)
            return log.segments.map(\.path)
        }

        /// What the next start reads of each file, in calls, and the log that it has.
        func reads(of files: [String]) throws -> (calls: [Int], records: [SeenRecord]) {
            for file in files { InjectedFaults.arm(.init(kind: .pread, pathPrefix: file, code: 0)) }
            defer { for file in files { InjectedFaults.disarm(pathPrefix: file) } }
            let (directory, log) = try open()
            let calls = files.map { InjectedFaults.metCalls(pathPrefix: $0) }
            #expect(log.damages.isEmpty)
            let records = try log.records()
            withExtendedLifetime(directory) {}
            return (calls, records)
        }
    }

    @Test(
        "keeps a start after a crash from reading what is durable, whatever the path and the policy",
        arguments: RunnablePaths.onDisk.map { ($0, "none") }
            + FlushPolicyCatalog.all.filter { $0.requiredSetting == nil }.map { ("buffered", $0.name) })
    func readsTail(_ appendPath: String, _ flushPolicy: String) throws {
        let crashing = try Crashing(appendPath: appendPath)
        crashing.configuration.flushPolicy = flushPolicy
        let values = try expectedRecords(Self.batches).map(\.value)
        for times in 1...2 {
            let files = try crashing.fill()
            let (calls, records) = try crashing.reads(of: files)
            // The first segment's first bytes tell whether its messages are of an older format.
            #expect(calls.dropLast().reduce(0, +) <= 1)
            #expect(try #require(calls.last) > 0)
            #expect(records.map(\.value) == (1...times).flatMap { _ in values })
        }
        #expect(crashing.reports.all.filter { !$0.contains("has no") }.isEmpty)
    }

    @Test("is not ahead of retention, of recycled files, or of what was closed since")
    func moves() throws {
        let crashing = try Crashing()
        crashing.configuration.segmentReuse = .recycle
        crashing.configuration.retentionBytes = 16_000
        let expected: [SeenRecord]
        do {
            let (directory, log) = try crashing.open()
            for (number, batch) in Self.batches.enumerated() {
                try log.append(batch, crashing.path)
                _ = try log.applyRetention(now: 0)
                if number % 7 == 0 { directory.checkpoint.advance() }
            }
            expected = try log.records()
            #expect(log.logStartOffset > 0)
        }
        let (directory, log) = try crashing.open()
        #expect(try log.records() == expected)
        #expect(log.recoveryObjection == nil && log.damages.isEmpty)
        withExtendedLifetime(directory) {}
    }

    @Test("is written by a clean stop, and holds for the crash after the next start")
    func cleanStop() throws {
        let crashing = try Crashing()
        let files: [String]
        do {
            let (directory, log) = try crashing.open()
            try crashing.append(Self.batches, to: log)
            files = log.segments.map(\.path)
            #expect(files.count > 3)
            try directory.close()
        }
        _ = try crashing.open()
        let (calls, records) = try crashing.reads(of: files)
        #expect(calls.dropLast().reduce(0, +) <= 1)
        #expect(try records == expectedRecords(Self.batches))
    }

    enum Damage: String, CaseIterable {
        case missing, empty, garbage, cutOff, otherVersion, twice, beyondTheEnd, insideOfABatch
    }

    @Test("that cannot be right is reported, and everything is read", arguments: Damage.allCases)
    func damaged(_ damage: Damage) throws {
        let crashing = try Crashing()
        let files = try crashing.fill()
        let text = try TextFile.read(crashing.file)
        let point = try #require(text.split(separator: " ").last?.dropLast())
        switch damage {
        case .missing: try Directory.unlinkFile(crashing.file)
        case .empty: try TextFile.replace(crashing.file, with: "")
        case .garbage: try TextFile.replace(crashing.file, with: "0\n1\nt 0 x\u{0}y\n")
        case .cutOff: try TextFile.replace(crashing.file, with: "0\n2\nt 0 \(point)\n")
        case .otherVersion: try TextFile.replace(crashing.file, with: "1\n1\nt 0 \(point)\n")
        case .twice: try TextFile.replace(crashing.file, with: "0\n2\nt 0 \(point)\nt 0 0\n")
        case .beyondTheEnd: try TextFile.replace(crashing.file, with: "0\n1\nt 0 1\(point)\n")
        case .insideOfABatch:
            let long = try #require(Self.offsets.last { $0.upperBound <= Int64(point) ?? 0 && $0.count > 1 })
            try TextFile.replace(crashing.file, with: "0\n1\nt 0 \(long.lowerBound + 1)\n")
        }
        crashing.reports.removeAll()
        let (calls, records) = try crashing.reads(of: files)
        #expect(calls.allSatisfy { $0 > 0 })
        #expect(try records == expectedRecords(Self.batches))
        #expect(crashing.reports.all.count == 1)
        #expect(crashing.reports.all[0].contains(RecoveryCheckpoint.fileName))
        // A clean stop writes what is true.
        try crashing.open().0.close()
        crashing.reports.removeAll()
        _ = try crashing.reads(of: files)
        #expect(crashing.reports.all == [])
    }

    @Test("of a log that lost its end is taken back before anything is appended there")
    func lostEnd() throws {
        let crashing = try Crashing()
        let files = try crashing.fill()
        let expected = try expectedRecords(Self.batches)
        for file in files[2...] { try Directory.unlinkFile(file) }
        do {
            let (_, log) = try crashing.open()
            #expect(try #require(log.recoveryObjection).contains("it ends at"))
            #expect(try !TextFile.read(crashing.file).contains("t 0"))
            // Up to where the point was, not durable.
            try crashing.append(Self.batches, to: log)
        }
        let again = try Directory.names(in: crashing.scratch.path + "/t-0").filter { $0.hasSuffix(".log") }.sorted()
        #expect(again.count > 3)
        let (calls, records) = try crashing.reads(of: again.map { crashing.scratch.path + "/t-0/" + $0 })
        #expect(calls.allSatisfy { $0 > 0 })
        #expect(records.suffix(expected.count).map(\.value) == expected.map(\.value))
        #expect(records.count > expected.count)
    }

    @Test(
        "of a partition that was removed does not hold for one that is made under its name", arguments: [false, true])
    func madeAgain(byHand: Bool) throws {
        let crashing = try Crashing()
        try crashing.fill()
        if byHand { try Directory.removeTree(crashing.scratch.path + "/t-0") }
        do {
            var (directory, log) = try crashing.open()
            if !byHand {
                try directory.remove(crashing.name)
                log = try directory.open(crashing.name, configuration: crashing.configuration)
            }
            #expect(try TextFile.read(crashing.file) == "0\n0\n")
            try crashing.append(Self.batches, to: log)
        }
        let (_, log) = try crashing.open()
        #expect(try log.records() == expectedRecords(Self.batches))
    }

    @Test("keeps what it says of partitions that nobody opens, and says of each what is its own")
    func others() throws {
        let crashing = try Crashing()
        try crashing.fill()
        let text = try TextFile.read(crashing.file)
        let other = try TopicPartition(topic: "other", partition: 3)
        do {
            let directory = try LogDirectory(crashing.scratch.path)
            let log = try directory.open(other, configuration: crashing.configuration)
            try crashing.append(Self.batches[..<30], to: log)
            directory.checkpoint.advance()
            #expect(log.recoveryPoint > 0)
            let lines = try TextFile.read(crashing.file).split(separator: "\n")
            #expect(lines[..<2] == ["0", "2"])
            #expect(Set(lines[2...]) == ["other 3 \(log.recoveryPoint)", text.split(separator: "\n")[2]])
            try directory.remove(other)
            directory.checkpoint.advance()
        }
        #expect(try TextFile.read(crashing.file) == text)
    }

    @Test("does not move over a segment that could not be flushed, nor when it cannot be written itself")
    func failures() throws {
        let crashing = try Crashing()
        let (directory, log) = try crashing.open()
        try crashing.append(Self.batches[..<30], to: log)
        InjectedFaults.arm(.init(kind: .rename, pathPrefix: crashing.file, code: 28))
        directory.checkpoint.advance()
        InjectedFaults.disarm(pathPrefix: crashing.file)
        #expect(crashing.reports.all.last?.contains("ENOSPC") == true)
        #expect(try !Directory.exists(crashing.file))
        directory.checkpoint.advance()
        let text = try TextFile.read(crashing.file)
        #expect(text == "0\n1\nt 0 \(log.activeSegment.baseOffset)\n")

        try crashing.append(Self.batches[30...], to: log)
        let closed = try #require(log.segments.dropLast().last?.path)
        InjectedFaults.arm(.init(kind: .fdatasync, pathPrefix: closed, code: 5))
        directory.checkpoint.advance()
        InjectedFaults.disarm(pathPrefix: closed)
        let point = log.recoveryPoint
        #expect(point <= (log.segments.dropLast().last?.baseOffset ?? 0))
        #expect(try TextFile.read(crashing.file) == "0\n1\nt 0 \(point)\n")
        #expect(throws: LogError.self) { try log.append(Self.batches[0], crashing.path) }
        directory.checkpoint.advance()
        #expect(log.recoveryPoint == point)
    }

    @Test("is advanced by the flusher's thread by itself")
    func byItself() throws {
        let crashing = try Crashing()
        let directory = try LogDirectory(crashing.scratch.path, groupsFlushes: true, checkpointInterval: 2_000_000)
        let log = try directory.open(crashing.name, configuration: crashing.configuration)
        try crashing.append(Self.batches, to: log)
        let deadline = MonotonicClock.now() + 10_000_000_000
        while log.recoveryPoint < log.activeSegment.baseOffset, MonotonicClock.now() < deadline {
            MonotonicClock.sleep(nanoseconds: 1_000_000)
        }
        #expect(log.recoveryPoint == log.activeSegment.baseOffset)
        while try !Directory.exists(crashing.file), MonotonicClock.now() < deadline {
            MonotonicClock.sleep(nanoseconds: 1_000_000)
        }
        #expect(try TextFile.read(crashing.file) == "0\n1\nt 0 \(log.recoveryPoint)\n")
        try directory.close()
    }
}

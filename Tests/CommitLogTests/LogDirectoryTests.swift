import LinuxKernel
import Testing

@testable import CommitLog

@Suite("A log directory")
struct LogDirectoryTests {
    private let path = BufferedAppendPath(byteCount: 1 << 20)

    private func name(_ topic: String, _ partition: Int32 = 0) throws -> TopicPartition {
        try TopicPartition(topic: topic, partition: partition)
    }

    @Test("is for one user at a time")
    func lock() throws {
        let scratch = try ScratchDirectory()
        var first: LogDirectory? = try LogDirectory(scratch.path)
        let error = #expect(throws: LogError.self) { try LogDirectory(scratch.path) }
        guard case .directoryLocked(scratch.path) = error else {
            Issue.record("it threw \(String(describing: error))")
            return
        }
        try first?.close()
        #expect(throws: LogError.self) { try LogDirectory(scratch.path) }
        first = nil
        _ = try LogDirectory(scratch.path)
    }

    @Test("is locked against another process")
    func lockAcrossProcesses() throws {
        let scratch = try ScratchDirectory()
        let directory = try LogDirectory(scratch.path)
        #expect(try Command.run("flock", ["--nonblock", scratch.path + "/.lock", "true"]).code == 1)
        withExtendedLifetime(directory) {}
    }

    @Test("is not locked out by the next opening when it cannot be made")
    func unusablePath() throws {
        let scratch = try ScratchDirectory()
        try TextFile.replace(scratch.path + "/file", with: "")
        #expect(throws: LogError.self) { try LogDirectory(scratch.path + "/file") }
        #expect(throws: LogError.self) { try LogDirectory(scratch.path + "/file/below") }
        _ = try LogDirectory(scratch.path + "/made/on/the/way")
    }

    @Test("lists its partitions, and nothing that only looks like one")
    func partitions() throws {
        let scratch = try ScratchDirectory()
        let directory = try LogDirectory(scratch.path)
        let names = [try name("a"), try name("a", 10), try name("a-b", 2), try name("x.y_z", 1)]
        for name in names { _ = try directory.open(name, configuration: LogConfiguration()) }
        for other in ["no-number", "a-01", "-0", "lost+found", "a-99999999999", "a-+1"] {
            try Directory.create(scratch.path + "/" + other)
        }
        try TextFile.replace(scratch.path + "/file-0", with: "")
        #expect(try Set(directory.partitions()) == Set(names))
        try directory.close()
    }

    @Test(
        "takes no topic name that could leave it or hide in it",
        arguments: [
            "", ".", "..", "a/b", "/etc", "../up", "a\0b", "ü", "a b", String(repeating: "x", count: 250), "a\n",
        ])
    func hostileNames(_ topic: String) {
        #expect(throws: LogError.self) { try TopicPartition(topic: topic, partition: 0) }
    }

    @Test("takes no negative partition")
    func negativePartition() {
        #expect(throws: LogError.self) { try TopicPartition(topic: "t", partition: -1) }
    }

    @Test("knows a clean stop from a crash by a marker that is good once")
    func marker() throws {
        let scratch = try ScratchDirectory()
        let batch = try Batches.make(1)
        func run(expecting stop: PartitionLog.LastStop, closes: Bool) throws {
            let directory = try LogDirectory(scratch.path)
            #expect(directory.lastStop == stop)
            let log = try directory.open(name("t"), configuration: LogConfiguration())
            try log.append(batch, path)
            if closes { try directory.close() }
        }
        try run(expecting: .crash, closes: true)
        try run(expecting: .clean, closes: false)
        try run(expecting: .crash, closes: true)
        try run(expecting: .clean, closes: true)
        let log = try LogDirectory(scratch.path).open(name("t"), configuration: LogConfiguration())
        #expect(log.logEndOffset == 4)
    }

    @Test("leaves no marker when a log cannot be closed, and closes the others all the same")
    func failingClose() throws {
        let scratch = try ScratchDirectory()
        let batch = try Batches.make(1)
        do {
            let directory = try LogDirectory(scratch.path)
            for topic in ["a", "b", "c"] {
                try directory.open(name(topic), configuration: LogConfiguration()).append(batch, path)
            }
            InjectedFaults.arm(.init(kind: .fdatasync, pathPrefix: scratch.path + "/b-0", code: 5))
            #expect(throws: LogError.self) { try directory.close() }
            InjectedFaults.disarm(pathPrefix: scratch.path + "/b-0")
            // Only a log that was closed has written its time index.
            for (topic, isClosed) in ["a": true, "b": false, "c": true] {
                let index = scratch.path + "/\(topic)-0/\(firstSegment).timeindex"
                #expect(try Directory.exists(index) == isClosed, "\(topic)")
            }
        }
        #expect(try LogDirectory(scratch.path).lastStop == .crash)
    }

    @Test("leaves no marker after a crash as long as a partition was not checked")
    func uncheckedPartition() throws {
        let scratch = try ScratchDirectory()
        let batch = try Batches.make(1)
        do {
            let directory = try LogDirectory(scratch.path)
            for topic in ["a", "b"] {
                try directory.open(name(topic), configuration: LogConfiguration()).append(batch, path)
            }
        }
        let file = try File(scratch.path + "/b-0/\(firstSegment).log", .readWrite)
        try file.truncate(to: batch.count - 1)
        do {
            let directory = try LogDirectory(scratch.path)
            _ = try directory.open(name("a"), configuration: LogConfiguration())
            try directory.close()
        }
        let directory = try LogDirectory(scratch.path)
        #expect(directory.lastStop == .crash)
        #expect(try directory.open(name("b"), configuration: LogConfiguration()).damages.count == 1)
    }

    @Test("opens a log again under another configuration, with all that it had")
    func reopen() throws {
        let scratch = try ScratchDirectory()
        let directory = try LogDirectory(scratch.path)
        let batches = try Batches.varied(20, largestValue: 100)
        var log = try directory.open(name("t"), configuration: LogConfiguration())
        for batch in batches[..<10] { try log.append(batch, path) }
        let held = try #require(try log.slice(at: 0, maxBytes: 1))
        log = try directory.reopen(log, configuration: .with { $0.segmentBytes = 500 })
        for batch in batches[10...] { try log.append(batch, path) }
        #expect(log.segments.count > 1)
        #expect(try log.records() == expectedRecords(batches))
        #expect(try held.segment.open().file.size().length > 0)
        try directory.close()
        #expect(try Directory.exists(scratch.path + "/.kafka_cleanshutdown"))
    }

    @Test("removes a partition, what a crash left of one, and nothing else")
    func remove() throws {
        let scratch = try ScratchDirectory()
        let directory = try LogDirectory(scratch.path)
        let log = try directory.open(name("t"), configuration: LogConfiguration())
        let other = try directory.open(name("t", 1), configuration: LogConfiguration())
        for log in [log, other] { try log.append(Batches.make(1), path) }
        try directory.remove(name("t"))
        #expect(try directory.partitions() == [name("t", 1)])
        let again = try directory.open(name("t"), configuration: LogConfiguration())
        #expect(again.logEndOffset == 0)
        for kept in ["mine.delete", "t-1"] { try Directory.create(scratch.path + "/" + kept) }
        try Directory.create(scratch.path + "/.removed=1/below")
        try directory.removeLeftovers()
        #expect(try Directory.names(in: scratch.path).filter { $0 != ".lock" } == ["mine.delete", "t-0", "t-1"])
        #expect(try other.records().count == 1)
        try directory.close()
    }
}

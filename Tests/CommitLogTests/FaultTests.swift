import LinuxKernel
import Testing

@testable import CommitLog

@Suite("When the kernel refuses")
struct FaultTests {
    static let batches = try! Batches.varied(20, seed: 5, largestValue: 300)
    static let noSpace: Int32 = 28
    static let inputOutput: Int32 = 5

    private func arm(_ kind: CallKind, _ path: String, code: Int32, afterCalls: Int = 0) {
        InjectedFaults.arm(.init(kind: kind, pathPrefix: path, code: code, afterCalls: afterCalls))
    }

    private func systemCode(_ error: LogError?) -> Int32? {
        switch error {
        case .system(let error): error.code
        case .offline(_, let cause): cause.code
        default: nil
        }
    }

    @Test(
        "a full disk refuses the write, loses nothing before it, and the log goes on when there is space again",
        arguments: RunnablePaths.onDisk)
    func noSpaceOnWrite(_ path: String) throws {
        for placement in PlacementCatalog.all where path != "mmap" || !placement.isDense {
            let fixture = try LogFixture(
                .with {
                    $0.placement = placement.name
                    $0.maxMessageBytes = 4096
                    // The mapped path writes with stores, and asks for space a segment's length at a time.
                    $0.segmentBytes = path == "mmap" ? 4096 : 1 << 20
                }, appendPath: path)
            let log = try fixture.open()
            for batch in Self.batches[..<5] { try log.append(batch, fixture.path) }
            let carrier = try #require(AppendPathCatalog.entry(named: path)?.traits.carriers.first)
            arm(carrier == .mappedStore ? .fallocate : carrier, fixture.directory, code: Self.noSpace)
            var batch = 5
            if path == "mmap" {
                // What was allocated is filled up first; the next segment then finds no space.
                for _ in 0..<4 where (try? log.append(Self.batches[batch], fixture.path)) != nil { batch += 1 }
            }
            let end = log.logEndOffset
            let error = #expect(throws: LogError.self) { try log.append(Self.batches[batch], fixture.path) }
            #expect(systemCode(error) == Self.noSpace)
            #expect(log.logEndOffset == end)
            #expect(try log.records() == expectedRecords(Array(Self.batches[..<batch])))
            InjectedFaults.disarm(pathPrefix: fixture.directory)
            for batch in Self.batches[batch...] { try log.append(batch, fixture.path) }
            #expect(try log.records() == expectedRecords(Self.batches))
            #expect(try fixture.open(after: .crash).records() == expectedRecords(Self.batches))
        }
    }

    @Test("what a failed write left behind never comes back beside the batches that got its offsets")
    func spoiledBatches() throws {
        for placement in PlacementCatalog.all {
            let fixture = try LogFixture(
                .with {
                    $0.placement = placement.name
                    $0.maxMessageBytes = 4096
                    $0.segmentBytes = 1 << 20
                })
            let log = try fixture.open()
            try log.append(Self.batches[0], fixture.path)
            // Three batches reach the file, but a write after them fails: none of them counts.
            let path = TwoFacedPath(fixture.path)
            for batch in Self.batches[1...3] {
                try log.commit(batch, path)
                try fixture.path.settle()
            }
            path.failsToSettle = true
            #expect(throws: LogError.self) { try log.settle(using: path) }
            #expect(log.logEndOffset == Int64(try expectedRecords([Self.batches[0]]).count))

            // The next batch takes the first one's offsets, and the others are still in the file.
            let other = try Batches.make(77, records: 5, valueByteCount: 3)
            try log.append(other, fixture.path)
            let expected = try expectedRecords([Self.batches[0], other])
            #expect(try log.records() == expected)
            let recovered = try fixture.open(after: .crash)
            #expect(try recovered.records() == expected, "\(placement.name)")
            #expect(recovered.damages.isEmpty)
        }
    }

    @Test("a clean stop after a failed write leaves nothing of it")
    func closeAfterFailedWrite() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        try log.append(Self.batches[0], fixture.path)
        let path = TwoFacedPath(fixture.path)
        try log.commit(Self.batches[1], path)
        try fixture.path.settle()
        path.failsToSettle = true
        #expect(throws: LogError.self) { try log.settle(using: path) }
        try log.close()
        #expect(try fixture.read(firstSegment + ".log").count == Self.batches[0].count)
        #expect(try fixture.open(after: .clean).records() == expectedRecords([Self.batches[0]]))
    }

    @Test(
        "a failed flush takes the log offline for good: the batch does not count and no later flush pretends",
        arguments: ["fsync", "fdatasync", "messages", "sync-file-range"])
    func failedFlush(_ policy: String) throws {
        let fixture = try LogFixture(
            .with {
                $0.flushPolicy = policy
                $0.flushMessages = 1
            })
        let log = try fixture.open()
        try log.append(Self.batches[0], fixture.path)
        let end = log.logEndOffset
        let kinds: [String: CallKind] = ["fsync": .fsync, "sync-file-range": .syncFileRange]
        arm(kinds[policy] ?? .fdatasync, fixture.directory, code: Self.inputOutput)
        let error = #expect(throws: LogError.self) { try log.append(Self.batches[1], fixture.path) }
        #expect(systemCode(error) == Self.inputOutput)
        InjectedFaults.disarm(pathPrefix: fixture.directory)
        #expect(log.logEndOffset == end)
        #expect(try log.records() == expectedRecords([Self.batches[0]]), "an unacknowledged batch can be read")
        for attempt in 0..<3 {
            let error = #expect(throws: LogError.self) {
                switch attempt {
                case 0: try log.append(Self.batches[1], fixture.path)
                case 1: try log.flush()
                default: try log.close()
                }
            }
            if case .offline = error {} else { Issue.record("attempt \(attempt) threw \(String(describing: error))") }
        }
        #expect(try fixture.open(after: .crash).logEndOffset >= end)
    }

    @Test("a failure on the flusher's thread stops the log too")
    func failedBackgroundFlush() throws {
        let fixture = try LogFixture(
            .with {
                $0.flushPolicy = "interval"
                $0.flushMilliseconds = 1
            })
        let log = try fixture.open()
        arm(.fdatasync, fixture.directory, code: Self.inputOutput)
        try log.append(Self.batches[0], fixture.path)
        let deadline = MonotonicClock.now() + 10_000_000_000
        while log.ledger.failure == nil, MonotonicClock.now() < deadline {
            MonotonicClock.sleep(nanoseconds: 1_000_000)
        }
        InjectedFaults.disarm(pathPrefix: fixture.directory)
        #expect(throws: LogError.self) { try log.append(Self.batches[1], fixture.path) }
        #expect(throws: LogError.self) { try log.close() }
    }

    @Test("the flusher makes records durable by itself, within their time")
    func backgroundFlush() throws {
        let fixture = try LogFixture(
            .with {
                $0.flushPolicy = "interval"
                $0.flushMilliseconds = 1
            })
        let log = try fixture.open()
        try log.append(Self.batches[0], fixture.path)
        let deadline = MonotonicClock.now() + 10_000_000_000
        while log.flushedOffset < log.logEndOffset, MonotonicClock.now() < deadline {
            MonotonicClock.sleep(nanoseconds: 1_000_000)
        }
        #expect(log.flushedOffset == log.logEndOffset)
        #expect(!log.takeFlushLatencies().isEmpty)
        try log.close()
    }

    @Test("a segment's blocks are allocated ahead where that was asked for, and given back when it is closed")
    func allocatedAhead() throws {
        let fixture = try LogFixture(
            .with {
                $0.allocateAheadBytes = 1 << 20
                $0.segmentBytes = 3 << 20
                $0.maxMessageBytes = 200_000
            })
        let log = try fixture.open()
        let batch = try Batches.make(1, valueByteCount: 100_000)
        func size() throws -> (length: Int, allocated: Int) { try log.activeSegment.open().file.size() }
        try log.append(batch, fixture.path)
        #expect(try size().allocated < 300_000, "a small segment takes no more than it needs")
        for _ in 0..<10 { try log.append(batch, fixture.path) }
        #expect(try size().length == 11 * batch.count)
        #expect(try size().allocated > 11 * batch.count + 100_000)
        #expect(try size().allocated < 11 * batch.count * 5 / 4 + 100_000, "a quarter more at most")
        #expect(try fixture.open(after: .crash).records().count == 11)
        try log.close()
        #expect(try size().allocated < 11 * batch.count + 100_000)
        #expect(try fixture.open(after: .clean).records().count == 11)
    }

    @Test("blocks that cannot be allocated ahead refuse no batch")
    func refusedAllocationAhead() throws {
        let fixture = try LogFixture(.with { $0.allocateAheadBytes = 4096 })
        let log = try fixture.open()
        arm(.fallocate, fixture.directory, code: Self.noSpace)
        for batch in Self.batches { try log.append(batch, fixture.path) }
        InjectedFaults.disarm(pathPrefix: fixture.directory)
        #expect(try log.records() == expectedRecords(Self.batches))
    }

    @Test("no space to allocate the next segment refuses the batch, and leaves no empty file in the way")
    func noSpaceToAllocate() throws {
        let fixture = try LogFixture(
            .with {
                $0.preallocate = true
                $0.segmentBytes = 2000
            })
        let log = try fixture.open()
        var appended: [[UInt8]] = []
        arm(.fallocate, fixture.directory, code: Self.noSpace)
        var refused = 0
        for batch in Self.batches {
            do {
                try log.append(batch, fixture.path)
                appended.append(batch)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 0)
        #expect(log.segments.count == 1)
        InjectedFaults.disarm(pathPrefix: fixture.directory)
        for batch in Self.batches {
            try log.append(batch, fixture.path)
            appended.append(batch)
        }
        #expect(try log.records() == expectedRecords(appended))
        #expect(try fixture.open(after: .crash).records() == expectedRecords(appended))
    }

    @Test("an index that cannot be written refuses the next batch, never one that is in the log already")
    func failedIndexWrites() throws {
        let fixture = try LogFixture(.with { $0.indexIntervalBytes = 0 })
        let log = try fixture.open()
        let batch = try Batches.make(1, valueByteCount: 1)
        arm(.open, fixture.file(firstSegment + ".index"), code: Self.noSpace)
        var appended = 0
        var refused: LogError?
        while refused == nil, appended < 2000 {
            do throws(any Error) {
                try log.append(batch, fixture.path)
                appended += 1
            } catch {
                refused = error as? LogError
            }
        }
        #expect(systemCode(refused) == Self.noSpace)
        #expect(log.logEndOffset == Int64(appended))
        #expect(try log.records().count == appended)
        InjectedFaults.disarm(pathPrefix: fixture.file(firstSegment + ".index"))
        try log.append(batch, fixture.path)
        try log.close()
        #expect(try fixture.open(after: .clean).records().count == appended + 1)
    }

    @Test("an index that has to be rebuilt but cannot be written does not keep anyone from reading")
    func failedIndexRebuild() throws {
        let fixture = try LogFixture(.with { $0.segmentBytes = 1000 })
        do {
            let log = try fixture.open()
            for batch in Self.batches { try log.append(batch, fixture.path) }
            try log.close()
        }
        try Directory.unlinkFile(fixture.file(firstSegment + ".index"))
        let log = try fixture.open(after: .clean)
        arm(.pwrite, fixture.directory, code: Self.noSpace)
        #expect(try log.records() == expectedRecords(Self.batches))
    }

    @Test("a retention that fails on its way leaves the log as it was", arguments: ["rewrite", "punch-hole"])
    func failedRetention(_ method: String) throws {
        let fixture = try LogFixture(
            .with {
                $0.retentionMethod = method
                $0.retentionBytes = 0
                $0.segmentBytes = 5000
            })
        let log = try fixture.open()
        for batch in Self.batches { try log.append(batch, fixture.path) }
        let kind: CallKind = method == "rewrite" ? .pwrite : .fallocate
        arm(kind, fixture.directory, code: Self.noSpace)
        #expect(throws: LogError.self) { try log.applyRetention(now: 0) }
        InjectedFaults.disarm(pathPrefix: fixture.directory)
        #expect(try !fixture.files().keys.contains { $0.hasSuffix(".rewrite") })
        #expect(try log.records() == expectedRecords(Self.batches))
        try log.append(Self.batches[0], fixture.path)
        #expect(try log.applyRetention(now: 0).droppedBytes > 0)
        let start = log.logStartOffset
        let expected = try expectedRecords(Self.batches + [Self.batches[0]]).filter { $0.offset >= start }
        #expect(try log.records() == expected)
        #expect(try fixture.open(after: .crash).records() == expected)
    }

    @Test("a rewrite whose new file cannot be taken over stops the log, as it cannot know which file has the name")
    func failedTakeOver() throws {
        let fixture = try LogFixture(
            .with {
                $0.retentionMethod = "rewrite"
                $0.retentionBytes = 0
                $0.segmentBytes = 1000
            })
        let log = try fixture.open()
        for batch in Self.batches { try log.append(batch, fixture.path) }
        // The first of these files to be opened is the copy, the second the rewritten log.
        let prefix = fixture.file(firstSegment + ".log")
        arm(.open, prefix, code: 24, afterCalls: 1)
        let error = #expect(throws: LogError.self) { try log.applyRetention(now: 0) }
        if case .offline = error {} else { Issue.record("it threw \(String(describing: error))") }
        InjectedFaults.disarm(pathPrefix: prefix)
        #expect(throws: LogError.self) { try log.append(Self.batches[0], fixture.path) }
        let again = try fixture.open(after: .crash)
        let start = again.logStartOffset
        #expect(start > 0)
        #expect(try again.records() == expectedRecords(Self.batches).filter { $0.offset >= start })
    }
}

/// Writes through another path, and can be told to fail although the bytes are in the file.
private final class TwoFacedPath: AppendPath {
    private let path: AppendPath
    var failsToSettle = false

    init(_ path: AppendPath) {
        self.path = path
        super.init()
    }

    override func reserve(
        _ byteCount: Int, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        try unsafe path.reserve(byteCount, in: segment, at: position)
    }

    override func commit() throws(SystemError) { try path.commit() }

    override func abandon() { path.abandon() }

    override func settle() throws(SystemError) {
        try path.settle()
        if failsToSettle { throw SystemError(call: "pwrite", path: "a test's path", code: 28) }
    }
}

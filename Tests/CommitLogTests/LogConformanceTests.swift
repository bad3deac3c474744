import LinuxKernel
import RecordFormat
import Testing

@testable import CommitLog

/// One combination of strategies.
struct Strategies: Sendable, CustomTestStringConvertible {
    var appendPath: String
    var placement: String
    var flushPolicy: String
    var retentionMethod: String
    var preallocate: Bool

    var testDescription: String {
        "\(appendPath), \(placement), \(flushPolicy), \(retentionMethod)\(preallocate ? ", preallocated" : "")"
    }

    /// Every combination that can be opened and read back. Flush policies and retention know nothing of the path, so
    /// only the plain one goes with all of them.
    static let all: [Strategies] = RunnablePaths.onDisk.flatMap { path in
        PlacementCatalog.all.flatMap { placement in
            FlushPolicyCatalog.all.filter { path == "buffered" || ["none", "fdatasync"].contains($0.name) }.flatMap {
                policy in
                RetentionMethodCatalog.all.filter { !placement.isDense || $0.name == "delete" }.flatMap { method in
                    [false, true].map { preallocate in
                        Strategies(
                            appendPath: path, placement: placement.name, flushPolicy: policy.name,
                            retentionMethod: method.name, preallocate: preallocate)
                    }
                }
            }
        }
    }

    /// Small segments, so that a few batches roll several times.
    var configuration: LogConfiguration {
        .with {
            $0.placement = placement
            $0.flushPolicy = flushPolicy
            $0.retentionMethod = retentionMethod
            $0.preallocate = preallocate
            $0.segmentBytes = 65536
            $0.maxMessageBytes = 8192
            $0.indexIntervalBytes = 2000
            $0.flushMessages = 7
            $0.flushMilliseconds = 2
        }
    }
}

@Suite("Every combination of strategies keeps the same log")
struct LogConformanceTests {
    static let batches = try! Batches.varied(60, largestValue: 1200)

    @Test("what goes in comes out, at every offset, for small and large reads", arguments: Strategies.all)
    func roundTrip(_ strategies: Strategies) throws {
        let fixture = try LogFixture(strategies.configuration, appendPath: strategies.appendPath, inMemory: true)
        let expected = try expectedRecords(Self.batches)
        let log = try fixture.open()
        var next: Int64 = 0
        for batch in Self.batches {
            let appended = try log.append(batch, fixture.path)
            #expect(appended.baseOffset == next)
            next = appended.lastOffset + 1
            #expect(log.logEndOffset == next)
        }
        #expect(try log.records() == expected)
        #expect(try log.records(maxBytes: 1) == expected)
        #expect(try log.records(maxBytes: 3000) == expected)
        for record in expected {
            #expect(try log.records(from: record.offset, maxBytes: 500).first == record)
            let found = try log.firstRecord(notBefore: record.timestamp)
            #expect(found?.offset == record.offset && found?.timestamp == record.timestamp)
        }
        #expect(log.byteCount == Self.batches.reduce(0) { $0 + $1.count })
        #expect(try log.firstRecord(notBefore: Int64.max) == nil)
        #expect(try log.firstRecord(notBefore: Int64.min)?.offset == 0)

        try log.close()
        let reopened = try fixture.open(after: .clean)
        #expect(reopened.damages.isEmpty)
        #expect(try reopened.records() == expected)
        #expect(try reopened.records(maxBytes: 1) == expected)
        #expect(try reopened.firstRecord(notBefore: 30_000)?.timestamp == 30_000)
    }

    @Test("a crash between two writes loses nothing that the kernel has", arguments: Strategies.all)
    func reopenAfterCrash(_ strategies: Strategies) throws {
        let fixture = try LogFixture(strategies.configuration, appendPath: strategies.appendPath, inMemory: true)
        let half = Self.batches.count / 2
        do {
            let log = try fixture.open()
            for batch in Self.batches[..<half] { try log.append(batch, fixture.path) }
        }
        let log = try fixture.open(after: .crash)
        #expect(log.damages.isEmpty)
        #expect(try log.records() == expectedRecords(Array(Self.batches[..<half])))
        for batch in Self.batches[half...] { try log.append(batch, fixture.path) }
        #expect(try log.records() == expectedRecords(Self.batches))
        try log.close()
        #expect(try fixture.open(after: .clean).records() == expectedRecords(Self.batches))
        #expect(try fixture.open(after: .crash).records() == expectedRecords(Self.batches))
    }

    @Test("several batches settle together, and an abandoned one leaves no trace", arguments: Strategies.all)
    func groups(_ strategies: Strategies) throws {
        let fixture = try LogFixture(strategies.configuration, appendPath: strategies.appendPath, inMemory: true)
        let log = try fixture.open()
        for (number, batch) in Self.batches.enumerated() {
            if number % 5 == 2 {
                _ = try unsafe log.reserve(100 + number, using: fixture.path)
                log.abandon(using: fixture.path)
            }
            let before = log.logEndOffset
            try log.commit(batch, fixture.path)
            #expect(log.logEndOffset >= before)
            if number % 4 == 3 { try log.settle(using: fixture.path) }
        }
        try log.settle(using: fixture.path)
        #expect(try log.records() == expectedRecords(Self.batches))
        #expect(try fixture.open(after: .crash).records() == expectedRecords(Self.batches))
    }

    @Test("committed batches are invisible until they are settled", arguments: Strategies.all)
    func invisibleBeforeSettle(_ strategies: Strategies) throws {
        let fixture = try LogFixture(strategies.configuration, appendPath: strategies.appendPath, inMemory: true)
        let log = try fixture.open()
        try log.append(Self.batches[0], fixture.path)
        let end = log.logEndOffset
        try log.commit(Self.batches[1], fixture.path)
        #expect(log.logEndOffset == end)
        #expect(try log.slice(at: end, maxBytes: 1 << 20) == nil)
        #expect(try log.slice(at: 0, maxBytes: 1 << 20)?.byteCount == Self.batches[0].count)
        try log.settle(using: fixture.path)
        #expect(try log.records() == expectedRecords(Array(Self.batches[..<2])))
    }

    @Test("retention gives up whole batches at the start, and readers keep what they hold", arguments: Strategies.all)
    func retention(_ strategies: Strategies) throws {
        let fixture = try LogFixture(
            .with {
                $0 = strategies.configuration
                $0.segmentBytes = 20_000
                $0.retentionBytes = 30_000
            }, appendPath: strategies.appendPath, inMemory: true)
        let expected = try expectedRecords(Self.batches)
        let log = try fixture.open()
        let held = LogHold()
        var dropped = 0
        for batch in Self.batches {
            try log.append(batch, fixture.path)
            if held.slice == nil { held.slice = try log.slice(at: 0, maxBytes: 1 << 20) }
            if log.retentionIsDue { dropped += try log.applyRetention(now: WallClock.milliseconds()).droppedBytes }
        }
        #expect(dropped > 0)
        #expect(log.byteCount == Self.batches.reduce(0) { $0 + $1.count } - dropped)
        #expect(log.byteCount < 30_000 + 20_000)
        let start = log.logStartOffset
        #expect(start > 0)
        #expect(try log.records() == expected.filter { $0.offset >= start })
        #expect(throws: LogError.self) { try log.slice(at: start - 1, maxBytes: 1) }
        #expect(try log.firstRecord(notBefore: 0)?.offset == start)
        for record in expected where record.offset >= start {
            #expect(try log.firstRecord(notBefore: record.timestamp)?.offset == record.offset)
        }
        #expect(try held.isStill(Self.batches[0]), "the reader's segment is gone from under it")
        held.slice = nil
        if strategies.retentionMethod == "punch-hole" {
            let path = fixture.file(firstSegment + ".log")
            let before = try File(path, .readOnly).size().allocated
            #expect(try log.applyRetention(now: WallClock.milliseconds()).droppedBytes == 0)
            #expect(try File(path, .readOnly).size().allocated < before, "what the reader had is given back now")
        }

        #expect(try fixture.open(after: .crash).records() == expected.filter { $0.offset >= start })
        let again = try fixture.open(after: .crash)
        #expect(again.damages.isEmpty)
        #expect(again.logStartOffset == start)
        try again.close()
        let clean = try fixture.open(after: .clean)
        #expect(clean.logStartOffset == start)
        #expect(try clean.records() == expected.filter { $0.offset >= start })
    }

    @Test("every append path runs on ext4 with Linux 6.14; elsewhere what does not is told")
    func everyPathRuns() throws {
        let scratch = try ScratchDirectory()
        let release = try TextFile.read("/proc/sys/kernel/osrelease").split { !$0.isNumber }.compactMap { Int($0) }
        let isNew = (release[0], release[1]) >= (6, 14)
        let isExt4 = try Directory.fileSystem(at: scratch.path).type == 0xEF53
        for entry in AppendPathCatalog.all {
            guard let reason = entry.objection(scratch.path) else { continue }
            print("append path '\(entry.name)' is not tested: \(reason)")
            #expect(!isNew || !isExt4, "'\(entry.name)': \(reason)")
        }
        #expect(try Directory.names(in: scratch.path).isEmpty, "a probe leaves nothing")
    }

    @Test("the same input gives byte-identical segments on every path", arguments: RunnablePaths.onDisk)
    func identicalSegments(_ path: String) throws {
        func segments(_ path: String, preallocate: Bool) throws -> [String: [UInt8]] {
            let fixture = try LogFixture(
                .with {
                    $0.segmentBytes = 20_000
                    $0.maxMessageBytes = 8192
                    $0.preallocate = preallocate
                }, appendPath: path)
            let log = try fixture.open()
            for (number, batch) in Self.batches.enumerated() {
                // In rooms and lent, alone and in groups.
                if number % 3 == 0 { try log.append(batch, fixture.path) } else { try log.commit(batch, fixture.path) }
                if number % 7 == 5 { try log.settle(using: fixture.path) }
            }
            try log.settle(using: fixture.path)
            try log.close()
            return try fixture.files()
        }
        let plain = try segments("buffered", preallocate: false)
        #expect(try segments(path, preallocate: false) == plain)
        #expect(try segments(path, preallocate: true) == plain)
    }

    @Test(
        "logs that take turns on one path keep apart, more of them than it has places for",
        arguments: RunnablePaths.onDisk)
    func takingTurns(_ path: String) throws {
        let fixture = try LogFixture(.with { $0.segmentBytes = 20_000 }, appendPath: path, inMemory: true)
        let logs = try (0..<70).map {
            try PartitionLog.open(
                TopicPartition(topic: "t", partition: $0), directory: fixture.scratch.path + "/t-\($0)",
                configuration: fixture.configuration, after: .crash, flusher: nil)
        }
        var expected = [[[UInt8]]](repeating: [], count: logs.count)
        for number in 0..<210 {
            let batch = try Batches.make(number, valueByteCount: number * 13 % 900)
            try logs[number % 70].append(batch, fixture.path)
            expected[number % 70].append(batch)
        }
        for (log, batches) in zip(logs, expected) { #expect(try log.records() == expectedRecords(batches)) }
    }

    @Test("segments are written over retired files that nobody reads", arguments: RunnablePaths.onDisk)
    func recycling(_ path: String) throws {
        let fixture = try LogFixture(
            .with {
                $0.segmentBytes = 20_000
                $0.retentionBytes = 20_000
                $0.segmentReuse = .recycle
            }, appendPath: path, inMemory: true)
        let log = try fixture.open()
        let held = LogHold()
        var recycled = 0
        for batch in Self.batches {
            let retired = log.retired.count
            try log.append(batch, fixture.path)
            if log.retired.count < retired { recycled += 1 }
            if log.retentionIsDue {
                // The first segment that goes is being read: it must not be written over.
                if held.slice == nil { held.slice = try log.slice(at: 0, maxBytes: 1 << 20) }
                _ = try log.applyRetention(now: 0)
            }
        }
        #expect(recycled > 0)
        let expected = try expectedRecords(Self.batches).filter { $0.offset >= log.logStartOffset }
        #expect(try log.records() == expected)
        #expect(try held.isStill(Self.batches[0]), "the reader's segment was written over")
        held.slice = nil
        let recovered = try fixture.open(after: .crash)
        #expect(try recovered.records() == expected)
        #expect(recovered.damages.isEmpty)
        try recovered.close()
        #expect(try fixture.open(after: .clean).records() == expected)
        #expect(try Directory.names(in: fixture.directory).allSatisfy { !$0.hasSuffix(".retired") })
    }

    @Test("a path that stores nothing still counts offsets, and says so through its trait")
    func storesNothing() throws {
        for entry in AppendPathCatalog.all where entry.storesNothing {
            let fixture = try LogFixture(appendPath: entry.name)
            let log = try fixture.open()
            for batch in Self.batches { try log.append(batch, fixture.path) }
            #expect(log.logEndOffset == Int64(try expectedRecords(Self.batches).count))
            #expect(try fixture.read(firstSegment + ".log").isEmpty)
            try log.close()
            #expect(try fixture.open(after: .clean).logEndOffset == 0)
        }
    }
}

/// A reader that holds on to a slice.
private final class LogHold {
    var slice: LogSlice?

    /// Whether its file has the batch at the slice's start now, by what the CRC covers; the log assigns
    /// what lies before.
    func isStill(_ batch: [UInt8]) throws -> Bool {
        let slice = try #require(slice)
        var bytes = [UInt8](repeating: 0, count: batch.count)
        _ = try unsafe bytes.withUnsafeMutableBytes {
            try unsafe slice.segment.open().file.readAll(into: $0, at: slice.position)
        }
        let beginOfContent = 21
        return bytes[beginOfContent...] == batch[beginOfContent...]
    }
}

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

    /// Every combination that can be opened and read back.
    static let all: [Strategies] = AppendPathCatalog.all.filter { !$0.traits.contains(.storesNothing) }.flatMap {
        path in
        PlacementCatalog.all.flatMap { placement in
            FlushPolicyCatalog.all.flatMap { policy in
                RetentionMethodCatalog.all.filter { !placement.isDense || $0.name == "delete" }.flatMap { method in
                    [false, true].map { preallocate in
                        Strategies(
                            appendPath: path.name, placement: placement.name, flushPolicy: policy.name,
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
    static let batches = (try? Batches.varied(60, largestValue: 1200)) ?? []

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
        if strategies.retentionMethod != "punch-hole", let slice = held.slice {
            var bytes = [UInt8](repeating: 0, count: Self.batches[0].count)
            _ = try unsafe bytes.withUnsafeMutableBytes {
                try unsafe slice.segment.open().file.readAll(into: $0, at: slice.position)
            }
            #expect(bytes[21...] == Self.batches[0][21...], "the reader's segment is gone from under it")
        }
        held.slice = nil

        #expect(try fixture.open(after: .crash).records() == expected.filter { $0.offset >= start })
        let again = try fixture.open(after: .crash)
        #expect(again.damages.isEmpty)
        #expect(again.logStartOffset == start)
        try again.close()
        let clean = try fixture.open(after: .clean)
        #expect(clean.logStartOffset == start)
        #expect(try clean.records() == expected.filter { $0.offset >= start })
    }

    @Test("a path that stores nothing still counts offsets, and says so through its trait")
    func storesNothing() throws {
        for entry in AppendPathCatalog.all where entry.traits.contains(.storesNothing) {
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
}

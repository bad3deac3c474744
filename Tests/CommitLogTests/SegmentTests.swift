import LinuxKernel
import Testing

@testable import CommitLog

@Suite("Segments and their indexes")
struct SegmentTests {
    @Test("a segment is closed before it would grow beyond segment.bytes")
    func rollBySize() throws {
        let batches = try Batches.varied(50, largestValue: 400)
        let fixture = try LogFixture(.with { $0.segmentBytes = 3000 })
        let log = try fixture.open()
        for batch in batches { try log.append(batch, fixture.path) }
        #expect(log.segments.count > 5)
        #expect(log.segments.allSatisfy { $0.batchBytes <= 3000 })
        for (segment, next) in zip(log.segments, log.segments.dropFirst()) {
            #expect(segment.nextOffset == next.baseOffset)
            // It was full: the next batch did not fit.
            let rejected = try #require(try log.slice(at: next.baseOffset, maxBytes: 1))
            #expect(segment.batchBytes + rejected.byteCount > 3000)
            #expect(try segment.open().file.size().length == segment.batchBytes)
        }
    }

    @Test("a segment is closed when its records span segment.ms, whatever a producer claims the time to be")
    func rollByTime() throws {
        let fixture = try LogFixture(.with { $0.segmentMilliseconds = 1000 })
        let log = try fixture.open()
        for timestamp: Int64 in [5000, 5999, 6000, 6500] {
            try log.append(Batches.make(0, timestamp: timestamp), fixture.path)
        }
        #expect(log.segments.map(\.baseOffset) == [0, 3])
        for timestamp in [Int64.max, Int64.min, -1, 0, Int64.max] {
            try log.append(Batches.make(0, timestamp: timestamp), fixture.path)
        }
        #expect(try log.records().count == 9)
        #expect(try fixture.open(after: .crash).records().count == 9)
        #expect(try fixture.open(after: .crash).firstRecord(notBefore: Int64.max)?.offset == 4)
    }

    @Test("a segment is closed when it was open for segment.ms")
    func rollByAge() throws {
        let fixture = try LogFixture(.with { $0.segmentMilliseconds = 20 })
        let log = try fixture.open()
        try log.append(Batches.make(0, timestamp: 1), fixture.path)
        MonotonicClock.sleep(nanoseconds: 30_000_000)
        try log.append(Batches.make(1, timestamp: 1), fixture.path)
        #expect(log.segments.count == 2)
    }

    @Test(
        "retention.ms gives up segments whose youngest record is too old",
        arguments: RetentionMethodCatalog.all.map(\.name))
    func retentionByTime(_ method: String) throws {
        let fixture = try LogFixture(
            .with {
                $0.segmentBytes = 5000
                $0.indexIntervalBytes = 100
                $0.retentionMilliseconds = 10_000
                $0.retentionMethod = method
            })
        let log = try fixture.open()
        // Record `n` has the timestamp `1000 * n`.
        for number in 0..<60 { try log.append(Batches.make(number, valueByteCount: 400), fixture.path) }
        #expect(try log.applyRetention(now: 9_000).droppedBytes == 0)
        _ = try log.applyRetention(now: 40_000)
        let start = log.logStartOffset
        #expect(start > 10 && start <= 30, "what is younger than 30,000 ms stays, and most of what is older goes")
        #expect(try log.records().map(\.offset) == Array(start..<60))
        #expect(try fixture.open(after: .crash).logStartOffset == start)
        // Timestamps of any size do not trap, and the active segment stays.
        _ = try log.applyRetention(now: Int64.max)
        #expect(log.byteCount > 0)
    }

    @Test("index entries lie index.interval.bytes apart, and hold a batch's last offset and position as Kafka's do")
    func indexInterval() throws {
        let fixture = try LogFixture(.with { $0.indexIntervalBytes = 1000 })
        let log = try fixture.open()
        for number in 0..<30 { try log.append(Batches.make(number, records: 3, valueByteCount: 100), fixture.path) }
        let size = try Batches.make(0, records: 3, valueByteCount: 100).count
        // The first batch of which more than 1,000 bytes came before since the entry before.
        let step = 1000 / size + 1
        let expected = stride(from: step, to: 30, by: step).map {
            OffsetEntry(relativeOffset: UInt32($0 * 3 + 2), position: UInt32($0 * size))
        }
        #expect(log.activeSegment.index.entries == expected)
        #expect(
            log.activeSegment.timeIndex.entries
                == expected.map {
                    TimeEntry(timestamp: Int64($0.relativeOffset / 3) * 1000 + 2, relativeOffset: $0.relativeOffset)
                })
        try log.close()
        #expect(try fixture.read(firstSegment + ".index").count == expected.count * 8)
        // The time index ends with the segment's largest timestamp.
        #expect(
            try fixture.read(firstSegment + ".timeindex").suffix(12) == [0, 0, 0, 0, 0, 0, 0x71, 0x4A, 0, 0, 0, 89])
    }

    @Test("timestamps out of order find the first record that is young enough")
    func timestampsOutOfOrder() throws {
        let fixture = try LogFixture(
            .with {
                $0.indexIntervalBytes = 0
                $0.segmentBytes = 1000
            })
        let log = try fixture.open()
        let timestamps: [Int64] = [50, 10, 70, 20, 70, 5, 90, 60, 1, 91]
        for (number, timestamp) in timestamps.enumerated() {
            try log.append(Batches.make(number, valueByteCount: 100, timestamp: timestamp), fixture.path)
        }
        try log.close()
        for stop in [PartitionLog.LastStop.clean, .crash] {
            let log = try fixture.open(after: stop)
            for wanted in Int64(0)...92 {
                let first = timestamps.firstIndex { $0 >= wanted }
                #expect(try log.firstRecord(notBefore: wanted)?.offset == first.map(Int64.init), "\(wanted)")
            }
        }
    }

    @Test("batches that are too large, too small, torn or sparse are refused, and the next one is taken")
    func refusedBatches() throws {
        let fixture = try LogFixture(
            .with {
                $0.maxMessageBytes = 1000
                $0.placement = "random"
                $0.segmentBytes = 8192
            })
        let log = try fixture.open()
        let good = try Batches.make(1)
        var torn = good
        torn[torn.count - 1] ^= 1
        var sparse = good
        sparse[26] = 7
        let refused: [[UInt8]] = [
            try Batches.make(1, valueByteCount: 2000), [], Array(good[..<40]), Array(good.dropLast()), good + [0], torn,
            sparse,
        ]
        for batch in refused { #expect(throws: LogError.self) { try log.append(batch, fixture.path) } }
        #expect(log.logEndOffset == 0)
        try log.append(good, fixture.path)
        #expect(try log.records() == expectedRecords([good]))
    }

    @Test("settings that make no sense are refused when the log is opened")
    func refusedSettings() throws {
        let wrong: [(inout LogConfiguration) -> Void] = [
            { $0.segmentBytes = 0 }, { $0.segmentBytes = 1 << 31 }, { $0.segmentMilliseconds = 0 },
            { $0.indexIntervalBytes = -1 }, { $0.maxMessageBytes = 0 }, { $0.retentionBytes = -1 },
            { $0.retentionMilliseconds = -1 }, { $0.flushPolicy = "messages" }, { $0.flushPolicy = "interval" },
            {
                $0.flushPolicy = "messages"
                $0.flushMessages = 0
            },
            {
                $0.flushPolicy = "interval"
                $0.flushMilliseconds = Int64.max
            },
            { $0.placement = "elsewhere" }, { $0.flushPolicy = "never" }, { $0.retentionMethod = "forget" },
            {
                $0.placement = "random"
                $0.segmentBytes = 4096
            },
            {
                $0.placement = "random"
                $0.retentionMethod = "rewrite"
            },
        ]
        for (number, change) in wrong.enumerated() {
            let fixture = try LogFixture()
            fixture.configuration = .with(change)
            #expect(throws: LogError.self, "setting \(number)") { try fixture.open() }
            #expect(try !Directory.exists(fixture.directory), "setting \(number)")
        }
    }

    @Test("the indexes of closed segments are not all kept in memory")
    func boundedIndexes() throws {
        let fixture = try LogFixture(
            .with {
                $0.segmentBytes = 1000
                $0.indexIntervalBytes = 0
            })
        let log = try fixture.open()
        for number in 0..<200 { try log.append(Batches.make(number, valueByteCount: 100), fixture.path) }
        #expect(log.segments.count > 20)
        func loaded() -> Int { log.segments.dropLast().count { !$0.index.entries.isEmpty } }
        #expect(loaded() == 0)
        #expect(try log.records(maxBytes: 1).count == 200)
        _ = try log.firstRecord(notBefore: 150_000)
        #expect(loaded() <= 4)
        let clean = try {
            try log.close()
            return try fixture.open(after: .clean)
        }()
        #expect(try clean.records(maxBytes: 1).count == 200)
        #expect(clean.segments.dropLast().count { !$0.index.entries.isEmpty } <= 4)
    }

    @Test("a segment that retention removed is let go of, with its descriptor")
    func removedSegmentsAreFreed() throws {
        let fixture = try LogFixture(
            .with {
                $0.segmentBytes = 1000
                $0.retentionBytes = 0
            })
        let log = try fixture.open()
        for number in 0..<40 { try log.append(Batches.make(number, valueByteCount: 100), fixture.path) }
        weak var first: Segment?
        try {
            first = log.segments[0]
            _ = try log.slice(at: 3, maxBytes: 1)
            #expect(try log.applyRetention(now: 0).runs > 3)
        }()
        #expect(first == nil)
    }
}

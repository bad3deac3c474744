import LinuxKernel
import Testing

@testable import CommitLog

@Suite("A recovery point inside of a segment")
struct DurablePrefixTests {
    /// A log whose first batches are flushed, and what a crash left of it.
    private struct Crashed {
        let fixture: LogFixture
        let batches: [[UInt8]]
        /// The offsets of each batch.
        let offsets: [Range<Int64>]
        /// The last batch that is durable: it is where the recovery point is.
        let last: Int

        /// - Parameters:
        ///   - flushed: How many batches are durable.
        ///   - closes: Whether the log was closed behind the flushed ones, and so has their whole index.
        init(
            _ batches: [[UInt8]], flushed: Int, closes: Bool = false, _ configuration: LogConfiguration
        ) throws {
            fixture = try LogFixture(configuration, inMemory: true)
            self.batches = batches
            offsets = try Batches.offsets(of: batches)
            var log = try fixture.open()
            for batch in batches[..<flushed] { try log.append(batch, fixture.path) }
            if closes {
                try log.close()
                log = try fixture.open(after: .clean)
            } else {
                try log.flush()
            }
            last = flushed - 1
            for batch in batches[flushed...] { try log.append(batch, fixture.path) }
        }

        var point: Int64 { offsets[last].lowerBound }
        var logName: String { firstSegment + ".log" }
        /// Where each batch begins in the log file, and the end of the last.
        var positions: [Int] { batches.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) } }

        func expected(_ count: Int) throws -> [SeenRecord] { try expectedRecords(Array(batches[..<count])) }

        /// Opens with a recovery point.
        ///
        /// - Returns: The log, and how many bytes of its files were read.
        func open(at point: Int64?) throws -> (log: PartitionLog, bytesRead: Int) {
            let before = CallCounters.ofThread()
            let log = try fixture.open(after: .crash, recoveryPoint: point)
            return (log, Int((CallCounters.ofThread() - before).bytes(.pread)))
        }
    }

    private static let small = LogConfiguration.with { $0.indexIntervalBytes = 200 }
    private static let batches = try! Batches.varied(9, seed: 3, largestValue: 60)

    @Test("lets a start read the tail and no more than the headers before it; with an index not even those")
    func readsTailOnly() throws {
        let batches = try (0..<200).map { try Batches.make($0, valueByteCount: 6000 + $0 % 100) }
        for (closes, headers) in [(false, 200), (true, 3)] {
            let crashed = try Crashed(batches, flushed: 181, closes: closes, LogConfiguration())
            let whole = crashed.positions[200]
            let tail = whole - crashed.positions[180]
            let indexBytes = closes ? 200 * 20 : 0
            let (log, bytesRead) = try crashed.open(at: crashed.point)
            #expect(log.recoveryObjection == nil && log.damages.isEmpty)
            #expect(bytesRead >= tail)
            #expect(bytesRead <= tail + indexBytes + headers * 61 + 1000)
            #expect(try log.records() == crashed.expected(200))
            for record in try crashed.expected(200).striding(by: 17) {
                #expect(try log.records(from: record.offset, maxBytes: 1).first == record)
                #expect(try log.firstRecord(notBefore: record.timestamp)?.offset == record.offset)
            }
            #expect(try crashed.open(at: nil).bytesRead >= whole)
        }
    }

    @Test("needs no more headers than what the index files were behind when the process was killed")
    func indexAsKilled() throws {
        let batches = try (0..<600).map { try Batches.make($0, valueByteCount: 4200) }
        let crashed = try Crashed(batches, flushed: 591, LogConfiguration())
        let tail = crashed.positions[600] - crashed.positions[590]
        // Both files are written whenever one has 4 KiB more, which is 342 entries of the time index.
        let (log, bytesRead) = try crashed.open(at: crashed.point)
        #expect(log.recoveryObjection == nil)
        #expect(bytesRead <= tail + 342 * 20 + (600 - 342) * 61 + 1000)
        #expect(try log.records() == crashed.expected(600))
    }

    @Test("moves with flushes and with a clean stop, and not beyond the last durable batch", arguments: [false, true])
    func moves(closes: Bool) throws {
        let crashed = try Crashed(Self.batches, flushed: 6, closes: closes, Self.small)
        let log = try crashed.fixture.open(after: .crash, recoveryPoint: crashed.point)
        #expect(log.recoveryPoint == crashed.point)
        #expect(log.flushedOffset == crashed.point)
        try log.flush()
        #expect(log.flushedOffset == log.logEndOffset)
        #expect(log.recoveryPoint == crashed.offsets[8].lowerBound)
        try log.close()
        let clean = try crashed.fixture.open(after: .clean)
        #expect(clean.recoveryPoint == crashed.offsets[8].lowerBound)
        try clean.append(Self.batches[0], crashed.fixture.path)
        #expect(clean.recoveryPoint == crashed.offsets[8].lowerBound)
    }

    @Test("is not where a closed segment ends before that, too, is durable with its end and its indexes")
    func closedSegment() throws {
        let fixture = try LogFixture(
            .with {
                $0.segmentBytes = Self.batches[..<6].reduce(0) { $0 + $1.count }
                $0.flushPolicy = "fdatasync"
            }, inMemory: true)
        let log = try fixture.open()
        for batch in Self.batches { try log.append(batch, fixture.path) }
        let offsets = try Batches.offsets(of: Self.batches)
        #expect(log.segments.count == 2)
        #expect(log.flushedOffset == log.logEndOffset)
        #expect(log.recoveryPoint == offsets[5].lowerBound)
        // Blocks that were allocated ahead of the first segment's end, which is still to be cut off.
        try File(log.segments[0].path, .readWrite).truncate(to: 100_000)
        let again = try fixture.open(recoveryPoint: log.recoveryPoint)
        #expect(again.recoveryObjection == nil && again.damages.isEmpty)
        #expect(try again.records() == expectedRecords(Self.batches))
        try again.flush()
        try again.settleClosed()
        #expect(again.recoveryPoint == offsets[8].lowerBound)
    }

    @Test("the tail truncated at every byte: what is durable and the whole batches behind it stay, twice the same")
    func truncation() throws {
        let crashed = try Crashed(Self.batches, flushed: 6, Self.small)
        let files = try crashed.fixture.files()
        let bytes = try #require(files[crashed.logName])
        let positions = crashed.positions
        for length in 0..<bytes.count {
            try crashed.fixture.restore(files)
            try crashed.fixture.write(Array(bytes[..<length]), to: crashed.logName)
            let whole = try #require(positions.lastIndex { $0 <= length })
            let (log, _) = try crashed.open(at: crashed.point)
            #expect((log.recoveryObjection == nil) == (whole >= 6), "cut at \(length)")
            #expect(try log.records() == crashed.expected(whole), "cut at \(length)")
            #expect(log.recoveryPoint == (whole >= 6 ? crashed.point : 0), "cut at \(length)")
            let (again, _) = try crashed.open(at: log.recoveryPoint)
            #expect(again.recoveryObjection == nil && again.damages.isEmpty, "cut at \(length)")
            #expect(try again.records() == crashed.expected(whole), "cut at \(length)")
        }
    }

    @Test("one bit flipped at every byte from it on ends the log before that batch, and in a header before it, too")
    func bitFlips() throws {
        // Without a close there is no index yet, and all headers are read.
        let crashed = try Crashed(Self.batches, flushed: 6, Self.small)
        let files = try crashed.fixture.files()
        #expect(files.count == 1)
        let bytes = try #require(files[crashed.logName])
        let positions = crashed.positions
        for position in bytes.indices {
            try crashed.fixture.restore(files)
            var flipped = bytes
            flipped[position] ^= UInt8(1 << (position % 8))
            try crashed.fixture.write(flipped, to: crashed.logName)
            let batch = try #require(positions.lastIndex { $0 <= position })
            let place = position - positions[batch]
            let (log, _) = try crashed.open(at: crashed.point)
            if batch >= 5 {
                // The CRC does not cover the leader epoch, and no offset or length depends on it.
                let count = (12..<16).contains(place) ? 9 : batch
                // Nothing follows the last batch that would tell its higher offset from one behind a hole.
                if batch == 8, place < 8, flipped[position] > bytes[position], place > 0 || position % 8 < 6 {
                    continue
                }
                #expect(try log.records() == crashed.expected(count), "flipped at \(position)")
                #expect((log.recoveryObjection == nil) == (count > 5), "flipped at \(position)")
            } else if log.recoveryObjection != nil {
                #expect(try log.records() == crashed.expected(batch), "flipped at \(position)")
                #expect(log.damages.map(\.position) == [positions[batch]], "flipped at \(position)")
            } else {
                // Offsets, lengths and the version are what the walk from header to header goes by.
                #expect(place >= 12 && place != 16 && !(23..<27).contains(place), "flipped at \(position)")
                #expect(log.logEndOffset == crashed.offsets[8].upperBound, "flipped at \(position)")
            }
        }
    }

    @Test("that lies is found out: inside of a batch, beyond the end, above bytes that are no headers")
    func lies() throws {
        let crashed = try Crashed(Self.batches, flushed: 6, closes: true, Self.small)
        let files = try crashed.fixture.files()
        let beginnings = Set(crashed.offsets.map(\.lowerBound))
        let end = crashed.offsets[8].upperBound
        for point in 0...end + 2 {
            try crashed.fixture.restore(files)
            let (log, _) = try crashed.open(at: point)
            #expect((log.recoveryObjection == nil) == beginnings.contains(point), "point \(point)")
            #expect(try log.records() == crashed.expected(9))
        }
        try crashed.fixture.restore(files)
        #expect(try #require(crashed.open(at: end + 1).log.recoveryObjection).contains("it ends at \(end)"))
        let long = try #require(crashed.offsets.first { $0.count > 1 })
        #expect(
            try #require(crashed.open(at: long.lowerBound + 1).log.recoveryObjection).contains("inside of a batch"))
        // Where the index says that the last durable batch lies.
        var bytes = try #require(files[crashed.logName])
        let damaged = crashed.positions[4]
        bytes.replaceSubrange(damaged..<damaged + 61, with: [UInt8](repeating: 0, count: 61))
        try crashed.fixture.write(bytes, to: crashed.logName)
        let (log, _) = try crashed.open(at: crashed.point)
        #expect(try #require(log.recoveryObjection).contains("at position \(damaged)"))
        #expect(try log.records() == crashed.expected(4))
        #expect(log.recoveryPoint == 0)
    }

    enum Index: String, CaseIterable {
        case missing, empty, oddSize, garbage, sortedButWrong, cutOff, beyondThePoint
    }

    @Test(
        "a wrong index changes nothing that is read",
        arguments: Index.allCases, [[".index"], [".timeindex"], [".index", ".timeindex"]])
    func wrongIndex(_ wrong: Index, _ suffixes: [String]) throws {
        let batches = try Batches.varied(60, seed: 9, largestValue: 60)
        let crashed = try Crashed(batches, flushed: 50, closes: true, Self.small)
        for suffix in suffixes {
            let name = firstSegment + suffix
            let bytes = try crashed.fixture.read(name)
            let entryBytes = suffix == ".index" ? 8 : 12
            switch wrong {
            case .missing: try Directory.unlinkFile(crashed.fixture.file(name))
            case .empty: try crashed.fixture.write([], to: name)
            case .oddSize: try crashed.fixture.write(bytes + [1], to: name)
            case .garbage:
                try crashed.fixture.write((0..<96).map { UInt8(truncatingIfNeeded: $0 &* 151) }, to: name)
            case .sortedButWrong:
                // Each entry a byte too far, or a millisecond.
                var shifted = bytes
                for last in stride(from: 7, to: bytes.count, by: entryBytes) { shifted[last] ^= 1 }
                try crashed.fixture.write(shifted, to: name)
            case .cutOff: try crashed.fixture.write(Array(bytes[..<(10 * entryBytes)]), to: name)
            case .beyondThePoint:
                // As of a log that had more than was flushed, and lost it.
                let beyond: [UInt8] =
                    suffix == ".index" ? [0, 0, 127, 0, 0, 0, 127, 0] : [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 127, 0]
                try crashed.fixture.write(bytes + beyond, to: name)
            }
        }
        let expected = try crashed.expected(60)
        let (log, _) = try crashed.open(at: crashed.point)
        #expect(log.recoveryObjection == nil && log.damages.isEmpty)
        #expect(try log.records() == expected)
        for record in expected {
            #expect(try log.records(from: record.offset, maxBytes: 1).first == record)
            #expect(try log.firstRecord(notBefore: record.timestamp)?.offset == record.offset)
        }
        try log.append(batches[0], crashed.fixture.path)
        try log.close()
        let again = try crashed.fixture.open(after: .clean)
        #expect(try again.records().count == expected.count + crashed.offsets[0].count)
    }

    @Test("in random placement spares what is durable the check, and nothing else")
    func slots() throws {
        let configuration = LogConfiguration.with {
            $0.placement = "random"
            $0.maxMessageBytes = 4096
            $0.segmentBytes = 16 * 4096
        }
        let crashed = try Crashed(Self.batches, flushed: 6, configuration)
        let files = try crashed.fixture.files()
        let slotOf = try crashed.open(at: nil).log.activeSegment.index.entries.map { Int($0.position) }
        for damaged in 0..<9 {
            try crashed.fixture.restore(files)
            var bytes = try #require(files[crashed.logName])
            bytes[slotOf[damaged] + 62] ^= 4
            try crashed.fixture.write(bytes, to: crashed.logName)
            let (log, _) = try crashed.open(at: crashed.point)
            #expect((log.recoveryObjection == nil) == (damaged != 5))
            #expect(log.logEndOffset == crashed.offsets[damaged < 5 ? 8 : damaged - 1].upperBound)
            // A header that is gone.
            bytes[slotOf[damaged] + 3] ^= 1
            try crashed.fixture.restore(files)
            try crashed.fixture.write(bytes, to: crashed.logName)
            let (again, _) = try crashed.open(at: crashed.point)
            #expect((again.recoveryObjection != nil) == (damaged <= 5))
            #expect(try again.records() == crashed.expected(damaged))
        }
    }
}

extension Array {
    /// Every so many elements.
    fileprivate func striding(by step: Int) -> [Element] { stride(from: 0, to: count, by: step).map { self[$0] } }
}

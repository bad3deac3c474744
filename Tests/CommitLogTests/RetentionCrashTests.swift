import LinuxKernel
import Testing

@testable import CommitLog

@Suite("A crash in the middle of retention")
struct RetentionCrashTests {
    static let batches = try! Batches.varied(40, seed: 11, largestValue: 600)

    /// A log whose retention is due, the files before and after it was applied, and the offset it then starts with.
    private func applied(
        _ method: String
    ) throws -> (fixture: LogFixture, before: [String: [UInt8]], after: [String: [UInt8]], start: Int64) {
        let fixture = try LogFixture(
            .with {
                $0.retentionMethod = method
                $0.retentionBytes = 30_000
                $0.segmentBytes = 12_000
                $0.indexIntervalBytes = 500
            })
        let log = try fixture.open()
        for batch in Self.batches { try log.append(batch, fixture.path) }
        try log.flush()
        let before = try fixture.files()
        #expect(try log.applyRetention(now: 0).runs == 1)
        return (fixture, before, try fixture.files(), log.logStartOffset)
    }

    private func expectRecovered(_ fixture: LogFixture, from start: Int64, _ note: Comment) throws {
        let expected = try expectedRecords(Self.batches).filter { $0.offset >= start }
        for _ in 0..<2 {
            let log = try fixture.open(after: .crash)
            #expect(log.damages.isEmpty, note)
            #expect(log.logStartOffset == start, note)
            #expect(try log.records() == expected, note)
        }
        let log = try fixture.open(after: .crash)
        try log.append(Self.batches[0], fixture.path)
        #expect(try log.applyRetention(now: 0).runs >= 0)
        #expect(try log.records().map(\.value).suffix(1) == expectedRecords([Self.batches[0]]).map(\.value).suffix(1))
        try log.close()
        #expect(try fixture.open(after: .clean).records().last?.offset == log.logEndOffset - 1)
    }

    @Test("punch-hole: the start is written down, but the hole is not there yet")
    func noHoleYet() throws {
        let (fixture, before, after, start) = try applied("punch-hole")
        var files = before
        files[firstSegment + ".start"] = after[firstSegment + ".start"]
        try fixture.restore(files)
        try expectRecovered(fixture, from: start, "no hole")
    }

    @Test("punch-hole: the hole that a crash left out is made when the log is opened")
    func holeIsMadeUp() throws {
        let (fixture, before, after, start) = try applied("punch-hole")
        var files = before
        files[firstSegment + ".start"] = after[firstSegment + ".start"]
        try fixture.restore(files)
        let log = try fixture.open(after: .crash)
        #expect(log.activeSegment.start >= 4096)
        #expect(try log.activeSegment.open().file.isZero(from: 0, to: log.activeSegment.start / 4096 * 4096))
        #expect(log.logStartOffset == start)
    }

    @Test("rewrite: the copy is made, but does not have the name yet")
    func notRenamed() throws {
        let (fixture, before, after, start) = try applied("rewrite")
        var files = before
        files[firstSegment + ".log.rewrite"] = after[firstSegment + ".log"]
        try fixture.restore(files)
        try expectRecovered(fixture, from: 0, "start not written")
        files[firstSegment + ".start"] = after[firstSegment + ".start"]
        try fixture.restore(files)
        try expectRecovered(fixture, from: start, "start written")
    }

    @Test("rewrite: the new file has the name, beside the indexes of the old one")
    func renamedWithOldIndexes() throws {
        let (fixture, before, after, start) = try applied("rewrite")
        var files = after
        for suffix in [".index", ".timeindex"] { files[firstSegment + suffix] = before[firstSegment + suffix] }
        try fixture.restore(files)
        try expectRecovered(fixture, from: start, "old indexes")
    }

    @Test("delete: the log file is gone, its indexes are not")
    func halfDeleted() throws {
        let (fixture, before, after, start) = try applied("delete")
        var files = after
        files[firstSegment + ".index"] = before[firstSegment + ".index"]
        files[firstSegment + ".timeindex"] = before[firstSegment + ".timeindex"]
        try fixture.restore(files)
        try expectRecovered(fixture, from: start, "half deleted")
        #expect(try !fixture.files().keys.contains(firstSegment + ".index"))
    }

    @Test(
        "damage to the first kept batch drops the log, but gives no offset a second time",
        arguments: ["punch-hole", "rewrite"])
    func damagedStart(_ method: String) throws {
        let (fixture, _, after, start) = try applied(method)
        var files = after
        let position =
            method == "rewrite"
            ? 0
            : Int(
                String(decoding: after[firstSegment + ".start"] ?? [], as: UTF8.self)
                    .split(whereSeparator: \.isWhitespace)[1]) ?? 0
        files[firstSegment + ".log"]?[position + 3] ^= 1
        try fixture.restore(files)
        let log = try fixture.open(after: .crash)
        #expect(!log.damages.isEmpty)
        #expect(log.logStartOffset == start && log.logEndOffset == start)
        try log.append(Self.batches[0], fixture.path)
        for _ in 0..<2 {
            let log = try fixture.open(after: .crash)
            #expect(log.damages.isEmpty)
            #expect(try log.records() == expectedRecords([Self.batches[0]], from: start))
        }
    }

    @Test("a start file that says nothing is refused, because guessing would drop the log")
    func garbageStart() throws {
        let (fixture, _, _, _) = try applied("punch-hole")
        for text in ["", "x y\n", "5\n", "-1 5\n", "9223372036854775807 1\n", "1 -1\n"] {
            try fixture.write(Array(text.utf8), to: firstSegment + ".start")
            #expect(throws: LogError.self) { try fixture.open(after: .crash) }
        }
    }

    @Test("a log file that ends before its start keeps its offsets going up")
    func truncatedBelowStart() throws {
        for stop in [PartitionLog.LastStop.clean, .crash] {
            let (fixture, _, after, start) = try applied("punch-hole")
            var files = after
            files[firstSegment + ".log"] = Array((after[firstSegment + ".log"] ?? [])[..<100])
            try fixture.restore(files)
            let log = try fixture.open(after: stop)
            #expect(!log.damages.isEmpty)
            #expect(log.logEndOffset == start)
            for batch in Self.batches { try log.append(batch, fixture.path) }
            #expect(try fixture.open(after: .crash).records() == expectedRecords(Self.batches, from: start))
        }
    }
}

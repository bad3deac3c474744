import LinuxKernel
import RecordFormat
import Testing

@testable import CommitLog

@Suite("A damaged log is cut back to the longest valid prefix")
struct DamageTests {
    static let batches = try! Batches.varied(9, seed: 3, largestValue: 60)

    /// Two segments: six batches in the first, three in the second.
    private func twoSegments(preallocate: Bool = false) throws -> LogFixture {
        let fixture = try LogFixture(
            .with {
                $0.segmentBytes = Self.batches[..<6].reduce(0) { $0 + $1.count }
                $0.indexIntervalBytes = 200
                $0.preallocate = preallocate
            })
        let log = try fixture.open()
        for batch in Self.batches { try log.append(batch, fixture.path) }
        #expect(log.segments.count == 2)
        try log.close()
        return fixture
    }

    /// Opens as after a crash, twice, and checks that the second time changes nothing.
    private func recoverTwice(_ fixture: LogFixture, expecting count: Int, _ note: Comment) throws {
        let expected = try expectedRecords(Array(Self.batches[..<count]))
        let first = try fixture.open(after: .crash)
        #expect(try first.records() == expected, note)
        #expect(first.logEndOffset == Int64(expected.count), note)
        let files = try fixture.files()
        let second = try fixture.open(after: .crash)
        #expect(second.damages.isEmpty, note)
        #expect(try second.records() == expected, note)
        #expect(try fixture.files() == files, note)
    }

    /// How many batches end within the first `byteCount` bytes of those from `first` on.
    private func wholeBatches(in byteCount: Int, from first: Int) -> Int {
        var end = 0
        return Self.batches[first...].prefix { batch in
            end += batch.count
            return end <= byteCount
        }.count
    }

    @Test("the last segment truncated at every byte: the whole batches before stay, twice the same")
    func truncation() throws {
        let fixture = try twoSegments()
        let files = try fixture.files()
        let last = try #require(files.keys.filter { $0.hasSuffix(".log") }.max())
        let bytes = try #require(files[last])
        for length in 0..<bytes.count {
            try fixture.restore(files)
            try fixture.write(Array(bytes[..<length]), to: last)
            try recoverTwice(fixture, expecting: 6 + wholeBatches(in: length, from: 6), "cut at \(length)")
        }
    }

    @Test("one bit flipped at every byte: the log ends before that batch, or the bit was in the leader epoch")
    func bitFlips() throws {
        let fixture = try twoSegments()
        let files = try fixture.files()
        let last = try #require(files.keys.filter { $0.hasSuffix(".log") }.max())
        let bytes = try #require(files[last])
        var starts = [0]
        for batch in Self.batches[6...] { starts.append((starts.last ?? 0) + batch.count) }
        for position in bytes.indices {
            try fixture.restore(files)
            var flipped = bytes
            flipped[position] ^= UInt8(1 << (position % 8))
            try fixture.write(flipped, to: last)
            let batch = (starts.firstIndex { $0 > position } ?? 0) - 1
            // The CRC does not cover the leader epoch, and no offset or length depends on it.
            let place = position - starts[batch]
            let isLeaderEpoch = (12..<16).contains(place)
            // Nothing follows the last batch that would tell its higher offset from one behind a hole.
            let isHole = batch == 2 && place < 8 && flipped[position] > bytes[position]
            if isHole, place > 0 || position % 8 < 6 {
                let log = try fixture.open(after: .crash)
                #expect(log.damages.allSatisfy { $0.droppedBytes == 0 }, "flipped at \(position)")
                let values = try expectedRecords(Self.batches).map(\.value)
                #expect(try log.records().map(\.value) == values, "flipped at \(position)")
                continue
            }
            try recoverTwice(fixture, expecting: isLeaderEpoch ? 9 : 6 + batch, "flipped at \(position)")
        }
    }

    @Test("damage in an older segment ends the log there, and keeps the rest and the segments behind it beside it")
    func damageInTheMiddle() throws {
        let fixture = try twoSegments()
        var bytes = try fixture.read(firstSegment + ".log")
        bytes[Self.batches[0].count + 30] ^= 1
        let last = try fixture.read(try #require(try logNames(fixture).last))
        try fixture.write(bytes, to: firstSegment + ".log")
        let log = try fixture.open(after: .crash)
        #expect(log.segments.count == 1)
        #expect(log.damages.count == 2)
        #expect(log.damages.first?.position == Self.batches[0].count)
        let kept = try log.damages.map { try TextFile.bytes(try #require($0.keptIn)) }
        #expect(kept == [Array(bytes[Self.batches[0].count...]), last])
        #expect(try log.records() == expectedRecords(Array(Self.batches[..<1])))
        try log.append(Self.batches[1], fixture.path)
        #expect(try fixture.open(after: .crash).records() == expectedRecords(Array(Self.batches[..<2])))
    }

    enum Tail: String, CaseIterable { case zeros, garbage, halfHeader, validButRepeated }

    @Test("what lies behind the last batch is cut off", arguments: Tail.allCases)
    func tails(_ tail: Tail) throws {
        let fixture = try twoSegments()
        let last = try #require(try fixture.files().keys.filter { $0.hasSuffix(".log") }.max())
        let bytes = try fixture.read(last)
        let addition: [UInt8] =
            switch tail {
            case .zeros: [UInt8](repeating: 0, count: 5000)
            case .garbage: (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 197 &+ 3) }
            case .halfHeader: Array(bytes[..<30])
            case .validButRepeated: bytes
            }
        try fixture.write(bytes + addition, to: last)
        let log = try fixture.open(after: .crash)
        // Zeros are what preallocation leaves, so they are nothing to report.
        #expect(log.damages.map(\.droppedBytes) == (tail == .zeros ? [] : [addition.count]))
        #expect(try log.records() == expectedRecords(Self.batches))
        try recoverTwice(fixture, expecting: 9, "\(tail)")
    }

    @Test("a preallocated tail is no damage, and appends go on before it")
    func preallocated() throws {
        let fixture = try LogFixture(
            .with {
                $0.preallocate = true
                $0.segmentBytes = 100_000
            })
        do {
            let log = try fixture.open()
            for batch in Self.batches[..<4] { try log.append(batch, fixture.path) }
            #expect(try log.activeSegment.open().file.size().length == 100_000)
        }
        let log = try fixture.open(after: .crash)
        #expect(log.damages.isEmpty)
        for batch in Self.batches[4...] { try log.append(batch, fixture.path) }
        #expect(try log.records() == expectedRecords(Self.batches))
    }

    enum Index: String, CaseIterable {
        case missing, empty, oddSize, garbage, sortedButWrong, huge, truncated
    }

    @Test(
        "a wrong index changes nothing that is read, after a clean stop or a crash",
        arguments: Index.allCases, [".index", ".timeindex"])
    func wrongIndex(_ wrong: Index, _ suffix: String) throws {
        let expected = try expectedRecords(Self.batches)
        for stop in [PartitionLog.LastStop.clean, .crash] {
            let fixture = try twoSegments()
            for name in try fixture.files().keys where name.hasSuffix(suffix) {
                switch wrong {
                case .missing: try Directory.unlinkFile(fixture.file(name))
                case .empty: try fixture.write([], to: name)
                case .oddSize: try fixture.write([1, 2, 3, 4, 5], to: name)
                case .garbage: try fixture.write((0..<96).map { UInt8(truncatingIfNeeded: $0 &* 151) }, to: name)
                case .sortedButWrong:
                    // Entries that are in order and inside the segment, but point to no batch.
                    try fixture.write(
                        suffix == ".index"
                            ? [0, 0, 0, 1, 0, 0, 0, 77, 0, 0, 0, 2, 0, 0, 0, 78]
                            : [0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 99, 0, 0, 0, 3], to: name)
                case .huge: try File(fixture.file(name), .readWrite).truncate(to: 1 << 40)
                case .truncated:
                    let bytes = try fixture.read(name)
                    try fixture.write(Array(bytes.dropLast(suffix == ".index" ? 8 : 12)), to: name)
                }
            }
            let log = try fixture.open(after: stop)
            #expect(log.damages.isEmpty)
            #expect(try log.records() == expected)
            for record in expected {
                #expect(try log.records(from: record.offset, maxBytes: 1).first == record)
                #expect(try log.firstRecord(notBefore: record.timestamp)?.offset == record.offset)
            }
            try log.append(Self.batches[0], fixture.path)
            try log.close()
            #expect(try fixture.open(after: .clean).records().count == expected.count + 1)
        }
    }

    @Test("without its first segment the log starts later")
    func missingFirst() throws {
        for stop in [PartitionLog.LastStop.clean, .crash] {
            let fixture = try twoSegments()
            try Directory.unlinkFile(fixture.file(firstSegment + ".log"))
            let log = try fixture.open(after: stop)
            let start = Int64(try expectedRecords(Array(Self.batches[..<6])).count)
            #expect(log.logStartOffset == start)
            #expect(try log.records() == expectedRecords(Self.batches).filter { $0.offset >= start })
            #expect(try !fixture.files().keys.contains(firstSegment + ".index"), "an index without a log")
        }
    }

    /// Nine segments of one batch each.
    private func oneBatchSegments() throws -> LogFixture {
        let fixture = try LogFixture(.with { $0.segmentBytes = 1 })
        let log = try fixture.open()
        for batch in Self.batches { try log.append(batch, fixture.path) }
        #expect(log.segments.count == 9)
        try log.close()
        return fixture
    }

    private func logNames(_ fixture: LogFixture) throws -> [String] {
        try fixture.files().keys.filter { $0.hasSuffix(".log") }.sorted()
    }

    @Test("segments of one batch are read like any others")
    func segmentsOfOneBatch() throws {
        let fixture = try oneBatchSegments()
        let expected = try expectedRecords(Self.batches)
        for stop in [PartitionLog.LastStop.clean, .crash] {
            let log = try fixture.open(after: stop)
            #expect(try log.records() == expected)
            for record in expected {
                #expect(try log.firstRecord(notBefore: record.timestamp)?.offset == record.offset)
            }
        }
    }

    @Test("a missing or empty segment in the middle is a hole in the offsets, after a crash as after a clean stop")
    func gapBetweenSegments() throws {
        for isEmpty in [false, true] {
            let fixture = try oneBatchSegments()
            let middle = try logNames(fixture)[4]
            if isEmpty { try fixture.write([], to: middle) } else { try Directory.unlinkFile(fixture.file(middle)) }
            let rest = Self.batches[..<4] + Self.batches[5...]
            for stop in [PartitionLog.LastStop.clean, .crash, .crash] {
                let log = try fixture.open(after: stop)
                #expect(try log.records().map(\.value) == expectedRecords(Array(rest)).map(\.value))
                #expect(log.damages.isEmpty)
            }
        }
    }

    @Test("a batch whose offsets belong to the next segment is cut, and kept beside the log")
    func overlap() throws {
        let fixture = try oneBatchSegments()
        let names = try logNames(fixture)
        // The third segment's file also has the fourth one's batch.
        try fixture.write(try fixture.read(names[2]) + fixture.read(names[3]), to: names[2])
        let fourth = try fixture.read(names[3])
        try recoverTwice(fixture, expecting: 9, "overlap")
        #expect(try logNames(fixture) == names)
        #expect(try fixture.read("\(names[2]).cut-at-\(Self.batches[2].count)") == fourth)
    }

    @Test("files that were half made or half removed are gone after an open")
    func leftovers() throws {
        for stop in [PartitionLog.LastStop.clean, .crash] {
            let fixture = try twoSegments()
            let names = Set(try fixture.files().keys)
            let leftovers = [
                firstSegment + ".log.rewrite", firstSegment + ".start.tmp", "00000000000000000001.index",
                "00000000000000000001.timeindex", "00000000000000000001.start",
            ]
            for name in leftovers { try fixture.write([1, 2, 3], to: name) }
            #expect(try fixture.open(after: stop).records() == expectedRecords(Self.batches))
            #expect(Set(try fixture.files().keys) == names)
        }
    }

    @Test("a segment name that leaves no room for offsets is refused, not trapped on")
    func hostileSegmentName() throws {
        let fixture = try LogFixture()
        try Directory.create(fixture.directory)
        try fixture.write([], to: "0\(Int64.max).log")
        #expect(throws: LogError.self) { try fixture.open() }
    }

    // MARK: Random placement

    private func slots() throws -> (LogFixture, slotOf: [Int]) {
        let fixture = try LogFixture(
            .with {
                $0.placement = "random"
                $0.maxMessageBytes = 4096
                $0.segmentBytes = 16 * 4096
            })
        let log = try fixture.open()
        for batch in Self.batches { try log.append(batch, fixture.path) }
        #expect(log.segments.count == 1)
        return (fixture, log.activeSegment.index.entries.map { Int($0.position) })
    }

    @Test("in random placement a lost batch ends the log, and what lies behind it never comes back")
    func gapInSlots() throws {
        for damaged in 0..<9 {
            let (fixture, slotOf) = try slots()
            #expect(slotOf != slotOf.sorted(), "the placement is not random")
            var bytes = try fixture.read(firstSegment + ".log")
            bytes[slotOf[damaged] + 40] ^= 4
            try fixture.write(bytes, to: firstSegment + ".log")
            try recoverTwice(fixture, expecting: damaged, "slot \(damaged)")
            let kept = try fixture.read("\(firstSegment).log.cut-at-0")
            #expect(kept.count == (9 - damaged) * 4096 && kept.starts(with: [0, 0, 0, 0]))
            let log = try fixture.open(after: .crash)
            let other = try Batches.make(99)
            try log.append(other, fixture.path)
            let expected = try expectedRecords(Array(Self.batches[..<damaged]) + [other])
            #expect(try fixture.open(after: .crash).records() == expected)
        }
    }

    @Test("a segment with slots that a crash left without its blocks is used like any other")
    func unallocatedSlots() throws {
        let (fixture, _) = try slots()
        try fixture.write([], to: firstSegment + ".log")
        do {
            let log = try fixture.open(after: .crash)
            for batch in Self.batches { try log.append(batch, fixture.path) }
            #expect(try !log.activeSegment.open().file.size().length.isMultiple(of: 4096))
        }
        try recoverTwice(fixture, expecting: 9, "the last slot is cut off")
    }

    @Test("a log is not opened with another placement or slot size than it was written with")
    func layoutIsKept() throws {
        let (fixture, _) = try slots()
        fixture.configuration.placement = "sequential"
        #expect(throws: LogError.self) { try fixture.open() }
        fixture.configuration.placement = "random"
        fixture.configuration.maxMessageBytes = 8192
        #expect(throws: LogError.self) { try fixture.open() }
        let sequential = try twoSegments()
        sequential.configuration = fixture.configuration
        #expect(throws: LogError.self) { try sequential.open() }
    }
}

import LinuxKernel
import RecordFormat
import Testing

@testable import CommitLog

@Suite("Looking into a log without touching it")
struct InspectionTests {
    static let batches = try! Batches.varied(12, seed: 21, largestValue: 200)

    private func fixture(_ change: (inout LogConfiguration) -> Void = { _ in }) throws -> LogFixture {
        let fixture = try LogFixture(
            .with {
                $0.segmentBytes = 1500
                $0.maxMessageBytes = 1500
                $0.indexIntervalBytes = 300
                change(&$0)
            })
        let log = try fixture.open()
        for batch in Self.batches { try log.append(batch, fixture.path) }
        try log.close()
        return fixture
    }

    /// The batches of a segment and what the walk found damaged.
    private func walk(_ path: String) throws -> (batches: [InspectedBatch], damage: Segment.Damage?, zeros: Int) {
        var inspector = try SegmentInspector(path: path)
        var batches: [InspectedBatch] = []
        while let batch = try inspector.next() { batches.append(batch) }
        return (batches, inspector.damage, inspector.zeroTailByteCount)
    }

    @Test("shows every batch and record of every segment, and changes no file")
    func everything() throws {
        let fixture = try fixture()
        let files = try fixture.files()
        let expected = try expectedRecords(Self.batches)
        var seen: [SeenRecord] = []
        let paths = try LogInspector.segmentPaths(at: fixture.directory)
        #expect(paths.count > 2)
        for path in paths {
            var inspector = try SegmentInspector(path: path)
            #expect(inspector.baseOffset == Int64(seen.count))
            while let batch = try inspector.next() {
                #expect(batch.crcIsValid && batch.problem == nil)
                for record in try inspector.records(of: batch) {
                    seen.append(
                        SeenRecord(offset: record.offset, timestamp: record.timestamp, value: record.value ?? []))
                }
            }
            #expect(inspector.damage == nil)
            let offsets = try inspector.offsetIndex()
            #expect(offsets.problem == nil && offsets.entries.allSatisfy(\.agreesWithLog))
            let times = try inspector.timeIndex()
            #expect(times.problem == nil && !times.entries.isEmpty)
        }
        #expect(seen == expected)
        #expect(try fixture.files() == files)
    }

    @Test("looks into a log that is in use")
    func inUse() throws {
        let scratch = try ScratchDirectory()
        let directory = try LogDirectory(scratch.path)
        let log = try directory.open(TopicPartition(topic: "t", partition: 0), configuration: LogConfiguration())
        let path = BufferedAppendPath(byteCount: 1 << 20)
        for batch in Self.batches { try log.append(batch, path) }
        let paths = try LogInspector.segmentPaths(at: scratch.path + "/t-0")
        #expect(try walk(paths[0]).batches.count == Self.batches.count)
        try directory.close()
    }

    @Test("shows a batch with a wrong CRC, says where a recovery would cut, and goes on")
    func wrongCRC() throws {
        let fixture = try fixture { $0.segmentBytes = 1 << 20 }
        var bytes = try fixture.read(firstSegment + ".log")
        let second = Self.batches[0].count
        bytes[second + 50] ^= 1
        try fixture.write(bytes, to: firstSegment + ".log")
        let (batches, damage, _) = try walk(fixture.file(firstSegment + ".log"))
        #expect(batches.count == Self.batches.count)
        #expect(batches.filter { !$0.crcIsValid }.map(\.position) == [second])
        #expect(damage?.position == second)
        #expect(damage?.droppedBytes == bytes.count - second)
        #expect(try fixture.open(after: .crash).damages.first?.position == second)
    }

    @Test("stops where no batch is, and tells preallocated zeros from damage")
    func tails() throws {
        let fixture = try fixture { $0.segmentBytes = 1 << 20 }
        let bytes = try fixture.read(firstSegment + ".log")
        try fixture.write(bytes + [UInt8](repeating: 0, count: 700), to: firstSegment + ".log")
        var (batches, damage, zeros) = try walk(fixture.file(firstSegment + ".log"))
        #expect(batches.count == Self.batches.count && damage == nil && zeros == 700)
        for cut in [1, 30, 61, 62] {
            try fixture.write(Array(bytes.dropLast(cut)), to: firstSegment + ".log")
            (batches, damage, zeros) = try walk(fixture.file(firstSegment + ".log"))
            let end = bytes.count - Self.batches[11].count
            #expect(batches.count == Self.batches.count - 1 && zeros == 0)
            #expect(damage?.position == end)
        }
        try fixture.write([], to: firstSegment + ".log")
        #expect(try walk(fixture.file(firstSegment + ".log")).batches.isEmpty)
    }

    @Test("finds the batches of random placement in their slots")
    func slots() throws {
        let fixture = try fixture {
            $0.placement = "random"
            $0.segmentBytes = 1 << 16
        }
        let (batches, damage, _) = try walk(fixture.file(firstSegment + ".log"))
        #expect(damage == nil)
        #expect(
            batches.map(\.position) != batches.sorted { $0.header.baseOffset < $1.header.baseOffset }.map(\.position))
        #expect(batches.reduce(0) { $0 + Int($1.header.recordCount) } == (try expectedRecords(Self.batches).count))
        #expect(batches.allSatisfy { $0.problem == nil && $0.position.isMultiple(of: 4096) })
    }

    @Test("begins behind a hole, or at the front of a rewritten file", arguments: ["punch-hole", "rewrite"])
    func givenUpFront(_ method: String) throws {
        let fixture = try fixture {
            $0.retentionMethod = method
            $0.retentionBytes = 100
        }
        let log = try fixture.open(after: .clean)
        #expect(try log.applyRetention(now: 0).runs > 0)
        let (batches, damage, _) = try walk(fixture.file(firstSegment + ".log"))
        #expect(damage == nil)
        #expect(batches.first?.header.baseOffset == log.logStartOffset)
        #expect((batches.last?.header.nextOffset) == log.logEndOffset)
    }

    @Test("says what is wrong with an index, without believing it")
    func wrongIndexes() throws {
        let fixture = try fixture { $0.segmentBytes = 1 << 20 }
        let name = firstSegment + ".index"
        func index() throws -> InspectedIndex<InspectedOffset> {
            try SegmentInspector(path: fixture.file(firstSegment + ".log")).offsetIndex()
        }
        try fixture.write([0, 0, 0, 1, 0, 0, 0, 9, 7], to: name)
        #expect(try index().problem != nil)
        #expect(try index().entries == [InspectedOffset(offset: 1, position: 9, agreesWithLog: false)])
        try fixture.write([255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 1, 0, 0, 0, 0], to: name)
        #expect(try index().problem != nil)
        try File(fixture.file(name), .readWrite).truncate(to: 1 << 40)
        #expect(try index().problem != nil)
        try Directory.unlinkFile(fixture.file(name))
        #expect(try index().problem != nil)
    }

    @Test("refuses paths that are no log")
    func refused() throws {
        let scratch = try ScratchDirectory()
        #expect(throws: LogError.self) { try LogInspector.segmentPaths(at: scratch.path) }
        #expect(throws: LogError.self) { try LogInspector.segmentPaths(at: scratch.path + "/nothing") }
        try TextFile.replace(scratch.path + "/5.log", with: "")
        #expect(throws: LogError.self) { try walk(scratch.path + "/5.log") }
        #expect(throws: LogError.self) { try walk(scratch.path + "/\(firstSegment).log") }
    }
}

import LinuxKernel
import RecordFormat
import Testing

@testable import CommitLog

@Suite("Logs whose offsets jump, as compaction and foreign programs leave them")
struct OffsetJumpTests {
    /// A log as it lies on disk.
    struct Files: CustomStringConvertible, Sendable {
        var description: String
        /// The files' base offsets and bytes.
        var segments: [(base: Int64, bytes: [UInt8])]
        /// The batches that a reader gets, by their first offsets.
        var batches: [Int64]
        var start: Int64
        var end: Int64
    }

    /// Ten records from that offset on.
    private static func ten(_ base: Int64) -> [UInt8] {
        at(base, try! Batches.make(Int(base % 1000), records: 10))
    }

    private static func at(_ base: Int64, _ batch: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: base.bigEndian) { unsafe Array($0) } + batch[8...]
    }

    /// A batch of ten offsets without a record, as compaction leaves the last one of a producer.
    private static func hollow(_ base: Int64) -> [UInt8] {
        var batch = Array(ten(base)[..<61])
        batch.replaceSubrange(8..<12, with: [0, 0, 0, 49])
        batch.replaceSubrange(57..<61, with: [0, 0, 0, 0])
        let crc = unsafe batch[21...].withUnsafeBytes { unsafe CRC32C.checksum(of: $0) }
        batch.replaceSubrange(17..<21, with: withUnsafeBytes(of: crc.bigEndian) { unsafe Array($0) })
        return batch
    }

    static let far: Int64 = 3_000_000_000

    static let valid: [Files] = [
        Files(
            description: "holes between batches, one without a record",
            segments: [(0, ten(3) + ten(20) + hollow(30) + ten(45)), (60, ten(62) + ten(72))],
            batches: [3, 20, 30, 45, 62, 72], start: 0, end: 82),
        Files(
            description: "a first batch behind the file's name", segments: [(5, ten(10) + ten(20))],
            batches: [10, 20], start: 5, end: 30),
        Files(
            description: "gaps between segments",
            segments: [(0, ten(0) + ten(10)), (50, ten(50) + ten(60)), (80, ten(80))],
            batches: [0, 10, 50, 60, 80], start: 0, end: 90),
        Files(
            description: "an empty first segment", segments: [(0, []), (10, ten(10))], batches: [10], start: 0,
            end: 20),
        Files(
            description: "an empty segment between others", segments: [(0, ten(0)), (30, []), (40, ten(40))],
            batches: [0, 40], start: 0, end: 50),
        Files(
            description: "an empty last segment", segments: [(0, ten(0)), (10, [])], batches: [0], start: 0, end: 10),
        Files(description: "an empty segment alone", segments: [(777, [])], batches: [], start: 777, end: 777),
        Files(
            description: "segments more than 31 bits apart", segments: [(0, ten(0)), (far, ten(far + 5))],
            batches: [0, far + 5], start: 0, end: far + 15),
    ]

    private func fixture(_ log: Files) throws -> LogFixture {
        let fixture = try LogFixture(.with { $0.indexIntervalBytes = 200 }, inMemory: true)
        try Directory.create(fixture.directory)
        for segment in log.segments { try fixture.write(segment.bytes, to: Segment.fileStem(segment.base) + ".log") }
        return fixture
    }

    private func logs(_ fixture: LogFixture) throws -> [String: [UInt8]] {
        try fixture.files().filter { $0.key.hasSuffix(".log") }
    }

    private func batches(_ log: PartitionLog) throws -> [Int64] {
        var found: [Int64] = []
        try log.readHeaders(from: log.logStartOffset) { found.append($0.baseOffset) }
        return found
    }

    @Test(
        "are read whole after a crash, a clean stop, and from a recovery point in a hole, and keep every byte",
        arguments: valid)
    func readWhole(_ log: Files) throws {
        let next = try Batches.make(7)
        for (stop, point) in [(PartitionLog.LastStop.crash, Int64?.none), (.crash, 35), (.crash, 62), (.clean, nil)] {
            let fixture = try fixture(log)
            let before = try logs(fixture)
            do {
                let opened = try fixture.open(after: stop, recoveryPoint: point)
                #expect(opened.damages.isEmpty)
                #expect(try batches(opened) == log.batches)
                #expect(opened.logStartOffset == log.start && opened.logEndOffset == log.end)
                for base in log.batches {
                    // From its hole on, and inside of it.
                    for offset in [base - 1, base, base + 9] where offset >= log.start {
                        let expected = log.batches.first { $0 + 9 >= offset }
                        let slice = try #require(try opened.slice(at: offset, maxBytes: 1))
                        let found = try slice.segment.header(at: slice.position)?.baseOffset
                        #expect(found == expected, "\(offset)")
                    }
                }
                #expect(try logs(fixture) == before)
                #expect(try opened.append(next, fixture.path).baseOffset == log.end)
            }
            let again = try fixture.open(after: .crash)
            #expect(try batches(again) == log.batches + [log.end])
            try again.close()
            #expect(try batches(try fixture.open(after: .clean)) == log.batches + [log.end])
            #expect(try fixture.files().keys.allSatisfy { !$0.contains(Segment.cutMark) })
        }
    }

    @Test(
        "offsets more than 31 bits from the file's name get a segment of their own, with all that follows",
        arguments: [PartitionLog.LastStop.crash, .clean])
    func beyondReach(_ stop: PartitionLog.LastStop) throws {
        let far = Self.far
        let bytes = Self.ten(0) + Self.ten(far) + Self.ten(far + 20) + Self.ten(3 * far)
        let fixture = try fixture(
            Files(description: "", segments: [(0, bytes), (4 * far, Self.ten(4 * far))], batches: [], start: 0, end: 0))
        if stop == .clean { try Directory.unlinkFile(fixture.file(Segment.fileStem(4 * far) + ".log")) }
        let expected = [0, far, far + 20, 3 * far] + (stop == .crash ? [4 * far] : [])
        for _ in 0..<2 {
            let log = try fixture.open(after: stop)
            #expect(try batches(log) == expected)
            #expect(log.damages.allSatisfy { $0.droppedBytes == 0 })
        }
        let files = try logs(fixture).sorted { $0.key < $1.key }.prefix(3)
        #expect(files.map(\.key) == [0, far, 3 * far].map { Segment.fileStem($0) + ".log" })
        #expect(files.flatMap(\.value) == bytes)
        #expect(try fixture.files().keys.allSatisfy { !$0.contains(Segment.cutMark) })
    }

    @Test("a compacted segment that Kafka was about to put in the place of others is found, and old ones stay")
    func swap() throws {
        let (first, second, third) = (Segment.fileStem(0), Segment.fileStem(20), Segment.fileStem(40))
        for isCleaning in [false, true] {
            let fixture = try LogFixture(inMemory: true)
            try Directory.create(fixture.directory)
            try fixture.write(Self.ten(0), to: first + ".log")
            try fixture.write(Self.ten(3), to: first + ".log.swap")
            // The segment at 30 was compacted, too, and is not taken away yet.
            try fixture.write(Self.ten(20) + Self.ten(30), to: second + ".log.swap")
            try fixture.write(Self.ten(30), to: Segment.fileStem(30) + ".log")
            try fixture.write(Self.ten(40), to: third + ".log")
            if isCleaning { try fixture.write([1], to: second + ".log.cleaned") }
            for _ in 0..<2 {
                let log = try fixture.open(after: .crash)
                #expect(try batches(log) == (isCleaning ? [0, 30, 40] : [0, 20, 30, 40]))
            }
            #expect(try fixture.read(first + ".log.swap") == Self.ten(3))
            #expect(try fixture.files().keys.contains(second + ".log.swap") == isCleaning)
        }
    }

    // MARK: What has to be cut

    static let cut: [(log: Files, kept: [String: [UInt8]])] = {
        let (zero, second, twenty, thirty) = (ten(0), ten(10), ten(20), ten(30))
        var wrong = twenty
        wrong[70] ^= 1
        let name = firstSegment + ".log.cut-at-"
        return [
            (
                Files(
                    description: "a torn tail", segments: [(0, zero + second.dropLast(7))], batches: [0], start: 0,
                    end: 10
                ),
                [name + "\(zero.count)": second.dropLast(7)]
            ),
            (
                Files(
                    description: "a header that the device has half of",
                    segments: [(0, zero + second[..<12] + [UInt8](repeating: 0, count: 4000))], batches: [0], start: 0,
                    end: 10
                ),
                [name + "\(zero.count)": second[..<12] + [UInt8](repeating: 0, count: 4000)]
            ),
            (
                Files(
                    description: "batches that the next segment has too",
                    segments: [(0, zero + second + twenty), (20, twenty + thirty)], batches: [0, 10, 20, 30], start: 0,
                    end: 40),
                [name + "\(zero.count + second.count)": twenty]
            ),
            (
                Files(
                    description: "a batch whose offset is too low", segments: [(0, zero + second + zero + twenty)],
                    batches: [0, 10], start: 0, end: 20),
                [name + "\(zero.count + second.count)": zero + twenty]
            ),
            (
                Files(
                    description: "a batch whose offset was raised, before one that tells",
                    segments: [(0, zero + at(1010, second) + twenty)], batches: [0], start: 0, end: 10),
                [name + "\(zero.count)": at(1010, second) + twenty]
            ),
            (
                Files(
                    description: "a changed batch before a valid one and a valid segment",
                    segments: [(0, zero + wrong + thirty), (40, ten(40))], batches: [0], start: 0, end: 10),
                [
                    name + "\(zero.count)": wrong + thirty,
                    Segment.fileStem(40) + ".log.cut-at-0": ten(40),
                ]
            ),
        ]
    }()

    @Test("what has to be cut is kept beside the log, and a rehearsal says so before", arguments: cut.indices)
    func keptBeside(_ index: Int) throws {
        let (log, kept) = Self.cut[index]
        let fixture = try fixture(log)
        let files = try fixture.files()
        let said = try LogInspector.rehearseRecovery(at: fixture.directory)
        #expect(try fixture.files() == files)
        for _ in 0..<2 {
            let opened = try fixture.open(after: .crash)
            #expect(try batches(opened) == log.batches, "\(log)")
            #expect(opened.logStartOffset == log.start && opened.logEndOffset == log.end, "\(log)")
            let found = try fixture.files().filter { $0.key.contains(Segment.cutMark) }
            #expect(found == kept, "\(log)")
            if !opened.damages.isEmpty {
                #expect(Set(opened.damages.compactMap(\.keptIn)) == Set(kept.keys.map(fixture.file)), "\(log)")
                let unsaid = opened.damages.map { damage in
                    var damage = damage
                    damage.keptIn = nil
                    return damage
                }
                #expect(unsaid == said, "\(log)")
            }
        }
        #expect(try LogInspector.rehearseRecovery(at: fixture.directory).isEmpty)
    }

    @Test("what is kept never takes the place of what was kept before")
    func keptTwice() throws {
        let fixture = try fixture(Files(description: "", segments: [(0, Self.ten(0))], batches: [], start: 0, end: 10))
        let name = firstSegment + ".log"
        let bytes = try fixture.read(name)
        for tail: [UInt8] in [[1, 2], [3], [4]] {
            try fixture.write(bytes + tail, to: name)
            _ = try fixture.open(after: .crash)
        }
        let kept = "\(name).cut-at-\(bytes.count)"
        #expect(try [kept, kept + ".2", kept + ".3"].map(fixture.read) == [[1, 2], [3], [4]])
    }

    @Test("a full disk keeps no log from being opened, and its tail stays in place until there is room for a copy")
    func noRoom() throws {
        let fixture = try fixture(Files(description: "", segments: [(0, Self.ten(0))], batches: [], start: 0, end: 10))
        let name = firstSegment + ".log"
        let whole = try fixture.read(name) + [1, 2, 3]
        try fixture.write(whole, to: name)
        let kept = "\(name).cut-at-\(whole.count - 3)"
        InjectedFaults.arm(.init(kind: .pwrite, pathPrefix: fixture.file(kept), code: 28))
        for _ in 0..<2 {
            let log = try fixture.open(after: .crash)
            #expect(log.damages.map(\.keptIn) == [nil])
            #expect(try batches(log) == [0])
            #expect(throws: LogError.self) { try log.append(Self.ten(0), fixture.path) }
            try log.close()
            #expect(try fixture.files().filter { $0.key.hasPrefix(name) } == [name: whole])
        }
        let log = try fixture.open(after: .clean)
        InjectedFaults.disarm(pathPrefix: fixture.scratch.path)
        try log.append(Self.ten(0), fixture.path)
        #expect(try batches(log) == [0, 10])
        #expect(try fixture.read(kept) == [1, 2, 3])
        #expect(try batches(try fixture.open(after: .crash)) == [0, 10])
    }

    // MARK: Older formats

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xffff_ffff
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 0 ? 0 : 0xedb8_8320) }
        }
        return ~crc
    }

    private static func message(_ offset: Int64, magic: UInt8) -> [UInt8] {
        func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
            withUnsafeBytes(of: number.bigEndian) { unsafe Array($0) }
        }
        let time: [UInt8] = magic == 0 ? [] : big(Int64(1_700_000_000_000))
        let body = [magic, 0] + time + big(Int32(-1)) + big(Int32(5)) + Array("value".utf8)
        return big(offset) + big(Int32(body.count + 4)) + big(crc32(body)) + body
    }

    static let older: [[(base: Int64, bytes: [UInt8])]] = [
        [(0, message(0, magic: 0) + message(1, magic: 0))],
        [(0, message(0, magic: 1) + message(1, magic: 1))],
        [(0, message(0, magic: 1) + ten(10))],
        [(0, ten(0) + message(10, magic: 1) + ten(11))],
        [(0, ten(0) + message(10, magic: 0))],
        [(0, []), (10, message(10, magic: 1)), (20, ten(20))],
    ]

    @Test("messages of an older format are refused before a byte is changed", arguments: older.indices)
    func olderFormat(_ index: Int) throws {
        let fixture = try fixture(
            Files(description: "", segments: Self.older[index], batches: [], start: 0, end: 0))
        try fixture.write([1], to: "00000000000000000099.index")
        let files = try fixture.files()
        for point in [Int64?.none, 10, 1000] {
            let error = #expect(throws: LogError.self) {
                try fixture.open(after: .crash, recoveryPoint: point)
            }
            #expect("\(try #require(error))".contains("messages of format \(index == 0 || index == 4 ? 0 : 1)"))
        }
        #expect(throws: LogError.self) { try fixture.open(after: .clean) }
        #expect(throws: LogError.self) { try LogInspector.rehearseRecovery(at: fixture.directory) }
        let after = try fixture.files()
        #expect(after.filter { $0.key.hasSuffix(".log") } == files.filter { $0.key.hasSuffix(".log") })
        if index < 3 || index == 5 { #expect(after == files) }
    }
}

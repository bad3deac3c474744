import CommitLog
import LinuxKernel
import LoadGenerator
import RecordFormat
import Testing

@Suite("Verification")
struct VerificationTests {
    /// A batch's place in the one segment of a log.
    struct Place {
        var position: Int
        var byteCount: Int
        var baseOffset: Int64
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        var name: String
        /// What the discrepancy must have.
        var says: String
        var apply: @Sendable (borrowing File, [Place]) throws -> Void
        var testDescription: String { name }
    }

    static let damages: [Damage] = [
        Damage(
            name: "a flipped bit under a CRC that was made to fit",
            says: "altered: the record at offset 17 is not the one"
        ) {
            file, places in
            var batch = try read(file, places[5])
            batch[batch.count - 100] ^= 1
            try fixCRC(of: &batch)
            try write(batch, to: file, at: places[5])
        },
        Damage(name: "a flipped bit", says: "altered: cannot be read on from offset 15: record batch: the CRC-32C") {
            file, places in
            var batch = try read(file, places[5])
            batch[batch.count - 1] ^= 1
            try write(batch, to: file, at: places[5])
        },
        Damage(
            name: "a batch twice, under the offsets that follow",
            says: "duplicated: offset 15 holds record 12 of producer 0 instead of 15"
        ) {
            file, places in
            try write(read(file, places[4]), to: file, at: places[5])
        },
        Damage(
            name: "a batch twice, with its own offsets",
            says: "duplicated: offset 12 holds record 12 of producer 0 instead of 15"
        ) { file, places in
            try write(read(file, places[4]), to: file, at: places[5], keepsOffsets: true)
        },
        Damage(
            name: "two batches in each other's place",
            says: "reordered: offset 15 holds record 18 of producer 0 instead of 15, which came at offset 18"
        ) { file, places in
            let (first, second) = (try read(file, places[5]), try read(file, places[6]))
            try write(second, to: file, at: places[5])
            try write(first, to: file, at: places[6])
        },
        Damage(
            name: "two batches in each other's place, with their offsets, of which one is never found",
            says: "lost: offset 18 holds record 18 of producer 0 instead of 15"
        ) { file, places in
            let (first, second) = (try read(file, places[5]), try read(file, places[6]))
            try write(second, to: file, at: places[5], keepsOffsets: true)
            try write(first, to: file, at: places[6], keepsOffsets: true)
        },
        Damage(name: "a batch left out", says: "lost: offset 18 holds record 18 of producer 0 instead of 15") {
            file, places in
            for (to, from) in zip(places[5...], places[6...]) {
                try write(read(file, from), to: file, at: to, keepsOffsets: true)
            }
        },
        Damage(
            name: "zeros in place of a batch", says: "altered: cannot be read on from offset 12: record batch: magic"
        ) {
            file, places in
            try write([UInt8](repeating: 0, count: places[5].byteCount), to: file, at: places[5], keepsOffsets: true)
        },
        Damage(name: "the last batch cut off", says: "cannot be read on from offset 4") { file, places in
            try file.truncate(to: places[15].position)
        },
        Damage(name: "the last batch cut in two", says: "cannot be read on from offset 4") { file, places in
            try file.truncate(to: places[15].position + 100)
        },
    ]

    @Test("finds, and says where and what, that the log is not what was written", arguments: damages)
    func finds(_ damage: Damage) throws {
        let scratch = try Scratch()
        let directory = try LogDirectory(scratch.path + "/log")
        let log = try Self.makeLog(in: directory)
        #expect(try Self.verify(log).discrepancy == nil)
        let file = try File(log.segments[0].path, .readWrite)
        try damage.apply(file, Self.places(file))
        let verifier = try Self.verify(log)
        let discrepancy = try #require(verifier.discrepancy).description
        #expect(discrepancy.contains(damage.says), "\(discrepancy)")
        #expect(discrepancy.hasPrefix("topic-0"))
        #expect(verifier.verified < 48)
    }

    @Test("of a log without damage counts every record")
    func sound() throws {
        let scratch = try Scratch()
        let directory = try LogDirectory(scratch.path + "/log")
        let verifier = try Self.verify(Self.makeLog(in: directory))
        #expect(verifier.discrepancy == nil)
        #expect(verifier.verified == 48)
    }

    @Test("misses records that were acknowledged and are not there")
    func missingEnd() throws {
        let scratch = try Scratch()
        let directory = try LogDirectory(scratch.path + "/log")
        let verifier = try Self.verify(Self.makeLog(in: directory), records: 49)
        #expect(
            verifier.discrepancy?.description.contains("lost: ends after 48 records of producer 0 instead of 49")
                == true)
    }

    // MARK: Logs

    /// 16 batches of three records.
    private static func makeLog(in directory: LogDirectory) throws -> PartitionLog {
        let shape = BatchShape(batchByteCount: 3200, recordByteCount: 1000)
        let source = try BatchSource(shape: shape, prebuilt: false, totalBatches: 16)
        let log = try directory.open(TopicPartition(topic: "topic", partition: 0), configuration: LogConfiguration())
        guard let path = AppendPathCatalog.entry(named: "buffered")?.make(try shape.largestBatchByteCount()) else {
            throw Unexpected("no path 'buffered'")
        }
        for _ in 0..<16 {
            let batch = try unsafe source.next()
            _ = try unsafe log.append(batch.bytes, checking: .header, using: path)
        }
        guard log.logEndOffset == 48 else { throw Unexpected("the log ends at \(log.logEndOffset)") }
        return log
    }

    /// - Parameter records: How many were sent.
    private static func verify(_ log: PartitionLog, records: Int64 = 48) throws -> StreamVerifier {
        var ledger = BatchLedger()
        for _ in 0..<16 { ledger.append(recordCount: 3) }
        var verifier = StreamVerifier(
            name: "topic-0", cycles: [nil], sequences: [PartitionSequence(ledger, partition: 0, of: 1)])
        // Small reads, so that each begins at another batch.
        try verifier.take(log, maxBytes: 8 << 10)
        verifier.finish(expected: [records])
        return verifier
    }

    private static func places(_ file: borrowing File) throws -> [Place] {
        let buffer = AlignedBuffer(byteCount: try file.size().length)
        _ = unsafe try file.readAll(into: buffer.bytes, at: 0)
        var batches = unsafe RecordBatchSequence(UnsafeRawBufferPointer(buffer.bytes))
        var places: [Place] = []
        var position = 0
        while let batch = try batches.next() {
            let byteCount = batch.header.totalByteCount
            places.append(Place(position: position, byteCount: byteCount, baseOffset: batch.header.baseOffset))
            position += byteCount
        }
        // Damages put batches in each other's place, so all must be alike.
        guard places.count == 16, Set(places.map(\.byteCount)).count == 1 else {
            throw Unexpected("the log is not 16 batches of one size: \(places.map(\.byteCount))")
        }
        return places
    }

    private static func read(_ file: borrowing File, _ place: Place) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: place.byteCount)
        let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe file.readAll(into: $0, at: place.position) }
        guard count == place.byteCount else { throw Unexpected("\(count) bytes of \(place.byteCount)") }
        return bytes
    }

    private static func write(
        _ batch: [UInt8], to file: borrowing File, at place: Place, keepsOffsets: Bool = false
    ) throws {
        var batch = batch
        if !keepsOffsets {
            unsafe batch.withUnsafeMutableBytes {
                unsafe RecordBatchPatch.assign(baseOffset: place.baseOffset, partitionLeaderEpoch: 0, in: $0)
            }
        }
        try unsafe file.writeAll(batch.span.bytes, at: place.position)
    }

    private static func fixCRC(of batch: inout [UInt8]) throws {
        try unsafe batch.withUnsafeMutableBytes {
            let header = try unsafe RecordBatchHeader(parsing: UnsafeRawBufferPointer($0))
            try unsafe RecordBatchPatch.setMaxTimestamp(header.maxTimestamp, type: header.timestampType, in: $0)
        }
    }
}

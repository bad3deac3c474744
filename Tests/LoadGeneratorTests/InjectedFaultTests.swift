import CommitLog
import Compression
import LinuxKernel
import LoadGenerator
import RecordFormat
import Testing

/// A stream of records as producers sent it, and what is done to it on the way: each kind of fault, at
/// every kind of place.
@Suite("A fault that is injected into a stream of records")
struct InjectedFaultTests {
    /// A record on its way.
    struct Record: Equatable {
        var producer: UInt32
        var value: [UInt8]
    }

    struct Injection: Sendable, CustomTestStringConvertible {
        var fault: RecordFault
        var name: String
        /// What the discrepancy says after the partition and the fault.
        var says: String
        var apply: @Sendable (inout [Record]) -> Void
        var testDescription: String { "\(fault): \(name)" }
    }

    static let injections: [Injection] = [
        Injection(fault: .lost, name: "one record", says: "offset 10 holds record 11 of producer 0 instead of 10") {
            $0.remove(at: 10)
        },
        Injection(fault: .lost, name: "the first", says: "offset 0 holds record 1 of producer 0 instead of 0") {
            $0.remove(at: 0)
        },
        Injection(fault: .lost, name: "the last", says: "ends after 47 records of producer 0 instead of 48") {
            $0.removeLast()
        },
        Injection(fault: .lost, name: "a whole batch", says: "offset 9 holds record 12 of producer 0 instead of 9") {
            $0.removeSubrange(9..<12)
        },
        Injection(fault: .duplicated, name: "one record", says: "offset 11 holds record 10 of producer 0 instead of 11")
        {
            $0.insert($0[10], at: 11)
        },
        Injection(
            fault: .duplicated, name: "one record, later", says: "offset 30 holds record 10 of producer 0 instead of 30"
        ) { $0.insert($0[10], at: 30) },
        Injection(
            fault: .duplicated, name: "the last record",
            says: "offset 48 holds record 47 of producer 0, which sent no more records here"
        ) { $0.append($0[47]) },
        Injection(
            fault: .reordered, name: "two neighbours",
            says: "offset 10 holds record 11 of producer 0 instead of 10, which came at offset 11"
        ) { $0.swapAt(10, 11) },
        Injection(
            fault: .reordered, name: "one record, far behind",
            says: "offset 10 holds record 11 of producer 0 instead of 10, which came at offset 40"
        ) { $0.insert($0.remove(at: 10), at: 40) },
        Injection(
            fault: .reordered, name: "two batches",
            says: "offset 9 holds record 12 of producer 0 instead of 9, which came at offset 12"
        ) { $0.replaceSubrange(9..<15, with: $0[12..<15] + $0[9..<12]) },
        Injection(fault: .altered, name: "a flipped bit of the payload", says: "the record at offset 10 is not") {
            $0[10].value[99] ^= 4
        },
        Injection(fault: .altered, name: "a flipped bit of the sequence", says: "the record at offset 10 is not") {
            $0[10].value[15] ^= 1
        },
        Injection(fault: .altered, name: "zeros", says: "the record at offset 10 is not") {
            $0[10].value = Array(repeating: 0, count: 100)
        },
        Injection(fault: .truncated, name: "by a byte", says: "the record at offset 10 has 99 of 100 bytes") {
            $0[10].value.removeLast()
        },
        Injection(fault: .truncated, name: "to the stamp", says: "the record at offset 10 has 24 of 100 bytes") {
            $0[10].value.removeLast(76)
        },
        Injection(fault: .foreign, name: "of another partition", says: "offset 10 holds record 900 of producer 0") {
            $0[10] = record(producer: 0, sequence: 900)
        },
        Injection(fault: .foreign, name: "of no producer", says: "offset 10 holds a record of a producer") {
            $0[10] = record(producer: 7, sequence: 10)
        },
    ]

    @Test("is caught and called what it is by the verifier of a stream, as consumers have it", arguments: injections)
    func stream(_ injection: Injection) throws {
        var records = Self.stream()
        #expect(try Self.verified(records, expected: [48]).discrepancy == nil)
        injection.apply(&records)
        let verifier = try Self.verified(records, expected: [48])
        try Self.check(verifier, injection)
    }

    @Test("is caught and called what it is by the verifier of a log, as target log has it", arguments: injections)
    func log(_ injection: Injection) throws {
        let scratch = try Scratch()
        let directory = try LogDirectory(scratch.path + "/log")
        let log = try directory.open(TopicPartition(topic: "topic", partition: 0), configuration: LogConfiguration())
        guard let path = AppendPathCatalog.entry(named: "buffered")?.make(64 << 10) else {
            throw Unexpected("no path 'buffered'")
        }
        var records = Self.stream()
        injection.apply(&records)
        for start in stride(from: 0, to: records.count, by: 3) {
            var batch = try Self.encoded(Array(records[start..<min(records.count, start + 3)]), at: 0)
            _ = try unsafe batch.withUnsafeMutableBytes { try unsafe log.append($0, checking: .header, using: path) }
        }
        var verifier = Self.verifier()
        try verifier.take(log, maxBytes: 4 << 10)
        verifier.finish(expected: [48])
        try Self.check(verifier, injection)
    }

    @Test("of each kind is injected at least once, here or as an offset")
    func kinds() {
        #expect(Set(Self.injections.map(\.fault)).union([.misplaced]) == Set(RecordFault.allCases))
    }

    @Test("where sequence numbers start again and again, too", arguments: injections)
    func cycle(_ injection: Injection) throws {
        // Of 48 records the numbers 0 to 39 and then 0 to 7.
        var records = (0..<48).map { Self.record(producer: 0, sequence: UInt64($0 % 40)) }
        #expect(try Self.verified(records, expected: [48], cycle: 40).discrepancy == nil)
        injection.apply(&records)
        let verifier = try Self.verified(records, expected: [48], cycle: 40)
        #expect(verifier.discrepancy?.fault == injection.fault, "\(verifier.discrepancy?.description ?? "nothing")")
    }

    @Test("of one producer is told from the order in which two take turns")
    func producers() throws {
        var records: [Record] = []
        for number in 0..<24 {
            // The second producer lags behind by a changing distance, which is no fault.
            records.append(Self.record(producer: 0, sequence: UInt64(number)))
            if number % 3 == 2 {
                for back in (0...2).reversed() {
                    records.append(Self.record(producer: 1, sequence: UInt64(number - back)))
                }
            }
        }
        #expect(try Self.verified(records, expected: [24, 24]).discrepancy == nil)
        records.removeAll { $0 == Self.record(producer: 1, sequence: 5) }
        let discrepancy = try #require(try Self.verified(records, expected: [24, 24]).discrepancy)
        #expect(discrepancy.fault == .lost && discrepancy.description.contains("of producer 1 instead of 5"))
    }

    @Test("as an offset that is left out or comes again is misplaced, lost or duplicated, by what it holds")
    func offsets() throws {
        func finding(_ pieces: [(Range<Int>, at: Int64)]) throws -> RecordDiscrepancy? {
            var verifier = Self.verifier()
            for (range, offset) in pieces { try Self.feed(Array(Self.stream()[range]), at: offset, to: &verifier) }
            verifier.finish(expected: [48])
            return verifier.discrepancy
        }
        #expect(try finding([(0..<48, 0)]) == nil)
        #expect(try finding([(0..<10, 0), (10..<48, 11)])?.fault == .misplaced)
        #expect(try finding([(0..<10, 0), (11..<48, 11)])?.fault == .lost)
        #expect(try finding([(0..<10, 0), (9..<48, 9)])?.fault == .duplicated)
    }

    // MARK: Streams

    private static func check(_ verifier: StreamVerifier, _ injection: Injection) throws {
        let discrepancy = try #require(verifier.discrepancy)
        #expect(discrepancy.fault == injection.fault, "\(discrepancy)")
        #expect(discrepancy.description.hasPrefix("topic-0: \(injection.fault): \(injection.says)"), "\(discrepancy)")
        #expect(verifier.verified < 49)
    }

    private static func record(producer: UInt32, sequence: UInt64) -> Record {
        var value = [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: 100)
        unsafe value.withUnsafeMutableBytes {
            unsafe RecordStamp(producer: producer, sequence: sequence).write(to: $0)
        }
        return Record(producer: producer, value: value)
    }

    private static func stream() -> [Record] { (0..<48).map { record(producer: 0, sequence: UInt64($0)) } }

    private static func verifier(expected: [Int64] = [48], cycle: UInt64? = nil) -> StreamVerifier {
        let sequences = expected.map { count in
            var ledger = BatchLedger()
            for _ in 0..<count / 3 { ledger.append(recordCount: 3) }
            return PartitionSequence(ledger, partition: 0, of: 1)
        }
        return StreamVerifier(name: "topic-0", cycles: expected.map { _ in cycle }, sequences: sequences)
    }

    private static func verified(_ records: [Record], expected: [Int64], cycle: UInt64? = nil) throws -> StreamVerifier
    {
        var verifier = verifier(expected: expected, cycle: cycle)
        try feed(records, at: 0, to: &verifier)
        verifier.finish(expected: expected)
        return verifier
    }

    /// Hands records over as they come out of batches.
    private static func feed(_ records: [Record], at offset: Int64, to verifier: inout StreamVerifier) throws {
        let decompressor = Decompressor()
        for start in stride(from: 0, to: records.count, by: 3) {
            let bytes = try encoded(Array(records[start..<min(records.count, start + 3)]), at: offset + Int64(start))
            try unsafe bytes.withUnsafeBytes {
                let batch = try unsafe RecordBatch(parsing: $0)
                try batch.validate()
                var records = try RecordIterator(batch, decompressor: decompressor)
                while let record = try records.next() { verifier.take(record) }
            }
        }
    }

    private static func encoded(_ records: [Record], at offset: Int64) throws -> [UInt8] {
        var encoder = RecordBatchEncoder(capacity: 4 << 10)
        unsafe try encoder.begin(baseTimestamp: 1_700_000_000_000)
        for record in records {
            try unsafe record.value.withUnsafeBytes {
                unsafe try encoder.append(timestamp: 1_700_000_000_000, key: nil, value: $0)
            }
        }
        var bytes = unsafe Array(try encoder.finish())
        unsafe bytes.withUnsafeMutableBytes {
            unsafe RecordBatchPatch.assign(baseOffset: offset, partitionLeaderEpoch: 0, in: $0)
        }
        return bytes
    }
}

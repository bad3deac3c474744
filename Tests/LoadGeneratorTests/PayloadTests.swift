import Compression
import Foundation
import LinuxKernel
import LoadGenerator
import RecordFormat
import Testing

@Suite("Payloads")
struct PayloadTests {
    private struct Found {
        var sizes: [Int] = []
        var keys: [String] = []
        var texts: [String] = []
        var payloadByteCount = 0
    }

    /// Decodes the batches of a source, and checks each record's stamp.
    private static func records(of shape: BatchShape, batches: Int, prebuilt: Bool = false) throws -> Found {
        let source = try BatchSource(shape: shape, prebuilt: prebuilt, totalBatches: batches)
        var found = Found()
        for _ in 0..<batches {
            let ready = try unsafe source.next()
            unsafe found.payloadByteCount += ready.payloadByteCount
            let batch = try unsafe RecordBatch(parsing: UnsafeRawBufferPointer(ready.bytes))
            try batch.validate()
            var records = try RecordIterator(batch, decompressor: Decompressor())
            while let record = try records.next() {
                let value = unsafe try #require(record.value)
                guard case .sound = unsafe RecordStamp.read(value) else { throw Unexpected("an unsound stamp") }
                found.sizes.append(value.count)
                unsafe found.texts.append(String(decoding: value[RecordStamp.byteCount...], as: UTF8.self))
                if let key = unsafe record.key { found.keys.append(unsafe String(decoding: key, as: UTF8.self)) }
            }
        }
        return found
    }

    @Test("of mixed sizes have their distribution's mean, bounds and bytes, and batches their size")
    func sizes() throws {
        let laws: [(RecordSizes, Double, ClosedRange<Int>)] = [
            (.uniform(100...900), 500, 100...900),
            (.lognormal(mean: 500, sigma: 0.8, longest: 32_000), 500, 24...32_000),
            (.sampled([40, 40, 40, 1000]), 280, 40...1000),
        ]
        for (law, mean, bounds) in laws {
            var shape = BatchShape(batchByteCount: 64 << 10, recordByteCount: 500)
            shape.sizes = law
            let found = try Self.records(of: shape, batches: 100)
            #expect(found.sizes.allSatisfy(bounds.contains))
            let average = Double(found.sizes.reduce(0, +)) / Double(found.sizes.count)
            #expect(abs(average / mean - 1) < 0.05, "\(law): \(average)")
            #expect(found.payloadByteCount == found.sizes.reduce(0, +))
            #expect(Set(found.sizes).count > 1)
        }
    }

    @Test("of mixed sizes are as compressible as asked for")
    func compressibility() throws {
        var shape = BatchShape(batchByteCount: 256 << 10, recordByteCount: 4 << 10, compressibility: 0.5, codec: .zstd)
        shape.sizes = .uniform(2000...6000)
        let source = try BatchSource(shape: shape, prebuilt: false, totalBatches: 8)
        var (payload, stored) = (0, 0)
        for _ in 0..<8 {
            let batch = try unsafe source.next()
            unsafe payload += batch.payloadByteCount
            unsafe stored += batch.bytes.count
        }
        #expect(abs(Double(payload) / Double(stored) / 2 - 1) < 0.1)
    }

    @Test("of a corpus are its lines in turn, whatever their sizes")
    func corpus() throws {
        let scratch = try Scratch()
        let lines = ["{\"level\":\"info\"}", "a", "{\"level\":\"warning\",\"message\":\"the disk is full\"}"]
        try Data(("\n" + lines.joined(separator: "\n\n") + "\n").utf8).write(to: URL(filePath: scratch.path + "/c"))
        var shape = BatchShape(batchByteCount: 4 << 10, recordByteCount: 1000, seed: 0)
        shape.corpus = try Corpus(path: scratch.path + "/c")
        let found = try Self.records(of: shape, batches: 3)
        #expect(found.texts.count > 30)
        #expect(found.texts == found.texts.indices.map { lines[$0 % 3] })
    }

    @Test("of a corpus without lines, or of no file, are refused")
    func noCorpus() throws {
        let scratch = try Scratch()
        try Data("\n\n".utf8).write(to: URL(filePath: scratch.path + "/empty"))
        #expect(throws: LoadError.self) { _ = try Corpus(path: scratch.path + "/empty") }
        #expect(throws: SystemError.self) { _ = try Corpus(path: scratch.path + "/missing") }
    }

    @Test("have keys as their distribution says")
    func keys() throws {
        func keys(_ distribution: RecordKeys.Distribution, count: Int) throws -> [Int] {
            var shape = BatchShape(batchByteCount: 64 << 10, recordByteCount: 32)
            shape.keys = RecordKeys(distribution, count: count)
            return try Self.records(of: shape, batches: 40).keys.map { try #require(Int($0.dropFirst(4))) }
        }
        #expect(try keys(.none, count: 10).isEmpty)
        let sequential = try keys(.sequential, count: 10)
        #expect(sequential == sequential.indices.map { $0 % 10 })
        let uniform = try keys(.uniform, count: 10)
        for key in 0..<10 {
            #expect(abs(Double(uniform.count { $0 == key }) / Double(uniform.count) - 0.1) < 0.01)
        }
        let zipfian = try keys(.zipfian, count: 1000)
        // Shares of 1/n over the sum of all, which is 7.485 for a thousand keys.
        for key in [0, 1, 2, 9] {
            let share = Double(zipfian.count { $0 == key }) / Double(zipfian.count)
            #expect(abs(share * Double(key + 1) * 7.485 - 1) < 0.1, "key \(key): \(share)")
        }
        #expect(zipfian.allSatisfy { (0..<1000).contains($0) } && zipfian.contains { $0 > 900 })
    }

    @Test("that are prebuilt are a pool of different batches")
    func pool() throws {
        var shape = BatchShape(batchByteCount: 16 << 10, recordByteCount: 1 << 10)
        shape.sizes = .uniform(100...2000)
        let source = try BatchSource(shape: shape, prebuilt: true, totalBatches: 10_000)
        var seen: Set<[UInt8]> = []
        for _ in 0..<500 {
            let batch = try unsafe source.next()
            unsafe seen.insert(Array(batch.bytes))
        }
        #expect(seen.count == 500)
    }
}

@Suite("What verification expects")
struct BatchLedgerTests {
    @Test(
        "is each batch's records, in the partition whose turn it was", arguments: [[3, 3, 3, 3, 3], [3, 3, 1, 4, 2]])
    func sequences(_ counts: [Int]) {
        var ledger = BatchLedger()
        for count in counts { ledger.append(recordCount: count) }
        #expect(ledger.recordCount == Int64(counts.reduce(0, +)))
        for partitions in 1...3 {
            for partition in 0..<partitions {
                var expected: [UInt64] = []
                for batch in stride(from: partition, to: counts.count, by: partitions) {
                    let first = counts[..<batch].reduce(0, +)
                    expected += (first..<first + counts[batch]).map(UInt64.init)
                }
                #expect(ledger.recordCount(partition: partition, of: partitions) == Int64(expected.count))
                var sequence = PartitionSequence(ledger, partition: partition, of: partitions)
                #expect(expected.indices.map { sequence.sequence(at: Int64($0)) } == expected)
                #expect(sequence.sequence(at: Int64(expected.count)) == nil)
            }
        }
    }
}

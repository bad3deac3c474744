import Compression
import LoadGenerator
import RecordFormat
import Testing

@Suite("Batches to produce")
struct BatchSourceTests {
    @Test("have values as compressible as asked for", arguments: [(0, 1), (0.2, 1.25), (0.5, 2), (0.9, 10)])
    func compressibility(_ share: Double, _ ratio: Double) throws {
        let shape = BatchShape(
            batchByteCount: 256 << 10, recordByteCount: 4 << 10, compressibility: share, codec: .zstd)
        let source = try BatchSource(shape: shape, prebuilt: false, totalBatches: 8)
        var payload = 0
        var stored = 0
        for _ in 0..<8 {
            let batch = try unsafe source.next()
            unsafe payload += batch.payloadByteCount
            unsafe stored += batch.bytes.count
        }
        let found = Double(payload) / Double(stored)
        #expect(abs(found / ratio - 1) < 0.1, "\(found) instead of \(ratio)")
    }

    @Test(
        "fill the size asked for and never exceed it", arguments: [512, 4 << 10, 64 << 10, 1 << 20],
        [24, 100, 1000, 5000])
    func size(_ batchByteCount: Int, _ recordByteCount: Int) throws {
        let shape = BatchShape(batchByteCount: batchByteCount, recordByteCount: recordByteCount)
        let source = try BatchSource(shape: shape, prebuilt: false, totalBatches: 2)
        let batch = try unsafe source.next()
        let (records, byteCount) = unsafe (batch.recordCount, batch.bytes.count)
        #expect(records == shape.recordsPerBatch)
        unsafe #expect(batch.payloadByteCount == records * recordByteCount)
        if records > 1 { #expect(byteCount <= batchByteCount) }
        // No other record fits; one that is larger than a batch goes alone, in a batch that is larger.
        let next = RecordBatchEncoder.recordByteCount(offsetDelta: records, valueByteCount: recordByteCount)
        #expect(byteCount + next > batchByteCount)
    }

    @Test("that are prebuilt come again after their cycle, the same; encoded ones go on", arguments: [false, true])
    func cycle(_ prebuilt: Bool) throws {
        let shape = BatchShape(batchByteCount: 6 << 20, recordByteCount: 1 << 20)
        let source = try BatchSource(shape: shape, prebuilt: prebuilt, totalBatches: 100)
        var sequences: [UInt64] = []
        for _ in 0..<6 { sequences += try Self.sequences(of: source) }
        if prebuilt {
            let cycle = try #require(source.cycle)
            #expect(sequences == (0..<UInt64(sequences.count)).map { $0 % cycle })
            #expect(cycle < UInt64(sequences.count), "nothing came again: nothing was tested")
        } else {
            #expect(source.cycle == nil)
            #expect(sequences == Array(0..<UInt64(sequences.count)))
        }
    }

    @Test("are never more in advance than are needed")
    func boundedByNeed() throws {
        let shape = BatchShape(batchByteCount: 16 << 10, recordByteCount: 1 << 10)
        let source = try BatchSource(shape: shape, prebuilt: true, totalBatches: 3)
        #expect(source.cycle == UInt64(3 * shape.recordsPerBatch))
    }

    @Test("are the same for the same seed, and others for another")
    func seeded() throws {
        func bytes(_ seed: UInt64) throws -> [UInt8] {
            let shape = BatchShape(batchByteCount: 8 << 10, recordByteCount: 1 << 10, seed: seed)
            let source = try BatchSource(shape: shape, prebuilt: false, totalBatches: 1)
            let batch = try unsafe RecordBatch(parsing: UnsafeRawBufferPointer(source.next().bytes))
            return unsafe Array(batch.records)
        }
        #expect(try bytes(7) == bytes(7))
        #expect(try bytes(7) != bytes(8))
    }

    private static func sequences(of source: BatchSource) throws -> [UInt64] {
        let batch = try unsafe RecordBatch(parsing: UnsafeRawBufferPointer(source.next().bytes))
        try batch.validate()
        var records = try RecordIterator(batch, decompressor: Decompressor())
        var found: [UInt64] = []
        while let record = try records.next() {
            let value = unsafe try #require(record.value)
            guard case .sound(let stamp) = unsafe RecordStamp.read(value) else { throw Unexpected("an unsound stamp") }
            found.append(stamp.sequence)
        }
        return found
    }
}

internal import Compression
internal import LinuxKernel
internal import LoadGenerator
internal import RecordFormat
internal import Results

/// What the load process does beside the work that is measured, for each record of 1 KiB, and how far the load's own
/// ceiling lies above the fastest path that moves bytes.
enum LoadLimits {
    static let all = [stamp, timeAndCount, verify, produceCeiling, consumeCeiling]

    private static let recordByteCount = 1 << 10
    private static let batchByteCount = 64 << 10
    private static let timestamp: Int64 = 1_700_000_000_000

    // MARK: For each record

    private static let stamp = LimitComponent(
        "load-stamp-1KiB",
        "encode a record with a stamp, by which it is known again; plain: without", unit: .nanoseconds
    ) { surroundings in
        let loop = try EncodingLoop()
        return try LimitTrial(
            repeating: 1, by: .cpu, scale: surroundings.scale,
            ours: { unsafe try loop.run($0) { unsafe RecordStamp(producer: 0, sequence: $0).write(to: $1) } },
            plain: { unsafe try loop.run($0) { _, _ in } })
    }

    private static let timeAndCount = LimitComponent(
        "load-time-count-1KiB",
        "encode a record, which is a request of its own, timed and counted; plain: neither", unit: .nanoseconds
    ) { surroundings in
        let loop = try EncodingLoop()
        let accounts = Accounts()
        return try LimitTrial(
            repeating: 1, by: .cpu, scale: surroundings.scale,
            ours: { repetitions in
                let before = accounts.tally.records
                unsafe try loop.run(repetitions) { _, value in
                    let sent = MonotonicClock.now()
                    accounts.tally.add(
                        records: 1, payloadBytes: value.count, storedBytes: value.count,
                        nanoseconds: MonotonicClock.now() - sent, uncorrected: nil)
                }
                let counted = accounts.tally.records - before
                guard counted == repetitions else {
                    throw UnlikeWork("load-time-count-1KiB", ours: "\(counted) records", plain: "\(repetitions)")
                }
            },
            plain: { unsafe try loop.run($0) { _, _ in } })
    }

    private static let verify = LimitComponent(
        "load-verify-1KiB",
        "check the CRC of batches of 64 KiB, go through their records and verify each; plain: without verifying",
        unit: .nanoseconds
    ) { surroundings in
        let stream = try RecordStream(seed: surroundings.seed)
        return try LimitTrial(
            repeating: Double(stream.recordCount), by: .cpu, scale: surroundings.scale,
            ours: { for _ in 0..<$0 { try stream.verify() } },
            plain: { for _ in 0..<$0 { try stream.count() } })
    }

    @safe
    private final class EncodingLoop {
        private var encoder = RecordBatchEncoder()
        private let value = TouchedBuffer(byteCount: recordByteCount)
        private let room = TouchedBuffer(byteCount: 4 << 10)
        private var sequence: UInt64 = 0

        init() throws {}

        /// Encodes batches of one record each; the body may do something to the value before.
        @inline(__always)
        func run(
            _ repetitions: Int, _ body: (UInt64, UnsafeMutableRawBufferPointer) throws -> Void
        ) throws {
            for _ in 0..<repetitions {
                unsafe try body(sequence, value.bytes)
                sequence += 1
                unsafe try encoder.begin(baseTimestamp: timestamp, in: room.bytes)
                unsafe try encoder.append(timestamp: timestamp, key: nil, value: UnsafeRawBufferPointer(value.bytes))
                _ = unsafe try encoder.finish()
            }
        }
    }

    private final class Accounts {
        var tally = Tally()
    }

    /// The records of a partition as a consumer gets them: more of them than the CPU's cache holds.
    @safe
    private final class RecordStream {
        private static let batchCount = 256

        private let source: BatchSource
        private let batches: [ReadyBatch]
        private let ledger: BatchLedger
        private let decompressor = Decompressor()
        let recordCount: Int

        init(seed: UInt64) throws {
            let shape = BatchShape(batchByteCount: batchByteCount, recordByteCount: recordByteCount, seed: seed)
            source = try BatchSource(shape: shape, prebuilt: true, totalBatches: Self.batchCount)
            var ledger = BatchLedger()
            var batches: [ReadyBatch] = unsafe []
            for _ in 0..<Self.batchCount {
                let batch = unsafe try source.next()
                unsafe RecordBatchPatch.assign(
                    baseOffset: ledger.recordCount, partitionLeaderEpoch: 0, in: batch.bytes)
                unsafe ledger.append(recordCount: batch.recordCount)
                unsafe batches.append(batch)
            }
            unsafe self.batches = unsafe batches
            self.ledger = ledger
            recordCount = Int(ledger.recordCount)
        }

        func count() throws {
            var found = 0
            try run { _ in found += 1 }
            try check(found)
        }

        func verify() throws {
            var verifier = StreamVerifier(
                name: "limits-0", cycles: [source.cycle], sequences: [PartitionSequence(ledger, partition: 0, of: 1)])
            try run { verifier.take($0) }
            verifier.finish(expected: [ledger.recordCount])
            if let discrepancy = verifier.discrepancy {
                throw UnlikeWork("load-verify-1KiB", ours: "\(discrepancy)", plain: "\(recordCount) records")
            }
            try check(Int(verifier.verified))
        }

        @inline(__always)
        private func run(_ body: (RecordView) -> Void) throws {
            for index in unsafe batches.indices {
                let batch = unsafe try RecordBatch(parsing: UnsafeRawBufferPointer(batches[index].bytes))
                try batch.validate()
                var records = try RecordIterator(batch, decompressor: decompressor)
                while let record = try records.next() { body(record) }
            }
        }

        private func check(_ found: Int) throws {
            guard found == recordCount else {
                throw UnlikeWork("load-verify-1KiB", ours: "\(found) records", plain: "\(recordCount)")
            }
        }
    }

    // MARK: The ceiling

    private static let produceCeiling = LimitComponent(
        "load-produce-ceiling",
        "the load's producer, 256 KiB batches, 5 in flight, to a broker whose append path is null; plain: buffered",
        unit: .bytesPerSecond, target: .ratio(atLeast: 2), usesFiles: true
    ) { surroundings in
        let bench = try LoadBench(surroundings)
        return LimitTrial(
            work: Double(bench.byteCount), ours: { try bench.produce(appendPath: "null") },
            plain: { try bench.produce(appendPath: "buffered") })
    }

    private static let consumeCeiling = LimitComponent(
        "load-consume-ceiling",
        "the load's consumers, two with a fetch of 1 MiB each, from a broker whose fetch path is null; plain: sendfile",
        unit: .bytesPerSecond, target: .ratio(atLeast: 2), usesFiles: true
    ) { surroundings in
        let bench = try LoadBench(surroundings)
        let (null, sendfile) = (try bench.fill(fetchPath: "null"), try bench.fill(fetchPath: "sendfile"))
        return LimitTrial(
            work: Double(bench.byteCount), ours: { try bench.consume(from: null, sendsBatches: false) },
            plain: { try bench.consume(from: sendfile) })
    }
}

internal import CommitLog
internal import Compression
package import KafkaClient
internal import LinuxKernel
internal import Measurement
internal import RecordFormat

/// Counts what went through a window.
package struct Tally {
    /// What looks into the batches that are read; nil where only their headers are.
    private var decompressor: Decompressor?
    package var payloadBytes = 0
    var storedBytes = 0
    package var records = 0
    package var batches = 0
    var latencies = LatencyRecorder()
    /// From when a request was really sent, where that is not when it was intended to be.
    var uncorrected = LatencyRecorder()
    /// The latencies since the last reading of the timeline.
    var recent = RecentLatencies()

    /// - Parameter decodes: Whether batches that are read are checked, decompressed and gone through record by record.
    ///   Payload is then the records' values; otherwise it is the records' bytes as they are stored.
    package init(decodes: Bool = false) {
        decompressor = decodes ? Decompressor() : nil
    }

    /// A batch that was appended.
    ///
    /// - Parameters:
    ///   - nanoseconds: From the moment at which it was to be appended.
    ///   - uncorrected: From the moment at which it was; nil where both are the same.
    mutating func add(_ batch: ReadyBatch, nanoseconds: Int64, uncorrected: Int64?) {
        unsafe add(
            records: batch.recordCount, payloadBytes: batch.payloadByteCount, storedBytes: batch.bytes.count,
            nanoseconds: nanoseconds, uncorrected: uncorrected)
    }

    /// A batch that a broker acknowledged.
    package mutating func add(
        records: Int, payloadBytes: Int, storedBytes: Int, nanoseconds: Int64, uncorrected: Int64?
    ) {
        self.payloadBytes += payloadBytes
        self.storedBytes += storedBytes
        self.records += records
        batches += 1
        latencies.record(nanoseconds: nanoseconds)
        recent.record(nanoseconds: nanoseconds)
        if let uncorrected { self.uncorrected.record(nanoseconds: uncorrected) }
    }

    /// What a fetch brought of a partition.
    package mutating func add(_ fetched: FetchedPartition) throws {
        latencies.record(nanoseconds: fetched.receivedAt - fetched.requestedAt)
        recent.record(nanoseconds: fetched.receivedAt - fetched.requestedAt)
        try add(fetched.batches)
    }

    /// Times one read and counts its batches; false when there was nothing to read.
    @discardableResult
    mutating func read(_ body: () throws -> RecordBatchSequence?) throws -> Bool {
        let started = MonotonicClock.now()
        guard let sequence = try body() else { return false }
        let nanoseconds = MonotonicClock.now() - started
        latencies.record(nanoseconds: nanoseconds)
        recent.record(nanoseconds: nanoseconds)
        try add(sequence)
        return true
    }

    private mutating func add(_ sequence: RecordBatchSequence) throws {
        var sequence = sequence
        while let batch = try sequence.next() {
            payloadBytes += try payload(of: batch)
            unsafe storedBytes += batch.bytes.count
            records += Int(batch.header.recordCount)
            batches += 1
        }
    }

    private func payload(of batch: RecordBatch) throws -> Int {
        guard let decompressor else { return batch.header.recordsByteCount }
        try batch.validate()
        var byteCount = 0
        var records = try RecordIterator(batch, decompressor: decompressor)
        while let record = try records.next() { unsafe byteCount += record.value?.count ?? 0 }
        return byteCount
    }
}

/// A reader that follows a log to its end.
final class Tail {
    private var reader: LogReader

    init(_ log: PartitionLog, maxBytes: Int) {
        reader = LogReader(log, from: log.logStartOffset, maxBytes: maxBytes)
    }

    /// Reads up to the log's end as it is now.
    func drain(into tally: inout Tally, _ tick: (inout Tally) -> Void = { _ in }) throws {
        while try tally.read({ try reader.next() }) { tick(&tally) }
    }

    /// Reads one piece from `offset` on.
    func read(at offset: Int64, into tally: inout Tally) throws {
        reader.offset = offset
        try tally.read { try reader.next() }
    }
}

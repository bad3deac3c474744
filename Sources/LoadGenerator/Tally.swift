internal import CommitLog
internal import LinuxKernel
internal import Measurement
internal import RecordFormat

/// Counts what went through a window.
struct Tally {
    var payloadBytes = 0
    var storedBytes = 0
    var records = 0
    var batches = 0
    var latencies = LatencyRecorder()

    /// A batch that was appended.
    mutating func add(_ batch: ReadyBatch, nanoseconds: Int64) {
        unsafe payloadBytes += batch.payloadByteCount
        unsafe storedBytes += batch.bytes.count
        unsafe records += batch.recordCount
        batches += 1
        latencies.record(nanoseconds: nanoseconds)
    }

    /// Times one read and counts its batches; false when there was nothing to read.
    ///
    /// Payload is the records' bytes as they are stored: the reader does not look into batches.
    @discardableResult
    mutating func read(_ body: () throws -> RecordBatchSequence?) throws -> Bool {
        let started = MonotonicClock.now()
        guard var sequence = try body() else { return false }
        latencies.record(nanoseconds: MonotonicClock.now() - started)
        while let batch = try sequence.next() {
            payloadBytes += batch.header.recordsByteCount
            unsafe storedBytes += batch.bytes.count
            records += Int(batch.header.recordCount)
            batches += 1
        }
        return true
    }
}

/// A reader that follows a log to its end.
final class Tail {
    private var reader: LogReader

    init(_ log: PartitionLog, maxBytes: Int) {
        reader = LogReader(log, from: log.logStartOffset, maxBytes: maxBytes)
    }

    /// Reads up to the log's end as it is now.
    func drain(into tally: inout Tally) throws {
        while try tally.read({ try reader.next() }) {}
    }
}

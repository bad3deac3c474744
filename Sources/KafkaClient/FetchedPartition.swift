package import Compression
package import RecordFormat

/// What an answer brought of one partition. Moments are nanoseconds of `MonotonicClock`.
///
/// The batches lie in the connection's memory: they are good until `Consumer.next` or the loop's `poll`
/// is called again.
@safe
package struct FetchedPartition {
    package let partition: PartitionID
    /// The offset that was asked for. The first batch may begin before it.
    package let fetchOffset: Int64
    /// The offset after the last whole batch: what is asked for next.
    package let nextOffset: Int64
    /// The offset after the last record that can be read; -1 on an error.
    package let highWatermark: Int64
    /// The first offset that there is; -1 where it is not known.
    package let logStartOffset: Int64
    /// Whole batches, one behind the other.
    package let bytes: UnsafeRawBufferPointer
    package let batchCount: Int
    /// As the batches' headers say; with records before `fetchOffset`.
    package let recordCount: Int
    /// Nil if there are batches. The partition is not read any more until `Consumer.seek`.
    package let failure: ClientError?
    package let requestedAt: Int64
    package let receivedAt: Int64

    /// The batches, to be looked at one by one.
    package var batches: RecordBatchSequence { unsafe RecordBatchSequence(bytes) }

    /// Checks every batch's CRC, decompresses it, and hands over every record from `fetchOffset` on.
    package func decode(
        _ decompressor: Decompressor, _ body: (RecordView) throws -> Void
    ) throws {
        var batches = batches
        while let batch = try batches.next() {
            try batch.validate()
            var records = try RecordIterator(batch, decompressor: decompressor)
            while let record = try records.next() {
                if record.offset >= fetchOffset { try body(record) }
            }
        }
    }
}

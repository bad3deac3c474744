internal import Compression
internal import RecordFormat

/// The memory in which one batch is built and then stays until it is answered; used again and again.
final class BatchBuilder {
    private var encoder: RecordBatchEncoder
    /// Which batch of the producer it is building.
    private(set) var number: UInt64 = 0
    /// Of the first record.
    private(set) var intendedAt: Int64 = 0
    private(set) var enqueuedAt: Int64 = 0

    init(capacity: Int) {
        encoder = RecordBatchEncoder(capacity: capacity)
    }

    var recordCount: Int { encoder.recordCount }

    func begin(number: UInt64, intendedAt: Int64, enqueuedAt: Int64) throws(RecordBatchError) {
        unsafe try encoder.begin()
        self.number = number
        self.intendedAt = intendedAt
        self.enqueuedAt = enqueuedAt
    }

    /// Whether a record fits; into an empty batch any does.
    func hasRoom(for recordBound: Int, batchSize: Int) -> Bool {
        encoder.recordCount == 0 || encoder.byteCount + recordBound <= batchSize
    }

    func append(
        timestamp: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(RecordBatchError) {
        unsafe try encoder.append(timestamp: timestamp, key: key, value: value)
    }

    func finish(_ compressor: Compressor) throws(RecordBatchError) -> UnsafeRawBufferPointer {
        unsafe try encoder.finish(compressor)
    }
}

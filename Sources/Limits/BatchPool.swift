internal import Compression
internal import LinuxKernel
internal import LoadGenerator
internal import RecordFormat

/// Batches that were built before the clock starts, used in turn by both sides of a component.
@safe
final class BatchPool {
    /// Enough that batches are not hot in the CPU's cache by accident.
    private static let poolByteCount = 16 << 20

    /// Owns the batches' memory.
    private let source: BatchSource
    private let batches: [ReadyBatch]
    /// No batch is larger.
    let largestByteCount: Int

    /// - Parameters:
    ///   - batchByteCount: What the batches come close to, and do not pass.
    ///   - recordByteCount: The values of the records; nil makes one record that fills the batch, for
    ///     what does not look at records.
    ///   - count: How many are used, at the most.
    init(batchByteCount: Int, recordByteCount: Int? = nil, count: Int, seed: UInt64) throws {
        let overhead =
            RecordBatchHeader.byteCount + RecordBatchEncoder.recordBound(keyByteCount: 0, valueByteCount: 0)
        let shape = BatchShape(
            batchByteCount: batchByteCount, recordByteCount: recordByteCount ?? batchByteCount - overhead, seed: seed)
        let different = min(count, max(1, Self.poolByteCount / batchByteCount))
        source = try BatchSource(shape: shape, prebuilt: true, totalBatches: different)
        largestByteCount = try shape.largestBatchByteCount()
        var batches: [ReadyBatch] = unsafe []
        for _ in 0..<different { unsafe batches.append(try source.next()) }
        unsafe self.batches = unsafe batches
    }

    /// The batch of that number, counted on and on.
    subscript(number: Int) -> UnsafeMutableRawBufferPointer {
        unsafe batches[number % batches.count].bytes
    }

    /// `count` batches, one behind the other from the file's start on.
    func sequentialPieces(_ count: Int) -> Pieces {
        let pieces = Pieces(memoryOf: self)
        for number in 0..<count { unsafe pieces.append(self[number], at: pieces.byteCount) }
        return pieces
    }
}

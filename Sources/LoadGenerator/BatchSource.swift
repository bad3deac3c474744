package import Compression
internal import LinuxKernel
package import RecordFormat

/// What batches look like.
package struct BatchShape: Sendable {
    /// The bytes of a batch that are aimed at, header included; a batch has at least one record.
    package var batchByteCount: Int
    /// The bytes of the records' values; with a corpus, its lines'.
    package var sizes: RecordSizes
    package var keys = RecordKeys()
    /// What values are taken from; nil makes them of random bytes and filler.
    package var corpus: Corpus? {
        didSet { if let corpus { sizes = .sampled(corpus.recordByteCounts) } }
    }
    /// The share of a value that a codec can remove.
    package var compressibility: Double
    package var codec: CodecID
    /// The codec's level; nil is its default.
    package var level: Int?
    package var seed: UInt64

    package init(
        batchByteCount: Int, recordByteCount: Int, compressibility: Double = 0.5, codec: CodecID = .none,
        level: Int? = nil, seed: UInt64 = 1
    ) {
        self.batchByteCount = batchByteCount
        sizes = .fixed(recordByteCount)
        self.compressibility = compressibility
        self.codec = codec
        self.level = level
        self.seed = seed
    }

    /// The bytes of a record's value, on average.
    package var recordByteCount: Int { sizes.mean }

    /// Whether all batches have the same number of records.
    var isUniform: Bool { sizes.isFixed && keys.distribution == .none }

    /// The records of a full batch when all have the mean size and no key: as many as fit before they
    /// are compressed, at least one.
    package var recordsPerBatch: Int {
        var left = batchByteCount - RecordBatchHeader.byteCount
        var count = 0
        // From here on, and from every 128-fold on, a record's number in its batch takes a byte more.
        var step = 64
        while true {
            let fitting = max(0, min(left / byteCountOfRecord(count), step - count))
            count += fitting
            if count < step { return max(1, count) }
            left -= fitting * byteCountOfRecord(count - 1)
            step *= 128
        }
    }

    /// The bytes of the record with this number: no key, no headers, the time of its batch.
    private func byteCountOfRecord(_ number: Int) -> Int {
        RecordBatchEncoder.recordByteCount(offsetDelta: number, valueByteCount: recordByteCount)
    }

    /// The most bytes that a batch can have, compressed or not.
    package func largestBatchByteCount() throws(CompressionError) -> Int {
        let bound = RecordBatchEncoder.recordBound(
            keyByteCount: keys.keyByteCount, valueByteCount: sizes.largest)
        let plain = max(batchByteCount, RecordBatchHeader.byteCount + bound)
        guard codec != .none, let entry = CodecCatalog[codec] else { return plain }
        return RecordBatchHeader.byteCount + (try entry.makeCompressor(level: level)).bound(forByteCount: plain)
    }
}

/// A batch that is ready to be appended.
@unsafe
package struct ReadyBatch {
    /// The batch; the log patches its offsets there.
    package var bytes: UnsafeMutableRawBufferPointer
    package var recordCount: Int
    /// The bytes of its records' values.
    package var payloadByteCount: Int
}

/// Where batches come from: encoded one by one, or built before the clock starts and used in turn.
///
/// Every record is stamped. Those of a prebuilt pool repeat their sequence numbers after `cycle` records, and
/// verification expects just that.
@safe
package final class BatchSource {
    /// How many bytes of batches are built in advance: enough that they are not hot in the cache by accident, as a
    /// network buffer would be on purpose.
    private static let poolByteCount = 16 << 20

    private let shape: BatchShape
    private let recordsPerBatch: Int
    private let producer: UInt32
    private var payloads: PayloadSource
    private var keys: KeySource
    private var encoder: RecordBatchEncoder
    private let compressor: Compressor
    private var sequence: UInt64 = 0

    private struct Slot {
        var range: Range<Int>
        var recordCount: Int
        var payloadByteCount: Int
    }

    /// Prebuilt batches and where in the pool each lies; both empty where batches are encoded one by one.
    private var pool = AlignedBuffer(byteCount: 0)
    private var slots: [Slot] = []
    private var nextSlot = 0

    /// - Parameters:
    ///   - prebuilt: Whether batches are built now and used in turn.
    ///   - totalBatches: How many are needed at the most, which bounds the pool.
    ///   - producer: Whom the records' stamps name.
    package init(shape: BatchShape, prebuilt: Bool, totalBatches: Int, producer: UInt32 = 0) throws {
        self.shape = shape
        recordsPerBatch = shape.recordsPerBatch
        self.producer = producer
        payloads = PayloadSource(
            sizes: shape.sizes, compressibility: shape.compressibility, corpus: shape.corpus, seed: shape.seed)
        keys = KeySource(shape.keys, seed: shape.seed)
        let largest = try shape.largestBatchByteCount()
        encoder = RecordBatchEncoder(capacity: largest)
        guard let codec = CodecCatalog[shape.codec] else { throw CompressionError.unknownCodec(shape.codec) }
        compressor = try codec.makeCompressor(level: shape.level)
        if prebuilt { try fillPool(largest: largest, totalBatches: totalBatches) }
    }

    /// After how many records the sequence numbers start again; nil when they never do.
    package var cycle: UInt64? { slots.isEmpty ? nil : slots.reduce(0) { $0 + UInt64($1.recordCount) } }

    /// The next batch, good until the one after it is asked for.
    package func next() throws(RecordBatchError) -> ReadyBatch {
        if slots.isEmpty { return unsafe try encode() }
        defer { advance() }
        return unsafe prebuiltBatch
    }

    /// The prebuilt batch whose turn it is; it stays so until `advance`, and it stays as it is.
    package func peek() -> ReadyBatch {
        precondition(!slots.isEmpty, "only prebuilt batches can be looked at before they are taken")
        return unsafe prebuiltBatch
    }

    /// Takes the batch that `peek` showed.
    package func advance() {
        nextSlot = nextSlot + 1 == slots.count ? 0 : nextSlot + 1
    }

    private var prebuiltBatch: ReadyBatch {
        let slot = slots[nextSlot]
        return unsafe ReadyBatch(
            bytes: UnsafeMutableRawBufferPointer(rebasing: pool.bytes[slot.range]), recordCount: slot.recordCount,
            payloadByteCount: slot.payloadByteCount)
    }

    private func encode() throws(RecordBatchError) -> ReadyBatch {
        let timestamp = WallClock.milliseconds()
        unsafe try encoder.begin(baseTimestamp: timestamp)
        var payloadByteCount = 0
        repeat {
            let key = unsafe keys.next()
            let value = unsafe payloads.next(producer: producer, sequence: sequence)
            unsafe try encoder.append(timestamp: timestamp, key: key, value: value)
            payloadByteCount += value.count
            sequence += 1
        } while hasRoom
        let count = encoder.recordCount
        let batch = unsafe try encoder.finish(compressor)
        return unsafe ReadyBatch(
            bytes: UnsafeMutableRawBufferPointer(mutating: batch), recordCount: count,
            payloadByteCount: payloadByteCount)
    }

    /// Whether the next record fits into the batch that is being encoded.
    private var hasRoom: Bool {
        if shape.isUniform { return encoder.recordCount < recordsPerBatch }
        let bound = RecordBatchEncoder.recordBound(
            keyByteCount: shape.keys.keyByteCount, valueByteCount: payloads.nextByteCount)
        return encoder.byteCount + bound <= shape.batchByteCount
    }

    private func fillPool(largest: Int, totalBatches: Int) throws(RecordBatchError) {
        // Batches start at a cache line, as in a receive buffer that is reused.
        let lineByteCount = 64
        let room = AlignedBuffer(byteCount: Self.poolByteCount + 2 * (largest + lineByteCount))
        var end = 0
        var payloadByteCount = 0
        // Two at least, so that no batch follows itself. Payload counts too: what compresses well would take long.
        while slots.count < max(1, totalBatches),
            slots.count < 2 || max(end + largest, payloadByteCount) <= Self.poolByteCount
        {
            let batch = unsafe try encode()
            let range = unsafe end..<end + batch.bytes.count
            unsafe UnsafeMutableRawBufferPointer(rebasing: room.bytes[range])
                .copyMemory(from: UnsafeRawBufferPointer(batch.bytes))
            unsafe slots.append(
                Slot(range: range, recordCount: batch.recordCount, payloadByteCount: batch.payloadByteCount))
            unsafe payloadByteCount += batch.payloadByteCount
            end = (range.upperBound + lineByteCount - 1) / lineByteCount * lineByteCount
        }
        pool = consume room
    }
}

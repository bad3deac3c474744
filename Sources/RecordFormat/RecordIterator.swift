package import Compression

/// Walks the records of one batch without copying or allocating.
///
/// Everything is checked as it is met, so the bytes may come from anywhere; memory outside them is never read. To a
/// caller in another module each record costs one call; `sluice limits` measures it from there.
@safe
package struct RecordIterator {
    private let header: RecordBatchHeader
    /// Kept because the records of a compressed batch lie in its memory.
    private let decompressor: Decompressor?
    private var reader: VarintReader
    private var left: Int32
    private var previousDelta: Int32 = -1

    /// Iterates over the records of `batch`.
    ///
    /// - Parameters:
    ///   - batch: its bytes must outlive the iterator and the records it yields.
    ///   - decompressor: holds the records of a compressed batch, which end with its next use or its life.
    ///   - limit: the most bytes that the records may decompress to.
    package init(
        _ batch: RecordBatch, decompressor: Decompressor, limit: Int = Decompressor.defaultLimit
    ) throws(RecordBatchError) {
        let records: UnsafeRawBufferPointer
        if batch.header.codec == .none {
            unsafe records = unsafe batch.records
        } else {
            do throws(CompressionError) {
                unsafe records = try unsafe decompressor.decompress(
                    batch.records, codec: batch.header.codec, limit: limit)
            } catch {
                throw RecordBatchError(error)
            }
        }
        unsafe self.init(header: batch.header, records: records, in: decompressor)
    }

    /// Iterates over records that are not, or no longer, compressed.
    package init(header: RecordBatchHeader, uncompressed records: UnsafeRawBufferPointer) {
        unsafe self.init(header: header, records: records, in: nil)
    }

    private init(header: RecordBatchHeader, records: UnsafeRawBufferPointer, in decompressor: Decompressor?) {
        self.decompressor = decompressor
        self.header = header
        unsafe reader = VarintReader(records)
        left = header.recordCount
    }

    /// The next record, or nil after the last one.
    ///
    /// - Throws: where a record is malformed, or bytes follow the last one. Nothing more can be read then.
    package mutating func next() throws(RecordBatchError) -> RecordView? {
        guard left > 0 else {
            if reader.left > 0 {
                throw RecordBatchError(
                    .trailingBytes, position: reader.position, expected: 0, found: Int64(reader.left))
            }
            return nil
        }
        let whole = reader.end
        let record = try readRecord(start: reader.position)
        reader.end = whole
        left -= 1
        return record
    }

    private mutating func readRecord(start: Int) throws(RecordBatchError) -> RecordView {
        guard let length = reader.int32() else { throw varint(Varint.maximumByteCount32, start) }
        guard length >= 0, Int(length) <= reader.left else {
            throw RecordBatchError(
                .recordLength, position: start, expected: Int64(reader.left), found: Int64(length))
        }
        reader.end = reader.position + Int(length)

        // The record's own attributes are unused; Kafka ignores them too.
        guard reader.byte() != nil else { throw varint(1, start) }
        guard let timestampDelta = reader.int64() else { throw varint(Varint.maximumByteCount64, start) }
        guard let offsetDelta = reader.int32() else { throw varint(Varint.maximumByteCount32, start) }
        guard offsetDelta > previousDelta, offsetDelta <= header.lastOffsetDelta else {
            let bound = offsetDelta > previousDelta ? Int64(header.lastOffsetDelta) : Int64(previousDelta) + 1
            throw RecordBatchError(.offsetDelta, position: start, expected: bound, found: Int64(offsetDelta))
        }
        previousDelta = offsetDelta

        let timestamp: Int64
        if header.timestampType == .logAppendTime {
            timestamp = header.maxTimestamp
        } else {
            let (sum, overflow) = header.baseTimestamp.addingReportingOverflow(timestampDelta)
            if overflow {
                throw RecordBatchError(
                    .timestamp, position: start, expected: header.baseTimestamp, found: timestampDelta)
            }
            timestamp = sum
        }

        let key = try unsafe field()
        let value = try unsafe field()
        let headers = try readHeaders()
        guard reader.left == 0 else {
            throw RecordBatchError(
                .recordLength, position: start, expected: Int64(length) - Int64(reader.left), found: Int64(length))
        }
        return unsafe RecordView(
            offset: header.baseOffset + Int64(offsetDelta), timestamp: timestamp, key: key, value: value,
            headers: headers)
    }

    /// A length and that many bytes; a length of -1 is null.
    @inline(__always)
    private mutating func field() throws(RecordBatchError) -> UnsafeRawBufferPointer? {
        let position = reader.position
        guard let length = reader.int32() else { throw varint(Varint.maximumByteCount32, position) }
        if length == -1 { return nil }
        guard let bytes = unsafe reader.take(Int(length)) else {
            throw RecordBatchError(
                .fieldLength, position: position, expected: Int64(reader.left), found: Int64(length))
        }
        return unsafe bytes
    }

    @inline(__always)
    private mutating func readHeaders() throws(RecordBatchError) -> RecordHeaders {
        let position = reader.position
        guard let count = reader.int32() else { throw varint(Varint.maximumByteCount32, position) }
        if count == 0 { return RecordHeaders() }
        return try readHeaders(count: count, position: position)
    }

    private mutating func readHeaders(count: Int32, position: Int) throws(RecordBatchError) -> RecordHeaders {
        // Each takes at least the two bytes of its lengths.
        guard count > 0, Int(count) <= reader.left / 2 else {
            throw RecordBatchError(
                .headerCount, position: position, expected: Int64(reader.left / 2), found: Int64(count))
        }
        var probe = reader
        for _ in 0..<Int(count) {
            let position = reader.position
            guard try unsafe field() != nil else {
                throw RecordBatchError(
                    .fieldLength, position: position, expected: Int64(reader.left), found: -1)
            }
            _ = try unsafe field()
        }
        guard let bytes = unsafe probe.take(reader.position - probe.position) else {
            preconditionFailure("the headers were just read")
        }
        return unsafe RecordHeaders(count: Int(count), checked: bytes)
    }

    private func varint(_ maximumByteCount: Int, _ position: Int) -> RecordBatchError {
        RecordBatchError(.varint, position: position, expected: Int64(maximumByteCount), found: 0)
    }
}

/// Walks the batches that lie one after another in a buffer. The last one may be cut off, as in a fetch response.
@safe
package struct RecordBatchSequence {
    private let bytes: UnsafeRawBufferPointer
    /// Where the next batch begins; after the last whole batch, where the incomplete one begins.
    package private(set) var position = 0

    package init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = unsafe bytes
    }

    /// The next whole batch; nil when what is left is empty or only the beginning of one.
    ///
    /// - Throws: where a header is malformed; `position` is then its beginning.
    package mutating func next() throws(RecordBatchError) -> RecordBatch? {
        guard unsafe bytes.count - position >= RecordBatchHeader.byteCount else { return nil }
        let header = try unsafe RecordBatchHeader(parsing: bytes, at: position)
        guard unsafe header.totalByteCount <= bytes.count - position else { return nil }
        let batch = unsafe RecordBatch(header: header, bytes: bytes, at: position)
        position += header.totalByteCount
        return batch
    }
}

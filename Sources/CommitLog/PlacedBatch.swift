internal import RecordFormat

/// Where a batch lies, and what the log keeps of its header.
struct PlacedBatch: Equatable {
    /// Bytes from the file's start.
    var position: Int
    var byteCount: Int
    var baseOffset: Int64
    var lastOffset: Int64
    var maxTimestamp: Int64
    var recordCount: Int
}

extension PlacedBatch {
    /// A batch whose header was read at that position.
    init(_ header: RecordBatchHeader, at position: Int) {
        self.init(
            position: position, byteCount: header.totalByteCount, baseOffset: header.baseOffset,
            lastOffset: header.lastOffset, maxTimestamp: header.maxTimestamp, recordCount: Int(header.recordCount))
    }
}

package import CommitLog
internal import LinuxKernel
package import RecordFormat

/// Reads a partition's log from one offset on, piece by piece, into a buffer that is reused.
@safe
package struct LogReader: ~Copyable {
    private let log: PartitionLog
    private let maxBytes: Int
    private var buffer: AlignedBuffer
    package var offset: Int64

    /// - Parameter maxBytes: What one read asks for, as `max.partition.fetch.bytes` does.
    package init(_ log: PartitionLog, from offset: Int64, maxBytes: Int) {
        self.log = log
        self.offset = offset
        self.maxBytes = maxBytes
        buffer = AlignedBuffer(byteCount: maxBytes)
    }

    /// The whole batches of the next piece, good until the next call; nil at the log's end.
    package mutating func next() throws -> RecordBatchSequence? {
        guard let slice = try log.slice(at: offset, maxBytes: maxBytes) else { return nil }
        if unsafe slice.byteCount > buffer.bytes.count { buffer = AlignedBuffer(byteCount: slice.byteCount) }
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<slice.byteCount])
        let count = unsafe try slice.segment.open().file.readAll(into: room, at: slice.position)
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: room[..<count])
        var batches = unsafe RecordBatchSequence(bytes)
        let before = offset
        while let batch = try batches.next() { offset = batch.header.nextOffset }
        guard offset > before else {
            throw LoadError.unreadable(
                "\(slice.segment.path): no whole batch in \(count) bytes at position \(slice.position)")
        }
        return unsafe RecordBatchSequence(bytes)
    }
}

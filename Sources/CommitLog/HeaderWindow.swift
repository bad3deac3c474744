internal import LinuxKernel
internal import RecordFormat

/// A small piece of a log file in memory, through which the headers of batches are read: those that lie close together
/// cost one call.
///
/// A lookup starts at an index entry, and the batches behind it that have none of their own start within
/// `index.interval.bytes`; so a window of that size finds any batch with one call.
struct HeaderWindow: ~Copyable {
    private static let leastByteCount = 4096
    private static let mostByteCount = 65536

    private let byteCount: Int
    /// Allocated when it is first used: an idle log has none.
    private var buffer = AlignedBuffer(byteCount: 0)
    private var segment: Segment?
    private var position = 0
    private var count = 0

    init(indexIntervalBytes: Int) {
        let wanted = indexIntervalBytes + RecordBatchHeader.byteCount
        byteCount = min(max(wanted, Self.leastByteCount), Self.mostByteCount)
    }

    /// Lets go of a segment that is removed, so that the window does not keep its blocks.
    mutating func forget(_ gone: Segment) {
        if segment === gone { segment = nil }
    }

    /// The batch at a position, by its header; nil when there is no whole batch before `segment.end`.
    mutating func batch(at position: Int, in segment: Segment) throws(SystemError) -> PlacedBatch? {
        let header = RecordBatchHeader.byteCount
        guard segment.end - position >= header else { return nil }
        if self.segment !== segment || position < self.position || position + header > self.position + count {
            try move(to: position, in: segment)
            guard count >= header else { return nil }
        }
        let offset = position - self.position
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[offset..<offset + header])
        guard let parsed = unsafe try? RecordBatchHeader(parsing: bytes),
            parsed.totalByteCount <= segment.end - position
        else { return nil }
        return PlacedBatch(parsed, at: position)
    }

    /// Bytes before `segment.end` do not change, so what was read stays good while the segment grows.
    private mutating func move(to position: Int, in segment: Segment) throws(SystemError) {
        if unsafe buffer.bytes.isEmpty { buffer = AlignedBuffer(byteCount: byteCount) }
        self.segment = nil
        let room = unsafe UnsafeMutableRawBufferPointer(
            rebasing: buffer.bytes[..<min(byteCount, segment.end - position)])
        count = unsafe try segment.open().file.readAll(into: room, at: position)
        self.position = position
        self.segment = segment
    }
}

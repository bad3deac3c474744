internal import LinuxKernel

/// `pwrite` from a reused buffer: one copy, from a buffer that is still in the CPU's cache, into the page cache.
///
/// Batches that follow each other in the file are gathered and written with one call. Paths that differ from this one
/// only in that call inherit the rest.
@safe
class BufferedAppendPath: AppendPath {
    final let buffer: AlignedBuffer
    private var segment: Segment?
    /// Where in the file the gathered bytes go, and how many there are.
    private var position = 0
    private var gathered = 0
    private var reserved = 0
    /// A batch in the caller's memory, instead of gathered ones.
    private var lent: UnsafeMutableRawBufferPointer?

    /// - Parameter byteCount: The buffer's size; a larger batch gets a buffer of its own for as long as it takes.
    convenience init(byteCount: Int) {
        self.init(buffer: AlignedBuffer(byteCount: byteCount))
    }

    init(buffer: consuming AlignedBuffer) {
        self.buffer = buffer
    }

    override func reserve(
        _ byteCount: Int, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        try startRun(byteCount, in: segment, at: position)
        reserved = byteCount
        return unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[gathered..<gathered + byteCount])
    }

    override func lend(
        _ batch: UnsafeMutableRawBufferPointer, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        try settle()
        self.segment = segment
        self.position = position
        unsafe lent = batch
        return unsafe batch
    }

    override func commit() {
        gathered += reserved
        reserved = 0
    }

    override func abandon() {
        reserved = 0
        unsafe lent = nil
    }

    override func settle() throws(SystemError) {
        defer {
            gathered = 0
            reserved = 0
            unsafe lent = nil
            segment = nil
        }
        guard let segment else { return }
        if let lent = unsafe lent {
            unsafe try write(UnsafeRawBufferPointer(lent), to: segment, at: position)
        } else if gathered > 0 {
            unsafe try write(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<gathered]), to: segment, at: position)
        }
    }

    /// Writes all bytes to the segment's log file; they lie in `buffer`, or in memory that was lent.
    func write(_ bytes: UnsafeRawBufferPointer, to segment: Segment, at position: Int) throws(SystemError) {
        unsafe try segment.open().file.writeAll(bytes, at: position)
    }

    /// Keeps gathering when the batch follows the gathered ones and fits; otherwise writes those first.
    private func startRun(_ byteCount: Int, in segment: Segment, at position: Int) throws(SystemError) {
        precondition(unsafe byteCount <= buffer.bytes.count, "the log bounds a batch by max.message.bytes")
        let follows = unsafe self.segment === segment && lent == nil && self.position + gathered == position
        let fits = unsafe gathered + byteCount <= buffer.bytes.count
        if follows && fits { return }
        try settle()
        self.segment = segment
        self.position = position
    }
}

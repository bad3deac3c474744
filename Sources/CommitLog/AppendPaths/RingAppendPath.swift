internal import LinuxKernel

/// io_uring into the page cache: all that is settled together is handed over and waited for with one call.
///
/// Batches are gathered in registered memory; lent ones are written from where they are, all with one call too. On
/// ext4 a buffered write through a ring is done by a worker thread of the kernel, which takes another core: its
/// time counts as this process's.
@safe
final class RingAppendPath: BufferedAppendPath {
    private let ring: WriteRing
    /// Of lent batches that were committed and are not written, and of one that is not committed yet.
    private var lentSegment: Segment?
    private var candidate: (bytes: UnsafeRawBufferPointer, position: Int)?

    override init(buffer: consuming AlignedBuffer) {
        unsafe ring = WriteRing(memory: buffer.bytes)
        super.init(buffer: buffer)
    }

    override var settleBytes: Int { 1 << 20 }

    override func reserve(
        _ byteCount: Int, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        if lentSegment != nil { try settle() }
        return unsafe try super.reserve(byteCount, in: segment, at: position)
    }

    override func lend(
        _ batch: UnsafeMutableRawBufferPointer, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        if lentSegment !== segment { try settle() }
        lentSegment = segment
        unsafe candidate = (UnsafeRawBufferPointer(batch), position)
        return unsafe batch
    }

    override func commit() {
        guard let lent = unsafe candidate else { return super.commit() }
        unsafe candidate = nil
        unsafe ring.add(lent.bytes, at: lent.position)
    }

    override func abandon() {
        unsafe candidate = nil
        super.abandon()
    }

    override func settle() throws(SystemError) {
        guard let segment = lentSegment else { return try super.settle() }
        lentSegment = nil
        unsafe candidate = nil
        try ring.write(to: segment, direct: false) { () throws(SystemError) in try segment.open() }
    }

    override func write(_ bytes: UnsafeRawBufferPointer, to segment: Segment, at position: Int) throws(SystemError) {
        unsafe ring.add(bytes, at: position)
        try ring.write(to: segment, direct: false) { () throws(SystemError) in try segment.open() }
    }
}

/// io_uring with O_DIRECT: the device takes several aligned writes at a time from registered memory.
final class RingDirectAppendPath: DirectAppendPath {
    private var ring: WriteRing?

    init(byteCount: Int) {
        super.init(byteCount: byteCount, synchronous: false)
        unsafe ring = WriteRing(memory: buffer.bytes)
    }

    override func write(
        _ blocks: UnsafeRawBufferPointer, to segment: Segment, _ file: DirectFile, at position: Int
    ) throws(SystemError) {
        guard let ring else { preconditionFailure("made with the path") }
        unsafe ring.add(blocks, at: position)
        try ring.write(to: segment, direct: true) { () throws(SystemError) in file.open }
    }
}

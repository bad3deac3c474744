internal import LinuxKernel

/// io_uring into the page cache: all that is settled together is handed over and waited for with one call.
///
/// Batches are gathered in registered memory; lent ones are written from where they are. On ext4 a buffered write through a
/// ring is done by a worker thread of the kernel, which takes another core: its time counts as this process's.
final class RingAppendPath: BufferedAppendPath {
    private let ring: WriteRing

    override init(buffer: consuming AlignedBuffer) {
        unsafe ring = WriteRing(memory: buffer.bytes)
        super.init(buffer: buffer)
    }

    override var settleBytes: Int { 1 << 20 }

    override func write(_ bytes: UnsafeRawBufferPointer, to segment: Segment, at position: Int) throws(SystemError) {
        unsafe try ring.write(bytes, to: segment, at: position, direct: false) { () throws(SystemError) in
            try segment.open()
        }
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
        unsafe try ring!.write(blocks, to: segment, at: position, direct: true) { () throws(SystemError) in file.open }
    }
}

internal import LinuxKernel

/// `pwrite` to a descriptor with O_DSYNC: a write returns when its bytes, and what is needed to read
/// them back, are on the device.
///
/// One call instead of a write and an `fdatasync`; the page cache has the bytes too, so readers find them there.
final class DsyncAppendPath: BufferedAppendPath {
    private var files = SegmentTable<OpenFile>()

    override var isDurable: Bool { true }

    override func write(_ bytes: UnsafeRawBufferPointer, to segment: Segment, at position: Int) throws(SystemError) {
        if let open = files.resource(for: segment) {
            return unsafe try open.file.writeAll(bytes, at: position)
        }
        let open = OpenFile(try File(segment.path, .readWrite, options: .dataSynchronous))
        files.keep(open, for: segment)
        unsafe try open.file.writeAll(bytes, at: position)
    }
}

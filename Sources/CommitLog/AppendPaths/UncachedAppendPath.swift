internal import LinuxKernel

/// `pwritev2` with RWF_DONTCACHE: through the page cache, but written back at once, and dropped from it afterwards.
///
/// The log then takes no memory from readers of other data, and write-back never piles up; tailing readers may find
/// their bytes still there, late ones read from the device.
final class UncachedAppendPath: BufferedAppendPath {
    private var pieces = File.Pieces()

    override func write(_ bytes: UnsafeRawBufferPointer, to segment: Segment, at position: Int) throws(SystemError) {
        unsafe pieces.append(bytes)
        try segment.open().file.writeAll(&pieces, at: position, uncached: true)
    }
}

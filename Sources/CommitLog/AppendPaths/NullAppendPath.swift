internal import LinuxKernel

/// Moves nothing: the ceiling that the harness itself sets, and the skeleton to copy for a new path.
///
/// Offsets, indexes and checks are the log's and stay; what is missing is the way of the bytes into the file,
/// so nothing can be read back.
final class NullAppendPath: AppendPath {
    // A path that needs memory, registered buffers or a ring makes them here, once, never per batch.
    private let buffer: AlignedBuffer

    init(byteCount: Int) {
        buffer = AlignedBuffer(byteCount: byteCount)
    }

    // Hand out memory of at least `byteCount` bytes. A path that writes a page of the file itself (a mapping) hands out
    // that page and remembers nothing; one that writes later remembers segment and position.
    override func reserve(
        _ byteCount: Int, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<byteCount])
    }

    // Override only when the caller's memory can be used where it is; the inherited one copies into the reserved room.
    override func lend(
        _ batch: UnsafeMutableRawBufferPointer, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        unsafe batch
    }

    // Nothing can be read back, not from a cache either. Others say nothing about it.
    override var fillsCache: Bool { false }

    // Queue the write here when writes are gathered or submitted.
    override func commit() {}

    // Forget the reservation; nothing of it may reach the file.
    override func abandon() {}

    // Wait here until everything committed can be read, and throw what went wrong on the way.
    override func settle() throws(SystemError) {}
}

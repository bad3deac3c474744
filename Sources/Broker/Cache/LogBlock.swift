internal import LinuxKernel

/// A piece of a segment's file in memory of the broker's own.
///
/// Whoever sends from it holds it; it does not change.
final class LogBlock: @unchecked Sendable {
    /// Where it begins in the segment's file.
    let position: Int
    /// Bytes from there on that are batches, whole or in part.
    let byteCount: Int
    private let memory: AlignedBuffer

    /// - Parameter memory: Filled, and not written any more.
    init(position: Int, byteCount: Int, memory: consuming AlignedBuffer) {
        self.position = position
        self.byteCount = byteCount
        self.memory = memory
    }

    /// How much memory it takes.
    var capacity: Int { unsafe memory.bytes.count }

    var end: Int { position + byteCount }

    /// The bytes of a range of the file, as far as the block has them.
    func bytes(from start: Int, to end: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(
            rebasing: memory.bytes[start - position..<max(start, min(end, self.end)) - position])
    }
}

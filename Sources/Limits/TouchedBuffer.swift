internal import LinuxKernel

/// Aligned memory that closures share, written once so that no sample pays for its pages.
@safe
final class TouchedBuffer {
    private let buffer: AlignedBuffer

    init(byteCount: Int) {
        buffer = AlignedBuffer(byteCount: byteCount)
        unsafe buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// Valid as long as the object lives.
    @unsafe var bytes: UnsafeMutableRawBufferPointer { unsafe buffer.bytes }
}

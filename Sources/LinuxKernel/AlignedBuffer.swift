/// Memory with an alignment, for direct I/O and for receive buffers that are reused while they are hot in the cache.
@safe
package struct AlignedBuffer: ~Copyable, @unchecked Sendable {
    /// The bytes; valid as long as the buffer lives.
    @unsafe package let bytes: UnsafeMutableRawBufferPointer

    /// Allocates uninitialised memory; the alignment is a power of two and at least 16.
    package init(byteCount: Int, alignment: Int = 4096) {
        unsafe bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: alignment)
    }

    deinit {
        unsafe bytes.deallocate()
    }
}

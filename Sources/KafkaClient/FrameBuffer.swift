internal import LinuxKernel

/// Puts frames together from the pieces in which they arrive, in memory that is reused.
///
/// A long frame is received to its very end and no further, so that nothing of the one behind it has to be moved; short
/// ones are received many at a time.
@safe
package struct FrameBuffer: ~Copyable {
    /// A frame that announces a length which is negative or above the limit.
    package struct LengthError: Error {
        package let length: Int
    }

    /// The bytes in front of a frame's content: its length.
    private static let prefixByteCount = 4
    /// A frame that misses more than this is received by itself.
    private static let longRest = 64 << 10

    /// The room that a connection begins with.
    package static let usualCapacity = 256 << 10

    private var memory = AlignedBuffer(byteCount: 0, alignment: 16)
    private var capacity = 0
    private let leastCapacity: Int
    private let limit: Int
    /// What has arrived and was not taken: these positions of `memory`.
    private var start = 0
    private var end = 0

    /// - Parameters:
    ///   - capacity: Bytes of room to begin with, allocated when they are first used; it grows to the longest frame.
    ///   - limit: The longest frame that is taken.
    package init(capacity: Int = FrameBuffer.usualCapacity, limit: Int) {
        leastCapacity = capacity
        self.limit = limit
    }

    /// Where the next bytes are to be received; not empty.
    package mutating func room() -> UnsafeMutableRawBufferPointer {
        if start == end {
            start = 0
            end = 0
        }
        let roomEnd: Int
        let arrived = end - start
        // nextFrame has checked the length.
        if let length = announcedLength {
            let whole = Self.prefixByteCount + length
            makeRoom(for: whole)
            roomEnd = whole - arrived > Self.longRest ? start + whole : capacity
        } else {
            makeRoom(for: Self.prefixByteCount)
            roomEnd = capacity
        }
        return unsafe UnsafeMutableRawBufferPointer(rebasing: memory.bytes[end..<roomEnd])
    }

    /// That many bytes were received into the room.
    package mutating func received(_ byteCount: Int) {
        end += byteCount
    }

    /// The content of the next frame, if it is whole; it is good until the next `room`.
    package mutating func nextFrame() throws(LengthError) -> UnsafeRawBufferPointer? {
        guard let length = announcedLength else { return nil }
        guard length >= 0, length <= limit else { throw LengthError(length: length) }
        let content = start + Self.prefixByteCount
        guard end - content >= length else { return nil }
        start = content + length
        return unsafe UnsafeRawBufferPointer(rebasing: memory.bytes[content..<start])
    }

    /// Forgets what has arrived.
    package mutating func removeAll() {
        start = 0
        end = 0
    }

    /// Forgets what has arrived and gives the memory back until the next `room`. No frame is in use.
    package mutating func release() {
        removeAll()
        memory = AlignedBuffer(byteCount: 0, alignment: 16)
        capacity = 0
    }

    private var announcedLength: Int? {
        guard end - start >= Self.prefixByteCount else { return nil }
        return unsafe Int(Int32(bigEndian: memory.bytes.loadUnaligned(fromByteOffset: start, as: Int32.self)))
    }

    /// Makes room for that many bytes from `start` on.
    private mutating func makeRoom(for byteCount: Int) {
        guard byteCount > capacity - start else { return }
        let arrived = unsafe UnsafeRawBufferPointer(rebasing: memory.bytes[start..<end])
        if byteCount <= capacity {
            unsafe memory.bytes.copyMemory(from: arrived)
        } else {
            capacity = max(byteCount, leastCapacity)
            let larger = AlignedBuffer(byteCount: capacity)
            unsafe larger.bytes.copyMemory(from: arrived)
            memory = consume larger
        }
        end -= start
        start = 0
    }
}

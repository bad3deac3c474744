/// Compresses with one codec at one level; its context is reused from batch to batch.
///
/// Not for two threads at once: each makes its own. A codec's file holds the subclass, which overrides `init(level:)`,
/// `bound(forByteCount:)` and `encode`.
package class Compressor {
    /// The codec that is written.
    package let codec: CodecID

    init(codec: CodecID) {
        self.codec = codec
    }

    /// - Parameter level: within the codec's levels; ignored by a codec without any.
    required init(level: Int) throws(CompressionError) {
        preconditionFailure("each codec makes its own compressor")
    }

    /// The most bytes that `byteCount` bytes can become.
    package func bound(forByteCount byteCount: Int) -> Int {
        preconditionFailure("each codec states its own bound")
    }

    /// Compresses `source` to the start of `room`, which holds at least its bound and does not overlap it.
    ///
    /// - Returns: the number of bytes written.
    func encode(_ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) throws(CompressionError)
        -> Int
    {
        preconditionFailure("each codec writes its own bytes")
    }

    /// Compresses `source` to the start of `room`.
    ///
    /// - Parameters:
    ///   - source: up to 2 GiB.
    ///   - room: at least `bound(forByteCount: source.count)` bytes that do not overlap `source`.
    /// - Returns: the number of bytes written.
    package final func compress(
        _ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        let needed = try unsafe bound(of: source)
        guard room.count >= needed else {
            throw .roomTooSmall(codec, needed: needed, available: room.count)
        }
        return try unsafe encode(source, into: room)
    }

    /// Compresses `source` to the end of `output`, which grows as needed.
    ///
    /// - Returns: the number of bytes appended.
    @discardableResult
    package final func compress(
        _ source: UnsafeRawBufferPointer, appendingTo output: inout ScratchBuffer
    ) throws(CompressionError) -> Int {
        output.makeRoom(for: try unsafe bound(of: source))
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: output.memory[output.count...])
        let written = try unsafe encode(source, into: room)
        output.count += written
        return written
    }

    private func bound(of source: UnsafeRawBufferPointer) throws(CompressionError) -> Int {
        guard source.count <= Int(Int32.max) else {
            throw .inputTooLong(codec, count: source.count)
        }
        return bound(forByteCount: source.count)
    }
}

import CSnappy

extension CodecID {
    package static let snappy = CodecID(rawValue: 2)
}

extension Codec {
    static let snappy = Codec(
        id: .snappy, name: "snappy", summary: "snappy; written as raw blocks, read raw or in Java's framing",
        levels: nil, defaultLevel: nil, compressor: SnappyCompressor.self, decoder: SnappyDecoder.self)
}

/// The two things that Kafka clients call snappy.
package enum SnappyForm: Sendable {
    /// One raw snappy block, as librdkafka writes it.
    case raw
    /// Blocks of 32 KiB behind a magic number, as snappy-java's `SnappyOutputStream` writes them.
    case framed
}

/// The framing of snappy-java: `82 S N A P P Y 00`, a version and the lowest compatible version (both 1), then blocks,
/// each behind its length; all numbers 32-bit big-endian.
private enum JavaFraming {
    static let header: [UInt8] = [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0x00, 0, 0, 0, 1, 0, 0, 0, 1]
    /// The first eight bytes of the header.
    static let magic: UInt64 = 0x8253_4E41_5050_5900
    static let blockByteCount = 32 << 10
}

package final class SnappyCompressor: Compressor {
    private let form: SnappyForm

    /// A compressor that writes `form`.
    package init(form: SnappyForm) {
        self.form = form
        super.init(codec: .snappy)
    }

    required init(level: Int) {
        form = .raw
        super.init(codec: .snappy)
    }

    package override func bound(forByteCount byteCount: Int) -> Int {
        switch form {
        case .raw: return snappy_max_compressed_length(byteCount)
        case .framed:
            let blocks = (byteCount + JavaFraming.blockByteCount - 1) / JavaFraming.blockByteCount
            return JavaFraming.header.count + blocks * (4 + snappy_max_compressed_length(JavaFraming.blockByteCount))
        }
    }

    override func encode(
        _ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        switch form {
        case .raw: return try unsafe compressBlock(source, into: room)
        case .framed: return try unsafe encodeFramed(source, into: room)
        }
    }

    private func encodeFramed(
        _ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        unsafe room.copyBytes(from: JavaFraming.header)
        var written = JavaFraming.header.count
        var read = 0
        while read < source.count {
            let end = min(read + JavaFraming.blockByteCount, source.count)
            let block = unsafe UnsafeRawBufferPointer(rebasing: source[read..<end])
            let count = try unsafe compressBlock(block, into: .init(rebasing: room[(written + 4)...]))
            unsafe room.storeBytes(of: UInt32(count).bigEndian, toByteOffset: written, as: UInt32.self)
            written += 4 + count
            read = end
        }
        return written
    }

    private func compressBlock(
        _ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        var written = room.count
        let status = unsafe snappy_compress(
            source.baseAddress?.assumingMemoryBound(to: CChar.self), source.count,
            room.baseAddress?.assumingMemoryBound(to: CChar.self), &written)
        guard status == SNAPPY_OK else {
            throw .libraryFailed(.snappy, call: "snappy_compress", reason: "status \(status.rawValue)")
        }
        return written
    }
}

/// Reads both forms; a raw block that begins with the framing's magic number does not occur, as its length and first
/// tag would contradict each other.
final class SnappyDecoder: CodecDecoder {
    override static func make() -> CodecDecoder { SnappyDecoder() }

    override func decode(
        _ source: UnsafeRawBufferPointer, limit: Int, into output: inout ScratchBuffer
    ) throws(CompressionError) {
        output.count = 0
        guard source.count >= 8,
            unsafe UInt64(bigEndian: source.loadUnaligned(as: UInt64.self)) == JavaFraming.magic
        else {
            return try unsafe decodeBlock(source, limit: limit, into: &output)
        }
        var read = JavaFraming.header.count
        guard source.count >= read else { throw .truncated(.snappy) }
        while read < source.count {
            guard source.count - read >= 4 else { throw .truncated(.snappy) }
            let count = unsafe Int(UInt32(bigEndian: source.loadUnaligned(fromByteOffset: read, as: UInt32.self)))
            read += 4
            guard source.count - read >= count else { throw .truncated(.snappy) }
            let block = unsafe UnsafeRawBufferPointer(rebasing: source[read..<read + count])
            try unsafe decodeBlock(block, limit: limit, into: &output)
            read += count
        }
    }

    /// Appends one raw block. Its length stands at its start, so the limit is checked before there is memory for it.
    private func decodeBlock(
        _ source: UnsafeRawBufferPointer, limit: Int, into output: inout ScratchBuffer
    ) throws(CompressionError) {
        let start = unsafe source.baseAddress?.assumingMemoryBound(to: CChar.self)
        var count = 0
        guard unsafe snappy_uncompressed_length(start, source.count, &count) == SNAPPY_OK else {
            throw .corrupt(.snappy, reason: "a block does not begin with its length")
        }
        guard count <= limit - output.count else { throw .limitExceeded(.snappy, limit: limit) }
        if output.count + count > output.capacity {
            output.reserve(min(limit, max(output.count + count, output.capacity * 2)))
        }
        let room = unsafe output.memory.baseAddress?.advanced(by: output.count).assumingMemoryBound(to: CChar.self)
        guard unsafe snappy_uncompress(start, source.count, room, &count) == SNAPPY_OK else {
            throw .corrupt(.snappy, reason: "a block does not decode to the \(count) bytes it announces")
        }
        output.count += count
    }
}

/// Decompresses the batches of every codec; contexts and output memory are reused from batch to batch.
///
/// Not for two threads at once: each makes its own.
package final class Decompressor {
    /// The limit on decompressed bytes where the caller has no better one: 128 MiB.
    package static let defaultLimit = 128 << 20

    /// Indexed by codec number; made at first use.
    private var decoders = [CodecDecoder?](repeating: nil, count: Int(UInt8.max) + 1)
    private var output = ScratchBuffer()

    package init() {}

    /// Decompresses `source` into this decompressor's own memory; what is not compressed is returned as it is.
    ///
    /// - Parameter limit: the most bytes that may come out. More is `limitExceeded`, before memory for it is taken.
    /// - Returns: the bytes, good until the next call, or, for codec `none`, as long as `source` is.
    package func decompress(
        _ source: UnsafeRawBufferPointer, codec: CodecID, limit: Int = Decompressor.defaultLimit
    ) throws(CompressionError) -> UnsafeRawBufferPointer {
        if codec == .none {
            guard source.count <= limit else { throw .limitExceeded(codec, limit: limit) }
            return unsafe source
        }
        try unsafe decoder(for: codec).decode(checked(source, codec), limit: limit, into: &output)
        return unsafe output.bytes
    }

    /// Replaces the content of `output` by the decompressed `source`; `output` grows as needed, to `limit` at most.
    package func decompress(
        _ source: UnsafeRawBufferPointer, codec: CodecID, limit: Int = Decompressor.defaultLimit,
        into output: inout ScratchBuffer
    ) throws(CompressionError) {
        try unsafe decoder(for: codec).decode(checked(source, codec), limit: limit, into: &output)
    }

    private func checked(_ source: UnsafeRawBufferPointer, _ codec: CodecID) throws(CompressionError)
        -> UnsafeRawBufferPointer
    {
        guard source.count <= Int(Int32.max) else {
            throw .inputTooLong(codec, count: source.count)
        }
        return unsafe source
    }

    private func decoder(for codec: CodecID) throws(CompressionError) -> CodecDecoder {
        let index = Int(codec.rawValue)
        if let decoder = decoders[index] { return decoder }
        guard let entry = CodecCatalog[codec] else { throw .unknownCodec(codec) }
        let decoder = try entry.decoder.make()
        decoders[index] = decoder
        return decoder
    }
}

/// The reading half of a codec; its context is reused from batch to batch. `Decompressor` owns one for each codec.
class CodecDecoder {
    init() {}

    /// Makes the codec's decoder.
    class func make() throws(CompressionError) -> CodecDecoder {
        preconditionFailure("each codec makes its own decoder")
    }

    /// Replaces the content of `output` by the decompressed `source`, which is at most 2 GiB.
    ///
    /// `output` must not grow beyond `limit` bytes, whatever `source` claims; what is in it after an error is not
    /// specified.
    func decode(_ source: UnsafeRawBufferPointer, limit: Int, into output: inout ScratchBuffer)
        throws(CompressionError)
    {
        preconditionFailure("each codec reads its own bytes")
    }
}

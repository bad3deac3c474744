import CLZ4

extension CodecID {
    package static let lz4 = CodecID(rawValue: 3)
}

extension Codec {
    static let lz4 = Codec(
        id: .lz4, name: "lz4", summary: "LZ4 frames of independent 64 KiB blocks; levels from 3 are LZ4 HC",
        levels: 0...12, defaultLevel: 0, compressor: LZ4Compressor.self, decoder: LZ4Decoder.self)
}

/// Writes one frame a batch: independent blocks of 64 KiB, as Kafka's Java reader demands, no content size and no
/// checksums beyond the frame header's own.
@safe
final class LZ4Compressor: Compressor {
    private let context: OpaquePointer
    private var preferences: LZ4F_preferences_t

    required init(level: Int) throws(CompressionError) {
        preferences = LZ4F_preferences_t()
        preferences.frameInfo.blockMode = LZ4F_blockIndependent
        preferences.frameInfo.blockSizeID = LZ4F_max64KB
        preferences.compressionLevel = Int32(level)
        // Whole blocks go straight from source to output: the context then needs no memory of its own for them.
        preferences.autoFlush = 1
        var context: OpaquePointer?
        let status = unsafe LZ4F_createCompressionContext(&context, UInt32(LZ4F_VERSION))
        guard let context = unsafe context else {
            throw .libraryFailed(.lz4, call: "LZ4F_createCompressionContext", reason: errorName(status))
        }
        unsafe self.context = context
        super.init(codec: .lz4)
    }

    deinit {
        unsafe LZ4F_freeCompressionContext(context)
    }

    override func bound(forByteCount byteCount: Int) -> Int {
        unsafe LZ4F_compressFrameBound(byteCount, &preferences)
    }

    override func encode(
        _ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        var written = try Self.count(
            unsafe LZ4F_compressBegin(context, room.baseAddress, room.count, &preferences), "LZ4F_compressBegin")
        if unsafe !source.isEmpty {
            written += try Self.count(
                unsafe LZ4F_compressUpdate(
                    context, room.baseAddress?.advanced(by: written), room.count - written, source.baseAddress,
                    source.count, nil), "LZ4F_compressUpdate")
        }
        written += try Self.count(
            unsafe LZ4F_compressEnd(context, room.baseAddress?.advanced(by: written), room.count - written, nil),
            "LZ4F_compressEnd")
        return written
    }

    /// The library answers with a count of bytes or an error in the same number.
    private static func count(_ answer: Int, _ call: String) throws(CompressionError) -> Int {
        guard LZ4F_isError(answer) == 0 else {
            throw .libraryFailed(.lz4, call: call, reason: errorName(answer))
        }
        return answer
    }
}

@safe
final class LZ4Decoder: CodecDecoder {
    private let context: OpaquePointer

    private init(context: OpaquePointer) {
        unsafe self.context = context
        super.init()
    }

    override static func make() throws(CompressionError) -> CodecDecoder {
        var context: OpaquePointer?
        let status = unsafe LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
        guard let context = unsafe context else {
            throw .libraryFailed(.lz4, call: "LZ4F_createDecompressionContext", reason: errorName(status))
        }
        return unsafe LZ4Decoder(context: context)
    }

    deinit {
        unsafe LZ4F_freeDecompressionContext(context)
    }

    override func decode(
        _ source: UnsafeRawBufferPointer, limit: Int, into output: inout ScratchBuffer
    ) throws(CompressionError) {
        unsafe LZ4F_resetDecompressionContext(context)
        output.count = 0
        // With room for a whole block the library decodes in place instead of through its own memory.
        output.reserve(min(limit, max(source.count * 4, 64 << 10)))

        var read = 0
        while true {
            var consumed = source.count - read
            var produced = min(output.capacity, limit) - output.count
            let answer = unsafe LZ4F_decompress(
                context, output.memory.baseAddress?.advanced(by: output.count), &produced,
                source.baseAddress?.advanced(by: read), &consumed, nil)
            guard LZ4F_isError(answer) == 0 else { throw .corrupt(.lz4, reason: errorName(answer)) }
            read += consumed
            output.count += produced

            if answer == 0 { break }
            if consumed > 0 || produced > 0 { continue }
            // Nothing moved: either the output is full, or the input is used up.
            if output.count == min(output.capacity, limit) {
                guard output.grow(upTo: limit) else { throw .limitExceeded(.lz4, limit: limit) }
            } else {
                throw .truncated(.lz4)
            }
        }
        guard read == source.count else {
            throw .trailingBytes(.lz4, count: source.count - read)
        }
    }
}

private func errorName(_ answer: Int) -> String {
    unsafe String(cString: LZ4F_getErrorName(answer))
}

import CZstd

extension CodecID {
    package static let zstd = CodecID(rawValue: 4)
}

extension Codec {
    static let zstd = Codec(
        id: .zstd, name: "zstd", summary: "Zstandard; levels below 1 trade ratio for speed", levels: -7...22,
        defaultLevel: 3, compressor: ZstdCompressor.self, decoder: ZstdDecoder.self)
}

@safe
final class ZstdCompressor: Compressor {
    private let context: OpaquePointer

    required init(level: Int) throws(CompressionError) {
        guard let context = unsafe ZSTD_createCCtx() else {
            throw .libraryFailed(.zstd, call: "ZSTD_createCCtx", reason: "no memory")
        }
        unsafe self.context = context
        super.init(codec: .zstd)
        let status = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
        guard ZSTD_isError(status) == 0 else {
            throw .libraryFailed(.zstd, call: "ZSTD_CCtx_setParameter", reason: errorName(status))
        }
    }

    deinit {
        unsafe ZSTD_freeCCtx(context)
    }

    override func bound(forByteCount byteCount: Int) -> Int { ZSTD_compressBound(byteCount) }

    override func encode(
        _ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        let written = unsafe ZSTD_compress2(
            context, room.baseAddress, room.count, source.baseAddress, source.count)
        guard ZSTD_isError(written) == 0 else {
            throw .libraryFailed(.zstd, call: "ZSTD_compress2", reason: errorName(written))
        }
        return written
    }
}

/// Decodes whole frames at once, so the library takes no window memory however large a window a frame asks for.
///
/// A frame that does not say its size (streaming clients write those) is tried with the memory at hand, then with
/// twice as much; as the memory is kept, that happens only to the first batches.
@safe
final class ZstdDecoder: CodecDecoder {
    private let context: OpaquePointer

    private init(context: OpaquePointer) {
        unsafe self.context = context
        super.init()
    }

    override static func make() throws(CompressionError) -> CodecDecoder {
        guard let context = unsafe ZSTD_createDCtx() else {
            throw .libraryFailed(.zstd, call: "ZSTD_createDCtx", reason: "no memory")
        }
        return unsafe ZstdDecoder(context: context)
    }

    deinit {
        unsafe ZSTD_freeDCtx(context)
    }

    override func decode(
        _ source: UnsafeRawBufferPointer, limit: Int, into output: inout ScratchBuffer
    ) throws(CompressionError) {
        output.count = 0
        guard unsafe !source.isEmpty else { throw .truncated(.zstd) }
        let announced = unsafe ZSTD_getFrameContentSize(source.baseAddress, source.count)
        switch announced {
        case sluice_zstd_content_size_error(): break  // Decoding says why.
        case sluice_zstd_content_size_unknown(): output.reserve(min(limit, source.count * 4))
        case ...UInt64(limit): output.reserve(Int(announced))
        default: throw .limitExceeded(.zstd, limit: limit)
        }

        while true {
            let count = unsafe ZSTD_decompressDCtx(
                context, output.memory.baseAddress, min(output.capacity, limit), source.baseAddress, source.count)
            if ZSTD_isError(count) == 0 {
                output.count = count
                return
            }
            switch ZSTD_getErrorCode(count) {
            case ZSTD_error_dstSize_tooSmall:
                guard output.grow(upTo: limit) else { throw .limitExceeded(.zstd, limit: limit) }
            case ZSTD_error_srcSize_wrong: throw .truncated(.zstd)
            default: throw .corrupt(.zstd, reason: errorName(count))
            }
        }
    }
}

private func errorName(_ answer: Int) -> String {
    unsafe String(cString: ZSTD_getErrorName(answer))
}

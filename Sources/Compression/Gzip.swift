import CZlib

extension CodecID {
    package static let gzip = CodecID(rawValue: 1)
}

extension Codec {
    static let gzip = Codec(
        id: .gzip, name: "gzip", summary: "deflate in a gzip wrapper (zlib)", levels: 1...9, defaultLevel: 6,
        compressor: GzipCompressor.self, decoder: GzipDecoder.self)
}

/// 15 bits of window, and 16 to ask zlib for the gzip wrapper (RFC 1952).
private let gzipWindowBits = 15 + 16

/// zlib keeps a pointer back to the stream, so the stream lives on the heap.
@safe
final class GzipCompressor: Compressor {
    private let stream: UnsafeMutablePointer<z_stream>

    required init(level: Int) throws(CompressionError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        super.init(codec: .gzip)
        let status = unsafe deflateInit2_(
            stream, Int32(level), Z_DEFLATED, Int32(gzipWindowBits), 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw .libraryFailed(.gzip, call: "deflateInit2", reason: unsafe message(of: stream, status))
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    override func bound(forByteCount byteCount: Int) -> Int {
        unsafe Int(deflateBound(stream, uLong(byteCount)))
    }

    override func encode(
        _ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        // After, not before: the bound of a stream that has ended leaves out the wrapper.
        defer { unsafe deflateReset(stream) }
        unsafe stream.setInput(source)
        unsafe stream.setOutput(room)
        let status = unsafe deflate(stream, Z_FINISH)
        guard status == Z_STREAM_END else {
            throw .libraryFailed(.gzip, call: "deflate", reason: unsafe message(of: stream, status))
        }
        return unsafe Int(stream.pointee.total_out)
    }
}

/// Reads one gzip member or several in a row.
@safe
final class GzipDecoder: CodecDecoder {
    private let stream: UnsafeMutablePointer<z_stream>

    private override init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        super.init()
    }

    override static func make() throws(CompressionError) -> CodecDecoder {
        let decoder = GzipDecoder()
        let status = unsafe inflateInit2_(
            decoder.stream, Int32(gzipWindowBits), ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw .libraryFailed(.gzip, call: "inflateInit2", reason: unsafe message(of: decoder.stream, status))
        }
        return decoder
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    override func decode(
        _ source: UnsafeRawBufferPointer, limit: Int, into output: inout ScratchBuffer
    ) throws(CompressionError) {
        unsafe inflateReset(stream)
        unsafe stream.setInput(source)
        output.count = 0
        output.reserve(min(limit, source.count * 4))

        while true {
            let allowed = min(output.capacity, limit)
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: output.memory[output.count..<allowed])
            unsafe stream.setOutput(room)
            let status = unsafe inflate(stream, Z_NO_FLUSH)
            output.count += unsafe room.count - Int(stream.pointee.avail_out)

            switch status {
            case Z_STREAM_END:
                if unsafe stream.pointee.avail_in == 0 { return }
                unsafe inflateReset(stream)
            case Z_OK, Z_BUF_ERROR:
                if unsafe stream.pointee.avail_out == 0 {
                    // At the limit the trailer may still follow; only when nothing moves is there more to come out.
                    if !output.grow(upTo: limit), status == Z_BUF_ERROR { throw .limitExceeded(.gzip, limit: limit) }
                } else if unsafe stream.pointee.avail_in == 0 {
                    throw .truncated(.gzip)
                }
            default:
                throw .corrupt(.gzip, reason: unsafe message(of: stream, status))
            }
        }
    }
}

extension UnsafeMutablePointer<z_stream> {
    fileprivate func setInput(_ bytes: UnsafeRawBufferPointer) {
        // zlib only reads through next_in, which is not const for the sake of old compilers.
        let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: Bytef.self)
        unsafe pointee.next_in = unsafe UnsafeMutablePointer<Bytef>(mutating: start)
        unsafe pointee.avail_in = uInt(bytes.count)
    }

    fileprivate func setOutput(_ room: UnsafeMutableRawBufferPointer) {
        unsafe pointee.next_out = unsafe room.baseAddress?.assumingMemoryBound(to: Bytef.self)
        unsafe pointee.avail_out = uInt(clamping: room.count)
    }
}

private func message(of stream: UnsafeMutablePointer<z_stream>, _ status: Int32) -> String {
    if let text = unsafe stream.pointee.msg { return unsafe String(cString: text) }
    return "zlib status \(status)"
}

extension CodecID {
    package static let none = CodecID(rawValue: 0)
}

extension Codec {
    /// The null entry, and the skeleton of a codec: an id, an entry, a compressor and a decoder.
    static let none = Codec(
        id: .none, name: "none", summary: "bytes as they are", levels: nil, defaultLevel: nil,
        compressor: NoneCompressor.self, decoder: NoneDecoder.self)
}

/// Copies: what the harness costs without a codec.
final class NoneCompressor: Compressor {
    required init(level: Int) {
        super.init(codec: .none)
    }

    override func bound(forByteCount byteCount: Int) -> Int { byteCount }

    override func encode(_ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Int {
        unsafe room.copyMemory(from: source)
        return source.count
    }
}

final class NoneDecoder: CodecDecoder {
    override static func make() -> CodecDecoder { NoneDecoder() }

    override func decode(
        _ source: UnsafeRawBufferPointer, limit: Int, into output: inout ScratchBuffer
    ) throws(CompressionError) {
        guard source.count <= limit else { throw .limitExceeded(.none, limit: limit) }
        output.count = 0
        output.reserve(source.count)
        unsafe output.memory.copyMemory(from: source)
        output.count = source.count
    }
}

import CZstd
import Compression
import Testing

/// What the single formats look like on the wire.
@Suite("Codec formats")
struct CodecFormatTests {
    @Test("the catalog has Kafka's numbers and names")
    func catalog() {
        #expect(CodecCatalog.all.map(\.name) == ["none", "gzip", "snappy", "lz4", "zstd"])
        #expect(CodecCatalog.all.map(\.id.rawValue) == [0, 1, 2, 3, 4])
        #expect(CodecCatalog.named("lz4")?.id == .lz4)
        #expect(CodecCatalog.named("brotli") == nil)
        #expect(CodecCatalog.contains(.zstd))
        #expect(!CodecCatalog.contains(CodecID(rawValue: 5)))
        #expect(!CodecCatalog.contains(CodecID(rawValue: 255)))
        for codec in CodecCatalog.all {
            #expect(!codec.summary.isEmpty)
            if let levels = codec.levels, let level = codec.defaultLevel { #expect(levels.contains(level)) }
        }
    }

    @Test("a codec number that nobody has is an error")
    func unknownCodec() {
        let unknown = CodecID(rawValue: 7)
        #expect(throws: CompressionError.unknownCodec(unknown)) {
            try Decompressor().decompressed([1, 2, 3], codec: unknown)
        }
    }

    @Test("an LZ4 frame has independent 64 KiB blocks and the header checksum of the format")
    func lz4Header() throws {
        let frame = try Codec.named("lz4").makeCompressor().compressed(Payload.text.bytes(1_000))
        #expect(Array(frame.prefix(7)) == [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82])
        #expect(Array(frame.suffix(4)) == [0, 0, 0, 0])
    }

    @Test("a wrong LZ4 header checksum is refused")
    func lz4HeaderChecksum() throws {
        var frame = try Codec.named("lz4").makeCompressor().compressed(Payload.text.bytes(1_000))
        frame[6] ^= 1
        #expect(throws: CompressionError.self) { try Decompressor().decompressed(frame, codec: .lz4) }
    }

    @Test("snappy is a raw block by default and Java's framing on request; both are read")
    func snappyForms() throws {
        let original = Payload.text.bytes(70_000)
        let raw = try Codec.named("snappy").makeCompressor().compressed(original)
        let framed = try SnappyCompressor(form: .framed).compressed(original)
        // 70,000 as a variable-length number.
        #expect(Array(raw.prefix(3)) == [0xF0, 0xA2, 0x04])
        #expect(Array(framed.prefix(16)) == [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
        #expect(try Decompressor().decompressed(raw, codec: .snappy) == original)
        #expect(try Decompressor().decompressed(framed, codec: .snappy) == original)

        // Blocks of 32 KiB, each behind its length, up to the end.
        var at = 16
        var blocks = 0
        while at < framed.count {
            at += 4 + framed[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            blocks += 1
        }
        #expect(at == framed.count)
        #expect(blocks == 3)
    }

    @Test("the limit holds for the sum of framed snappy blocks")
    func snappyFramedLimit() throws {
        let framed = try SnappyCompressor(form: .framed).compressed(Payload.zeros.bytes(70_000))
        #expect(throws: CompressionError.limitExceeded(.snappy, limit: 69_999)) {
            try Decompressor().decompressed(framed, codec: .snappy, limit: 69_999)
        }
        #expect(try Decompressor().decompressed(framed, codec: .snappy, limit: 70_000).count == 70_000)
    }

    @Test("gzip members in a row are read as one")
    func gzipMembers() throws {
        let compressor = try Codec.named("gzip").makeCompressor()
        let first = Payload.text.bytes(5_000)
        let second = Payload.random.bytes(500)
        let both = try compressor.compressed(first) + compressor.compressed(second)
        #expect(try Decompressor().decompressed(both, codec: .gzip) == first + second)
    }

    @Test("a wrong gzip checksum is refused")
    func gzipChecksum() throws {
        var member = try Codec.named("gzip").makeCompressor().compressed(Payload.text.bytes(5_000))
        member[member.count - 6] ^= 1
        #expect(throws: CompressionError.self) { try Decompressor().decompressed(member, codec: .gzip) }
    }

    @Test("a zstd frame that does not say its size is read, and its limit is exact")
    func zstdUnknownSize() throws {
        let original = Payload.zeros.bytes(300_000)
        let frame = try zstdFrameWithoutSize(original)
        #expect(try Decompressor().decompressed(frame, codec: .zstd, limit: 300_000) == original)
        var output = ScratchBuffer()
        #expect(throws: CompressionError.limitExceeded(.zstd, limit: 299_999)) {
            try unsafe frame.withUnsafeBytes {
                try unsafe Decompressor().decompress($0, codec: .zstd, limit: 299_999, into: &output)
            }
        }
        #expect(output.capacity <= 299_999)
    }

    @Test("a zstd frame that claims more than the limit is refused by its header alone")
    func zstdClaimedSize() {
        // A single-segment frame of 2^40 bytes: magic, descriptor with an 8-byte size, the size; nothing more.
        let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0, 1, 0, 0]
        #expect(throws: CompressionError.limitExceeded(.zstd, limit: 1 << 20)) {
            try Decompressor().decompressed(frame, codec: .zstd, limit: 1 << 20)
        }
    }

    /// As streaming clients write it.
    private func zstdFrameWithoutSize(_ bytes: [UInt8]) throws -> [UInt8] {
        let context = unsafe ZSTD_createCCtx()
        defer { unsafe ZSTD_freeCCtx(context) }
        unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
        var frame = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let count = unsafe ZSTD_compress2(context, &frame, frame.count, bytes, bytes.count)
        try #require(ZSTD_isError(count) == 0)
        return Array(frame[..<count])
    }
}

extension Codec {
    static func named(_ name: String) throws -> Codec { try #require(CodecCatalog.named(name)) }
}

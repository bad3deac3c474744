import CAllocationCounter
import Compression
import Testing

/// What every codec of the catalog promises.
@Suite("Every codec")
struct CodecConformanceTests {
    private static let compressing = CodecCatalog.all.filter { $0.id != .none }
    private static let sizes = [0, 1, 100, 32 << 10, (32 << 10) + 1, (64 << 10) + 1, 1 << 20]

    @Test("gives back what was put in, at every size and kind of content", arguments: CodecCatalog.all)
    func roundTrip(codec: Codec) throws {
        let compressor = try codec.makeCompressor()
        let decompressor = Decompressor()
        for payload in Payload.allCases {
            for size in Self.sizes {
                let original = payload.bytes(size)
                let compressed = try compressor.compressed(original)
                #expect(compressed.count <= compressor.bound(forByteCount: size), "\(payload) \(size)")
                let back = try decompressor.decompressed(compressed, codec: codec.id)
                #expect(back == original, "\(payload) \(size)")
            }
        }
    }

    @Test("works at its lowest and highest level", arguments: compressing.filter { $0.levels != nil })
    func levels(codec: Codec) throws {
        let levels = try #require(codec.levels)
        let original = Payload.text.bytes(100_000)
        for level in [levels.lowerBound, levels.upperBound] {
            let compressed = try codec.makeCompressor(level: level).compressed(original)
            #expect(compressed.count < original.count / 2)
            #expect(try Decompressor().decompressed(compressed, codec: codec.id) == original)
        }
    }

    @Test("compresses harder at a higher level", arguments: compressing.filter { $0.levels != nil })
    func levelsMatter(codec: Codec) throws {
        let levels = try #require(codec.levels)
        var generator = SeededGenerator(state: 7)
        let words = (0..<200).map { _ in String(UInt32.random(in: 0...UInt32.max, using: &generator), radix: 36) }
        let original = (0..<40_000).flatMap { _ in Array(words.randomElement(using: &generator)!.utf8) }
        let low = try codec.makeCompressor(level: levels.lowerBound).compressed(original)
        let high = try codec.makeCompressor(level: levels.upperBound).compressed(original)
        #expect(high.count < low.count)
    }

    @Test("refuses a level that it does not have", arguments: CodecCatalog.all)
    func levelOutOfRange(codec: Codec) {
        let level = (codec.levels?.upperBound ?? 0) + 1
        #expect(throws: CompressionError.levelOutOfRange(codec.id, level: level, levels: codec.levels)) {
            _ = try codec.makeCompressor(level: level)
        }
    }

    @Test("writes the same bytes from a reused context", arguments: CodecCatalog.all)
    func reuse(codec: Codec) throws {
        let compressor = try codec.makeCompressor()
        let first = try compressor.compressed(Payload.text.bytes(50_000))
        _ = try compressor.compressed(Payload.random.bytes(200_000))
        #expect(try compressor.compressed(Payload.text.bytes(50_000)) == first)
    }

    @Test("a bomb is an error, not an allocation", arguments: compressing)
    func bomb(codec: Codec) throws {
        let bomb = try codec.makeCompressor().compressed(Payload.zeros.bytes(32 << 20))
        let limit = 1 << 20
        var output = ScratchBuffer()
        #expect(throws: CompressionError.limitExceeded(codec.id, limit: limit)) {
            try unsafe bomb.withUnsafeBytes {
                try unsafe Decompressor().decompress($0, codec: codec.id, limit: limit, into: &output)
            }
        }
        #expect(output.capacity <= limit)
    }

    @Test("the limit is exact", arguments: CodecCatalog.all, Payload.allCases)
    func limit(codec: Codec, payload: Payload) throws {
        let original = payload.bytes(100_000)
        let compressed = try codec.makeCompressor().compressed(original)
        #expect(try Decompressor().decompressed(compressed, codec: codec.id, limit: 100_000) == original)
        #expect(throws: CompressionError.limitExceeded(codec.id, limit: 99_999)) {
            try Decompressor().decompressed(compressed, codec: codec.id, limit: 99_999)
        }
    }

    @Test("an output grown by one caller does not raise the limit of the next", arguments: compressing)
    func limitAfterGrowth(codec: Codec) throws {
        let compressor = try codec.makeCompressor()
        let decompressor = Decompressor()
        let large = try compressor.compressed(Payload.text.bytes(500_000))
        _ = try decompressor.decompressed(large, codec: codec.id)
        #expect(throws: CompressionError.limitExceeded(codec.id, limit: 1000)) {
            try decompressor.decompressed(large, codec: codec.id, limit: 1000)
        }
    }

    @Test("a cut-off stream is an error at every length", arguments: compressing, [SnappyForm.raw, .framed])
    func truncation(codec: Codec, form: SnappyForm) throws {
        let compressor = try form == .framed ? SnappyCompressor(form: form) : codec.makeCompressor()
        let compressed = try compressor.compressed(Payload.text.bytes(3_000))
        let decompressor = Decompressor()
        // Framed snappy has no end mark: a stream cut between its frames is a shorter stream.
        let wholeFrames = form == .framed ? [16] : []
        for length in 0..<compressed.count where !wholeFrames.contains(length) {
            #expect(throws: CompressionError.self, "cut after \(length) bytes") {
                try decompressor.decompressed(Array(compressed[..<length]), codec: compressor.codec)
            }
        }
    }

    @Test("changed bytes give an error or other bytes, within the limit, and never a crash", arguments: compressing)
    func fuzz(codec: Codec) throws {
        let original = Payload.text.bytes(70_000)
        var forms = [try codec.makeCompressor().compressed(original)]
        if codec.id == .snappy { forms.append(try SnappyCompressor(form: .framed).compressed(original)) }
        let decompressor = Decompressor()
        var generator = SeededGenerator(state: 42)
        var failures = 0
        for form in forms {
            for _ in 0..<2_000 {
                var bytes = form
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    // The first bytes steer the decoder most.
                    let range = Bool.random(using: &generator) ? 0..<min(32, bytes.count) : bytes.indices
                    bytes[Int.random(in: range, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
                }
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
                }
                do {
                    let count = try decompressor.countOfDecompressed(bytes, codec: codec.id, limit: 1 << 20)
                    #expect(count <= 1 << 20)
                } catch let error as CompressionError {
                    failures += 1
                    #expect(!error.description.isEmpty)
                }
            }
        }
        #expect(failures > 0)
        #expect(try decompressor.decompressed(forms[0], codec: codec.id) == original, "errors leave no trace")
    }

    @Test("random bytes are an error", arguments: compressing)
    func garbage(codec: Codec) {
        let decompressor = Decompressor()
        for size in [0, 1, 7, 61, 4_096] {
            // A first byte of all ones begins none of the formats.
            let bytes = [UInt8](repeating: 0xFF, count: size)
            #expect(throws: CompressionError.self, "\(size) bytes") {
                try decompressor.decompressed(bytes, codec: codec.id)
            }
        }
    }

    @Test("bytes after the end are an error", arguments: compressing)
    func trailing(codec: Codec) throws {
        let compressed = try codec.makeCompressor().compressed(Payload.text.bytes(1_000))
        #expect(throws: CompressionError.self) {
            try Decompressor().decompressed(compressed + [1, 2, 3, 4, 5, 6, 7, 8], codec: codec.id)
        }
    }

    @Test("a room below the bound is refused before it is written to", arguments: CodecCatalog.all)
    func smallRoom(codec: Codec) throws {
        let compressor = try codec.makeCompressor()
        let original = Payload.random.bytes(1_000)
        let bound = compressor.bound(forByteCount: original.count)
        var room = [UInt8](repeating: 0xAA, count: bound - 1)
        #expect(throws: CompressionError.roomTooSmall(codec.id, needed: bound, available: bound - 1)) {
            try unsafe original.withUnsafeBytes { source in
                try unsafe room.withUnsafeMutableBytes { _ = try unsafe compressor.compress(source, into: $0) }
            }
        }
        #expect(room.allSatisfy { $0 == 0xAA })
    }

    @Test("allocates nothing per batch once it has seen one", arguments: CodecCatalog.all)
    func allocations(codec: Codec) throws {
        let compressor = try codec.makeCompressor()
        let decompressor = Decompressor()
        let original = Payload.text.bytes(100_000)
        var compressed = ScratchBuffer()
        var output = ScratchBuffer()
        func batch() throws {
            compressed.count = 0
            _ = try unsafe original.withUnsafeBytes { try unsafe compressor.compress($0, appendingTo: &compressed) }
            try unsafe decompressor.decompress(compressed.bytes, codec: codec.id, into: &output)
        }
        try batch()
        let before = sluice_thread_allocations()
        for _ in 0..<20 { try batch() }
        let perBatch = Double(sluice_thread_allocations() - before) / 20
        // libsnappy takes and frees its hash table in each call; its C interface offers no context to keep it in.
        #expect(perBatch <= (codec.id == .snappy ? 1 : 0))
    }
}

extension Decompressor {
    fileprivate func countOfDecompressed(_ bytes: [UInt8], codec: CodecID, limit: Int) throws -> Int {
        var output = ScratchBuffer()
        try unsafe bytes.withUnsafeBytes { try unsafe decompress($0, codec: codec, limit: limit, into: &output) }
        return output.count
    }
}

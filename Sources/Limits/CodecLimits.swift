internal import CPlainLoops
internal import Compression
internal import Results

/// Each codec beside its library called from C, on the same payload and at its default level; both
/// reuse their contexts.
enum CodecLimits {
    static let all: [LimitComponent] = CodecCatalog.all.filter { $0.id != .none }
        .flatMap { [compress($0), decompress($0)] }

    private static func compress(_ codec: Codec) -> LimitComponent {
        let name = "compress-\(codec.name)"
        return LimitComponent(
            name, "compress 64 KiB, of which half is text; plain: the library from C", unit: .bytesPerSecond,
            target: .ratio(atLeast: 0.95)
        ) { surroundings in
            let payload = try Payload(surroundings.seed)
            let plain = try PlainCodec(codec)
            let compressor = try codec.makeCompressor()
            let room = TouchedBuffer(
                byteCount: max(plain.bound(payload.byteCount), compressor.bound(forByteCount: payload.byteCount)))
            let expected = try unsafe plain.compress(payload.bytes, into: room.bytes, repetitions: 1)
            return try LimitTrial(
                repeating: Double(payload.byteCount), by: .cpu, scale: surroundings.scale,
                ours: { repetitions in
                    var count = 0
                    for _ in 0..<repetitions {
                        count = unsafe try compressor.compress(payload.bytes, into: room.bytes)
                    }
                    guard count == expected else { throw UnlikeWork(name, ours: "\(count)", plain: "\(expected)") }
                },
                plain: { repetitions in
                    _ = unsafe try plain.compress(payload.bytes, into: room.bytes, repetitions: repetitions)
                })
        }
    }

    private static func decompress(_ codec: Codec) -> LimitComponent {
        let name = "decompress-\(codec.name)"
        return LimitComponent(
            name, "decompress to 64 KiB, of which half is text; plain: the library from C", unit: .bytesPerSecond,
            target: .ratio(atLeast: 0.95)
        ) { surroundings in
            let payload = try Payload(surroundings.seed)
            let byteCount = payload.byteCount
            let plain = try PlainCodec(codec)
            let decompressor = Decompressor()
            let compressed = TouchedBuffer(byteCount: plain.bound(byteCount))
            let compressedCount = unsafe try plain.compress(payload.bytes, into: compressed.bytes, repetitions: 1)
            // Both sides write to the same memory, as its place alone makes differences of some per cent. There is more
            // than enough, because the LZ4 library decodes in place only where there is room for a whole block.
            let output = Output(byteCount: byteCount + (64 << 10))
            return try LimitTrial(
                repeating: Double(byteCount), by: .cpu, scale: surroundings.scale,
                ours: { repetitions in
                    let source = unsafe UnsafeRawBufferPointer(rebasing: compressed.bytes[..<compressedCount])
                    for _ in 0..<repetitions {
                        unsafe try decompressor.decompress(source, codec: codec.id, into: &output.buffer)
                    }
                    let count = output.buffer.count
                    guard count == byteCount else { throw UnlikeWork(name, ours: "\(count)", plain: "\(byteCount)") }
                },
                plain: { repetitions in
                    let source = unsafe UnsafeRawBufferPointer(rebasing: compressed.bytes[..<compressedCount])
                    let count = unsafe try plain.decompress(
                        source, into: output.buffer.memory, repetitions: repetitions)
                    guard count == byteCount else { throw UnlikeWork(name, ours: "\(byteCount)", plain: "\(count)") }
                })
        }
    }
}

/// Where a decompressor writes, shared by closures.
private final class Output {
    var buffer: ScratchBuffer

    init(byteCount: Int) { buffer = ScratchBuffer(capacity: byteCount) }
}

/// A codec's library, called from C.
@safe
private final class PlainCodec {
    private let handle: OpaquePointer
    private let name: String

    init(_ codec: Codec) throws {
        guard let handle = unsafe plain_codec_make(Int32(codec.id.rawValue), Int32(codec.defaultLevel ?? 0)) else {
            throw LimitUnavailable(reason: "there is no plain loop for codec \(codec.name)")
        }
        unsafe self.handle = handle
        name = codec.name
    }

    deinit { unsafe plain_codec_free(handle) }

    func bound(_ byteCount: Int) -> Int { unsafe plain_codec_bound(handle, byteCount) }

    func compress(
        _ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, repetitions: Int
    ) throws -> Int {
        try checked(
            unsafe plain_compress(handle, source.baseAddress, source.count, room.baseAddress, room.count, repetitions))
    }

    func decompress(
        _ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, repetitions: Int
    ) throws -> Int {
        try checked(
            unsafe plain_decompress(handle, source.baseAddress, source.count, room.baseAddress, room.count, repetitions)
        )
    }

    private func checked(_ count: Int) throws -> Int {
        guard count > 0 else { throw UnlikeWork(name, ours: "no failure", plain: "a failure of the library") }
        return count
    }
}

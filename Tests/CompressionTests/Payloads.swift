import Compression

/// A generator that gives the same numbers on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Contents to compress.
enum Payload: CaseIterable {
    case zeros, text, random

    func bytes(_ count: Int) -> [UInt8] {
        switch self {
        case .zeros: return [UInt8](repeating: 0, count: count)
        case .text:
            let line = Array("a record of some words, number 12345; ".utf8)
            return (0..<count).map { line[($0 + $0 / 997) % line.count] }
        case .random:
            var generator = SeededGenerator(state: UInt64(count))
            return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
    }
}

extension Compressor {
    func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
        var output = ScratchBuffer()
        _ = try unsafe bytes.withUnsafeBytes { try unsafe compress($0, appendingTo: &output) }
        return unsafe Array(output.bytes)
    }
}

extension Decompressor {
    func decompressed(_ bytes: [UInt8], codec: CodecID, limit: Int = Decompressor.defaultLimit) throws -> [UInt8] {
        try unsafe bytes.withUnsafeBytes { try unsafe Array(decompress($0, codec: codec, limit: limit)) }
    }
}

internal import LinuxKernel

/// Makes record values of one size: a stamp, bytes that no codec can shorten, and a filler that every codec removes.
///
/// The random bytes are taken in turn from a pool much larger than a codec's window, so that a batch holds no two alike.
@safe
package struct PayloadSource: ~Copyable {
    private static let poolByteCount = 8 << 20
    private static let filler = Array("the quick brown fox jumps over the lazy dog, and the log only grows; ".utf8)

    private let pool = AlignedBuffer(byteCount: poolByteCount)
    private let value: AlignedBuffer
    private let recordByteCount: Int
    private let randomByteCount: Int
    private var cursor = 0

    /// - Parameters:
    ///   - recordByteCount: A value's size, at least `RecordStamp.byteCount`.
    ///   - compressibility: The share of a value that is filler, from 0 to 1; the stamp counts as random.
    ///   - seed: What the random bytes are drawn from.
    package init(recordByteCount: Int, compressibility: Double, seed: UInt64) {
        precondition(recordByteCount >= RecordStamp.byteCount, "a value holds its stamp")
        self.recordByteCount = recordByteCount
        let fillerByteCount = Int((Double(recordByteCount) * compressibility).rounded())
        randomByteCount = max(0, recordByteCount - RecordStamp.byteCount - fillerByteCount)
        value = AlignedBuffer(byteCount: recordByteCount)
        unsafe Self.fillWithNoise(pool.bytes, seed: seed)
        unsafe Self.fillWithText(value.bytes)
    }

    /// The next value, good until the one after it is asked for.
    package mutating func next(producer: UInt32, sequence: UInt64) -> UnsafeRawBufferPointer {
        let bytes = unsafe value.bytes
        var position = RecordStamp.byteCount
        var left = randomByteCount
        while left > 0 {
            if cursor == Self.poolByteCount { cursor = 0 }
            let count = min(left, Self.poolByteCount - cursor)
            unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[position..<position + count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: pool.bytes[cursor..<cursor + count]))
            cursor += count
            position += count
            left -= count
        }
        unsafe RecordStamp(producer: producer, sequence: sequence).write(to: bytes)
        return UnsafeRawBufferPointer(bytes)
    }

    private static func fillWithNoise(_ bytes: UnsafeMutableRawBufferPointer, seed: UInt64) {
        // xorshift64*: fast, seeded, and noise to any codec.
        var state = seed | 1
        for offset in stride(from: 0, to: bytes.count, by: 8) {
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            unsafe bytes.storeBytes(of: state &* 0x2545_F491_4F6C_DD1D, toByteOffset: offset, as: UInt64.self)
        }
    }

    private static func fillWithText(_ bytes: UnsafeMutableRawBufferPointer) {
        for offset in 0..<bytes.count { unsafe bytes[offset] = filler[offset % filler.count] }
    }
}

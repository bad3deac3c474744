internal import LinuxKernel

/// Makes record values: a stamp, then bytes that no codec can shorten and a filler that every codec removes,
/// or a corpus's lines in turn.
///
/// The random bytes are taken in turn from a pool much larger than a codec's window, so that a batch
/// holds no two alike.
@safe
package struct PayloadSource: ~Copyable {
    private static let poolByteCount = 8 << 20
    private static let filler = Array("the quick brown fox jumps over the lazy dog, and the log only grows; ".utf8)

    private let pool = AlignedBuffer(byteCount: poolByteCount)
    private let value: AlignedBuffer
    private let corpus: Corpus?
    private let compressibility: Double
    private var sizes: SizeSource
    private var cursor = 0
    private var line = 0
    /// Up to where the value was written for records before.
    private var dirtyEnd = 0
    /// The bytes of the value that is made next.
    package private(set) var nextByteCount = 0

    /// - Parameters:
    ///   - sizes: The values' sizes; a corpus has its own.
    ///   - compressibility: The share of a value that is filler, from 0 to 1; the stamp counts as random.
    ///   - corpus: What values are taken from instead.
    ///   - seed: What sizes and random bytes are drawn from, and where in the corpus the first line is taken.
    package init(sizes: RecordSizes, compressibility: Double, corpus: Corpus? = nil, seed: UInt64) {
        precondition(sizes.largest >= RecordStamp.byteCount, "a value holds its stamp")
        self.compressibility = compressibility
        self.corpus = corpus
        self.sizes = SizeSource(sizes, seed: seed)
        value = AlignedBuffer(byteCount: sizes.largest)
        unsafe Self.fillWithNoise(pool.bytes, seed: seed)
        unsafe Self.fillWithText(value.bytes)
        if let corpus {
            line = Int(seed % UInt64(corpus.lineCount))
            nextByteCount = corpus.recordByteCount(ofLine: line)
        } else {
            nextByteCount = self.sizes.next()
        }
    }

    private mutating func drawByteCount() -> Int { corpus?.recordByteCount(ofLine: line) ?? sizes.next() }

    /// The next value, good until the one after it is asked for.
    package mutating func next(producer: UInt32, sequence: UInt64) -> UnsafeRawBufferPointer {
        let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: value.bytes[..<nextByteCount])
        if let corpus {
            unsafe corpus.copy(line: line, to: bytes)
            line = line + 1 == corpus.lineCount ? 0 : line + 1
        } else {
            unsafe fillRandom(bytes)
        }
        unsafe RecordStamp(producer: producer, sequence: sequence).write(to: bytes)
        nextByteCount = drawByteCount()
        return UnsafeRawBufferPointer(bytes)
    }

    private mutating func fillRandom(_ bytes: UnsafeMutableRawBufferPointer) {
        let fillerByteCount = Int((Double(bytes.count) * compressibility).rounded())
        let end = max(RecordStamp.byteCount, bytes.count - fillerByteCount)
        var position = RecordStamp.byteCount
        while position < end {
            if cursor == Self.poolByteCount { cursor = 0 }
            let count = min(end - position, Self.poolByteCount - cursor)
            unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[position..<position + count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: pool.bytes[cursor..<cursor + count]))
            cursor += count
            position += count
        }
        // What a longer value left of its random bytes is filler of this one.
        for offset in end..<max(end, min(dirtyEnd, bytes.count)) {
            unsafe bytes[offset] = Self.filler[offset % Self.filler.count]
        }
        dirtyEnd = max(end, dirtyEnd > bytes.count ? dirtyEnd : end)
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

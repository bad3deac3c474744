internal import Glibc
internal import LinuxKernel

/// Which keys records have: `key-` and a number of 12 digits.
package struct RecordKeys: Sendable, Equatable {
    package enum Distribution: Sendable, CaseIterable {
        /// No keys.
        case none
        /// 0, 1, 2, … and again from the first.
        case sequential
        /// Each as often as any other.
        case uniform
        /// The most frequent key is `key-000000000000`; the n-th comes a n-th as often.
        case zipfian
    }

    package var distribution: Distribution
    /// How many different keys there are.
    package var count: Int

    package init(_ distribution: Distribution = .none, count: Int = 1) {
        self.distribution = distribution
        self.count = count
    }

    package static let byteCount = 16

    /// The bytes that a record's key has.
    package var keyByteCount: Int { distribution == .none ? 0 : Self.byteCount }
}

/// Draws keys.
@safe
struct KeySource: ~Copyable {
    private let keys: RecordKeys
    private var generator: SplitMix64
    private var zipfian: ZipfianSource
    private var nextNumber = 0
    private let text = AlignedBuffer(byteCount: RecordKeys.byteCount)

    init(_ keys: RecordKeys, seed: UInt64) {
        self.keys = keys
        generator = SplitMix64(seed: seed ^ 0x4b_4559_53)
        zipfian = ZipfianSource(count: max(1, keys.count))
        for (index, byte) in "key-".utf8.enumerated() { unsafe text.bytes[index] = byte }
    }

    /// The next record's key, good until the one after it is asked for; nil where there are none.
    mutating func next() -> UnsafeRawBufferPointer? {
        var number: Int
        switch keys.distribution {
        case .none: return nil
        case .sequential:
            number = nextNumber
            nextNumber = nextNumber + 1 == keys.count ? 0 : nextNumber + 1
        case .uniform: number = Int.random(in: 0..<keys.count, using: &generator)
        case .zipfian: number = zipfian.next(using: &generator)
        }
        for index in stride(from: RecordKeys.byteCount - 1, through: 4, by: -1) {
            unsafe text.bytes[index] = UInt8(ascii: "0") + UInt8(number % 10)
            number /= 10
        }
        return unsafe UnsafeRawBufferPointer(text.bytes)
    }
}

/// Draws from Zipf's distribution with exponent 1 by rejection from the integral of its envelope, in
/// constant time and memory.
///
/// Source: W. Hörmann and G. Derflinger, "Rejection-inversion to generate variates from monotone discrete
/// distributions", ACM Transactions on Modeling and Computer Simulation 6 (1996), 169–184.
struct ZipfianSource {
    private let count: Int
    private let low: Double
    private let high: Double
    private let shortcut: Double

    init(count: Int) {
        self.count = count
        low = log(1.5) - 1
        high = log(Double(count) + 0.5)
        shortcut = 2 - exp(log(2.5) - 0.5)
    }

    /// A number from 0 on; 0 is the most frequent.
    mutating func next<Generator: RandomNumberGenerator>(using generator: inout Generator) -> Int {
        while true {
            let place = high + Double.random(in: 0..<1, using: &generator) * (low - high)
            let inverse = exp(place)
            let rank = min(Double(count), max(1, inverse.rounded()))
            if rank - inverse <= shortcut || place >= log(rank + 0.5) - 1 / rank { return Int(rank) - 1 }
        }
    }
}

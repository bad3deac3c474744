internal import Glibc

/// How many bytes the records' values have.
package enum RecordSizes: Sendable, Equatable {
    case fixed(Int)
    /// Every size within the bounds as often as any other.
    case uniform(ClosedRange<Int>)
    /// Lognormal: the mean of the sizes, and the standard deviation of their logarithm. Sizes beyond
    /// `longest` are cut to it.
    case lognormal(mean: Int, sigma: Double, longest: Int)
    /// These sizes, drawn at random.
    case sampled([Int])

    /// The mean of the sizes.
    package var mean: Int {
        switch self {
        case .fixed(let size), .lognormal(let size, _, _): size
        case .uniform(let range): (range.lowerBound + range.upperBound) / 2
        case .sampled(let sizes): sizes.reduce(0, +) / max(1, sizes.count)
        }
    }

    package var largest: Int {
        switch self {
        case .fixed(let size): size
        case .lognormal(_, _, let longest): longest
        case .uniform(let range): range.upperBound
        case .sampled(let sizes): sizes.max() ?? 0
        }
    }

    package var isFixed: Bool {
        if case .fixed = self { true } else { false }
    }
}

/// Draws sizes.
struct SizeSource {
    private let sizes: RecordSizes
    private var generator: SplitMix64
    /// The second of two normal deviates, which come in pairs.
    private var spareDeviate: Double?

    init(_ sizes: RecordSizes, seed: UInt64) {
        self.sizes = sizes
        generator = SplitMix64(seed: seed ^ 0x53_495a_4553)
    }

    /// The next size, never less than a stamp.
    mutating func next() -> Int {
        let size =
            switch sizes {
            case .fixed(let size): size
            case .uniform(let range): Int.random(in: range, using: &generator)
            case .lognormal(let mean, let sigma, let longest):
                min(longest, Int(exp(log(Double(mean)) - sigma * sigma / 2 + sigma * deviate()).rounded()))
            case .sampled(let sizes): sizes[Int.random(in: sizes.indices, using: &generator)]
            }
        return max(RecordStamp.byteCount, size)
    }

    /// A standard normal deviate (Box and Muller 1958).
    private mutating func deviate() -> Double {
        if let spare = spareDeviate {
            spareDeviate = nil
            return spare
        }
        let radius = (-2 * log(generator.unitInterval())).squareRoot()
        let angle = 2 * Double.pi * generator.unitInterval()
        spareDeviate = radius * sin(angle)
        return radius * cos(angle)
    }
}

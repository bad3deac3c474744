/// xoshiro256** 1.0 (Blackman and Vigna, 2018), its state filled from one seed by SplitMix64 (Steele, Lea and Flood,
/// 2014), as its authors advise. The same seed gives the same numbers on every machine and with every version of Swift.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    package init(seed: UInt64) {
        var mixer = SplitMix64(seed: seed)
        state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
    }

    package mutating func next() -> UInt64 {
        let result = Self.rotateLeft(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotateLeft(state.3, by: 45)
        return result
    }

    /// A number from 0 up to but not including `bound`, each with the same probability (Lemire's method, 2019).
    ///
    /// The standard library's `Int.random(in:using:)` would do, but does not promise the same numbers in every version.
    package mutating func next(below bound: Int) -> Int {
        precondition(bound > 0, "there is no number below \(bound)")
        let limit = UInt64(bound)
        var product = next().multipliedFullWidth(by: limit)
        if product.low < limit {
            let threshold = (0 &- limit) % limit
            while product.low < threshold { product = next().multipliedFullWidth(by: limit) }
        }
        return Int(product.high)
    }

    private static func rotateLeft(_ value: UInt64, by count: UInt64) -> UInt64 {
        (value << count) | (value >> (64 - count))
    }
}

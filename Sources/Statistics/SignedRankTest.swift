/// Wilcoxon's signed-rank test of paired differences, two-sided and exact.
///
/// - Zeros: pairs without a difference say nothing about its sign and are left out (Wilcoxon's own rule, SciPy's
///   `zero_method="wilcox"`).
/// - Ties: equal magnitudes share the mean of their ranks, and the p-value is exact for those ranks: the share of all
///   2ⁿ ways to put signs on them that are at least as extreme (SciPy's `PermutationMethod` with all permutations).
package struct SignedRankTest: Sendable, Hashable {
    /// The number of differences that are not zero.
    package let pairs: Int
    /// The sum of the ranks of the positive differences.
    package let positiveRankSum: Double
    /// The two-sided p-value; 1 if no difference is left.
    package let pValue: Double

    /// Tests whether `differences` are symmetric around zero. Time and memory grow with the third and second power of
    /// their number: a thousandth of a second for 100.
    package init(differences: [Double]) {
        let nonzero = differences.filter { $0 != 0 }
        let doubledRanks = Ranks.doubled(nonzero.map(\.magnitude))
        pairs = nonzero.count
        let sum = zip(nonzero, doubledRanks).reduce(0) { $1.0 > 0 ? $0 + $1.1 : $0 }
        positiveRankSum = Double(sum) / 2
        pValue = Self.pValue(of: sum, doubledRanks)
    }

    /// The smallest p-value that `pairs` differences can reach.
    package static func smallestPValue(pairs: Int) -> Double {
        pairs == 0 ? 1 : min(1, Double(sign: .plus, exponent: 1 - pairs, significand: 1))
    }

    /// Twice the smaller tail of the rank sum's distribution over all signs.
    private static func pValue(of sum: Int, _ ranks: [Int]) -> Double {
        let probability = SubsetSums.probabilities(of: ranks)
        let lower = probability[...sum].reduce(0, +)
        let upper = probability[sum...].reduce(0, +)
        return min(1, 2 * min(lower, upper))
    }
}

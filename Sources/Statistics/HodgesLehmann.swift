/// The estimators of Hodges and Lehmann (1963), with the exact confidence intervals that belong to the rank tests: the
/// interval leaves zero out exactly where the test reaches the level, if no values are tied.
///
/// They are nearly as precise as means for normal noise and hardly moved by outliers, where a median needs half as many
/// measurements again for the same precision. That is why the gate uses them.
package enum HodgesLehmann {
    /// The centre of paired differences: the median of all means of two of them (each with itself too), with its
    /// interval from the signed-rank distribution.
    ///
    /// - Returns: nil if there are no differences. With too few for the level the interval is unbounded.
    package static func center(of differences: [Double], level: Double = 0.95) -> Interval? {
        guard !differences.isEmpty else { return nil }
        var means: [Double] = []
        means.reserveCapacity(differences.count * (differences.count + 1) / 2)
        for first in differences.indices {
            for second in first..<differences.count { means.append((differences[first] + differences[second]) / 2) }
        }
        let sums = SubsetSums.probabilities(of: Array(1...differences.count))
        return interval(means, cut: cut(sums, tail: (1 - level) / 2))
    }

    /// The shift from `base` to `head`, independent samples: the median of all differences, with its interval from the
    /// distribution of Mann and Whitney's statistic.
    ///
    /// - Returns: nil if a sample is empty. With too few values for the level the interval is unbounded.
    package static func shift(base: [Double], head: [Double], level: Double = 0.95) -> Interval? {
        guard !base.isEmpty, !head.isEmpty else { return nil }
        let differences = head.flatMap { value in base.map { value - $0 } }
        let tail = (1 - level) / 2
        let (m, n) = (base.count, head.count)
        if m + n <= MannWhitneyTest.exactLimit {
            let ways = SubsetSums.ways(of: Array(1...(m + n)), chosen: n)
            let total = ways.reduce(0, +)
            // The smallest sum of n ranks is n(n + 1)/2; counted from there it is Mann and Whitney's statistic.
            return interval(differences, cut: cut(ways[(n * (n + 1) / 2)...].map { $0 / total }, tail: tail))
        }
        let deviation = (Double(m) * Double(n) * Double(m + n + 1) / 12).squareRoot()
        let cut = (Double(m) * Double(n) / 2 + Normal.quantile(tail) * deviation).rounded(.down)
        return interval(differences, cut: Int(max(0, cut)))
    }

    /// How many values at each end lie outside of the interval: the most whose probability stays within `tail`.
    private static func cut(_ probabilities: [Double], tail: Double) -> Int {
        var sum = 0.0
        for (count, probability) in probabilities.enumerated() {
            sum += probability
            // Sums of powers of two are exact, other shares may round up to the level itself.
            if sum > tail * (1 + 1e-12) { return count }
        }
        return probabilities.count
    }

    private static func interval(_ values: [Double], cut: Int) -> Interval {
        let sorted = values.sorted()
        let median = Quantile.type7(sorted, 0.5)
        guard cut > 0 else { return Interval(median: median, low: -.infinity, high: .infinity) }
        let low = min(cut - 1, (sorted.count - 1) / 2)
        return Interval(median: median, low: sorted[low], high: sorted[sorted.count - 1 - low])
    }
}

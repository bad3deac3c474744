/// Quantiles of a sample by linear interpolation between order statistics: type 7 of Hyndman and Fan (1996), the
/// default of R, NumPy and SciPy.
package enum Quantile {
    /// The quantile at `probability` (0…1) of `sorted`, which is in rising order and not empty.
    package static func type7(_ sorted: [Double], _ probability: Double) -> Double {
        precondition(!sorted.isEmpty, "an empty sample has no quantiles")
        let position = Double(sorted.count - 1) * probability
        let below = Int(position)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
    }

    /// The median of `values`, in any order; nil if there are none.
    package static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : type7(values.sorted(), 0.5)
    }
}

/// Holm's step-down correction (1979) of a family of p-values: the chance of any false alarm among them stays below the
/// level, whatever their dependence.
package enum HolmCorrection {
    /// The corrected p-values, in the order of `pValues`.
    package static func adjust(_ pValues: [Double]) -> [Double] {
        var adjusted = pValues
        var largest = 0.0
        for (step, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
            largest = max(largest, min(1, Double(pValues.count - step) * pValues[index]))
            adjusted[index] = largest
        }
        return adjusted
    }
}

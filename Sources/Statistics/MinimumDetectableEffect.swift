/// How small a change a measurement can find: Bloom's minimum detectable effect (1995), (t₁₋α⁄₂ + t_power) · s ∕ √n, of
/// the mean of paired differences.
package enum MinimumDetectableEffect {
    /// The smallest true shift of the differences' centre that is found with probability `power` at a
    /// two-sided `level`.
    ///
    /// - Parameters:
    ///   - deviation: the standard deviation of one difference; for log-ratios the result is a log-ratio.
    ///   - pairs: how many differences; with one there is no answer.
    package static func shift(deviation: Double, pairs: Int, level: Double = 0.05, power: Double = 0.8) -> Double? {
        guard pairs > 1 else { return nil }
        let degrees = pairs - 1
        let multiple =
            StudentT.quantile(1 - level / 2, degrees: degrees) + StudentT.quantile(power, degrees: degrees)
        return multiple * deviation / Double(pairs).squareRoot()
    }

    /// The smallest relative change (0.05 is 5 %) between two cells of `legs` legs each, paired by round, whose legs
    /// vary by the coefficient `variation` and have nothing in common within a round.
    package static func relativeChange(
        variation: Double, legs: Int, level: Double = 0.05, power: Double = 0.8
    ) -> Double? {
        // A log-ratio of two has the variance of both; the logarithm's deviation is the coefficient, for small ones.
        shift(deviation: variation * 2.0.squareRoot(), pairs: legs, level: level, power: power)
            .map { Logarithm.inverse($0) - 1 }
    }
}

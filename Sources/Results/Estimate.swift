/// A median over legs with its 95 % interval.
package struct Estimate: Sendable, Hashable, Codable {
    package var median: Double
    /// The interval's ends; nil where the legs are too few for one.
    package var low: Double?
    package var high: Double?

    package init(median: Double, low: Double?, high: Double?) {
        self.median = median
        self.low = low
        self.high = high
    }
}

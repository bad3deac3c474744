/// A median with a confidence interval around it.
package struct Interval: Sendable, Hashable {
    package var median: Double
    package var low: Double
    package var high: Double

    package init(median: Double, low: Double, high: Double) {
        self.median = median
        self.low = low
        self.high = high
    }

    func map(_ transform: (Double) -> Double) -> Interval {
        Interval(median: transform(median), low: transform(low), high: transform(high))
    }
}

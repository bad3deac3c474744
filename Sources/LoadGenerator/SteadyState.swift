/// Tells when a load's throughput has become steady: when the straight line through the readings of the last second
/// rises or falls by no more than a twentieth of their mean.
///
/// A line, not two means: a slow climb, as of a cache that fills, has a slope where neighbouring readings are alike.
package struct SteadyState: Sendable {
    package static let interval: Int64 = 100_000_000
    private static let readings = 10
    private static let tolerance = 0.05

    private var recent: [Double] = []
    private var last: Int64
    private var lastBytes = 0

    package init(startingAt now: Int64) { last = now }

    /// By what share of its mean throughput changed over the last second; nil before a second is over.
    package var change: Double? {
        guard recent.count == Self.readings else { return nil }
        let mean = recent.reduce(0, +) / Double(recent.count)
        guard mean > 0 else { return nil }
        let center = Double(recent.count - 1) / 2
        var covariance = 0.0
        var variance = 0.0
        for (index, value) in recent.enumerated() {
            covariance += (Double(index) - center) * (value - mean)
            variance += (Double(index) - center) * (Double(index) - center)
        }
        return covariance / variance * Double(recent.count) / mean
    }

    package var isSteady: Bool { change.map { $0.magnitude <= Self.tolerance } ?? false }

    /// Takes what was acknowledged so far, as often as one likes; a reading is made every 100 ms.
    package mutating func tick(bytes: Int, now: Int64) {
        guard now - last >= Self.interval else { return }
        if recent.count == Self.readings { recent.removeFirst() }
        recent.append(Double(bytes - lastBytes) / Double(now - last))
        last = now
        lastBytes = bytes
    }
}

internal import Histogram

/// The latencies of the last moments, for a timeline: coarser than a result's, so that reading and emptying it costs
/// microseconds.
package struct RecentLatencies: Sendable {
    private var histogram: Histogram<UInt32>

    package init() {
        histogram = Histogram(highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .two)
    }

    /// Records a latency; beyond a minute it counts as a minute.
    package mutating func record(nanoseconds: Int64) {
        histogram.record(UInt64(min(max(0, nanoseconds), 60_000_000_000)))
    }

    /// The percentiles of what was recorded since the last call, in nanoseconds; nil when nothing was.
    package mutating func take() -> (p50: UInt64, p99: UInt64, max: UInt64)? {
        guard histogram.totalCount > 0 else { return nil }
        let found = (histogram.valueAtPercentile(50), histogram.valueAtPercentile(99), histogram.maxRecorded)
        histogram.reset()
        return found
    }
}

internal import Histogram

/// Latencies in nanoseconds, in an HdrHistogram of three significant digits.
///
/// Recording allocates nothing up to `preparedRange`; longer latencies are recorded too, and make the histogram grow
/// once. Recorders are merged, never averaged. A copy shares its memory until one of the two records.
package struct LatencyRecorder: Sendable, Equatable {
    /// The latency up to which recording never allocates: one hour.
    package static let preparedRange: Int64 = 3_600 * 1_000_000_000

    private var histogram: Histogram<UInt64>

    package init() {
        histogram = Histogram(
            highestTrackableValue: UInt64(Self.preparedRange), numberOfSignificantValueDigits: .three)
        histogram.autoResize = true
    }

    /// Records one latency. It is the difference of two readings of a monotonic clock, so a negative one is a bug.
    package mutating func record(nanoseconds: Int64) {
        precondition(nanoseconds >= 0, "a latency below zero")
        histogram.record(UInt64(nanoseconds))
    }

    /// Adds all that another recorder holds.
    package mutating func merge(_ other: LatencyRecorder) {
        let recorded = other.recorded
        add(values: recorded.values, counts: recorded.counts, max: other.histogram.maxRecorded)
    }

    /// The recorded values, ascending, each with its count; to three digits.
    private var recorded: (values: [UInt64], counts: [UInt64]) {
        var values: [UInt64] = []
        var counts: [UInt64] = []
        for recorded in histogram.recordedValues() {
            values.append(histogram.lowestEquivalentForValue(recorded.value))
            counts.append(recorded.count)
        }
        return (values, counts)
    }

    /// Adds values with their counts. One of the largest is recorded as the exact maximum, so that the maximum stays exact.
    private mutating func add(values: [UInt64], counts: [UInt64], max: UInt64) {
        guard var largest = counts.last else { return }
        largest -= 1
        for (value, count) in zip(values, counts.dropLast() + [largest]) where count > 0 {
            histogram.record(value, count: count)
        }
        histogram.record(max)
    }

    /// How many latencies were recorded.
    package var count: UInt64 { histogram.totalCount }

    /// The value that `percent` of the latencies do not exceed, to three digits; nil when nothing was recorded.
    package func percentile(_ percent: Double) -> UInt64? {
        count == 0 ? nil : histogram.valueAtPercentile(percent)
    }

    /// The percentiles that every result has; nil when nothing was recorded. The maximum is exact.
    package var summary: LatencySummary? {
        guard count > 0 else { return nil }
        return LatencySummary(
            count: count,
            p50: histogram.valueAtPercentile(50), p90: histogram.valueAtPercentile(90),
            p99: histogram.valueAtPercentile(99), p999: histogram.valueAtPercentile(99.9), max: histogram.maxRecorded)
    }

    /// Every recorded value, ascending, with the number of latencies up to it.
    package var steps: [(nanoseconds: UInt64, cumulativeCount: UInt64)] {
        var total: UInt64 = 0
        return histogram.recordedValues().map { recorded in
            total += recorded.count
            return (histogram.highestEquivalentForValue(recorded.value), total)
        }
    }

    /// The percentile distribution in HdrHistogram's text format (`.hgrm`), in nanoseconds; HdrHistogram's own plotter
    /// reads it.
    package var percentileDistribution: String {
        var text = ""
        histogram.outputPercentileDistribution(to: &text, outputValueUnitScalingRatio: 1)
        return text
    }
}

/// Percentiles of latencies, in nanoseconds.
package struct LatencySummary: Sendable, Equatable, Codable {
    package var count: UInt64
    package var p50: UInt64
    package var p90: UInt64
    package var p99: UInt64
    package var p999: UInt64
    package var max: UInt64
}

/// A recorder travels between processes as the values it holds with their counts, which loses nothing: the processes of
/// one cell can be merged.
extension LatencyRecorder: Codable {
    private enum CodingKeys: String, CodingKey {
        case values, counts, max
    }

    package func encode(to encoder: any Encoder) throws {
        let recorded = recorded
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(recorded.values, forKey: .values)
        try container.encode(recorded.counts, forKey: .counts)
        try container.encode(histogram.maxRecorded, forKey: .max)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let values = try container.decode([UInt64].self, forKey: .values)
        let counts = try container.decode([UInt64].self, forKey: .counts)
        let max = try container.decode(UInt64.self, forKey: .max)
        let ascending = zip(values, values.dropFirst()).allSatisfy(<)
        let inRange = max <= UInt64(Int64.max) && counts.allSatisfy { $0 > 0 && $0 <= UInt64(Int64.max) }
        self.init()
        guard values.count == counts.count, ascending, inRange,
            values.last.map({ histogram.valuesAreEquivalent($0, max) }) ?? (max == 0)
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .values, in: container,
                debugDescription: "Not a recorded histogram: values must ascend up to the maximum, each with a count.")
        }
        add(values: values, counts: counts, max: max)
    }
}

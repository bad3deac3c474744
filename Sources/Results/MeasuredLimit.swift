/// What this machine can do at most of one thing, measured by the plainest loop that does it.
package struct MeasuredLimit: Sendable, Equatable, Codable {
    package var name: String
    /// A few words, the same for all sizes, such as `plain pwrite`; what charts call it.
    package var title: String
    /// What the loop does, and how much of it at a time.
    package var summary: String
    package var unit: Unit
    /// A rate or a duration, in base units; nil where it was not measured.
    package var plain: Estimate?
    /// The best sample: what was possible at least once, whatever else the machine did meanwhile.
    package var best: Double?
    /// Why it was not measured.
    package var notMeasured: String?
    /// When it was measured: seconds since 1970.
    package var time: Int

    /// As in `sluice limits --format csv`.
    package enum Unit: String, Sendable, Codable {
        case bytesPerSecond = "bytes/s"
        case recordsPerSecond = "records/s"
        case seconds = "s"
        case nanoseconds = "ns"
        case bytes
        case callsPerMebibyte = "calls/MiB"

        /// `value` as people read it.
        package func format(_ value: Double) -> String {
            switch self {
            case .bytesPerSecond: MetricUnit.bytesPerSecond.format(value)
            case .recordsPerSecond: MetricUnit.recordsPerSecond.format(value)
            case .seconds: MetricUnit.nanoseconds.format(value * 1e9)
            case .nanoseconds: MetricUnit.nanoseconds.format(value)
            case .bytes: MetricUnit.bytes.format(value)
            case .callsPerMebibyte: MetricUnit.countPerMebibyte.format(value)
            }
        }
    }

    package init(
        name: String, title: String, summary: String, unit: Unit, plain: Estimate?, best: Double? = nil,
        notMeasured: String? = nil, time: Int
    ) {
        self.name = name
        self.title = title
        self.summary = summary
        self.unit = unit
        self.plain = plain
        self.best = best
        self.notMeasured = notMeasured
        self.time = time
    }

    /// What results are held against; nil where it was not measured.
    package var most: Double? { best ?? plain?.median }

    /// The figure as people read it.
    package var text: String {
        guard let value = most else { return "not measured: \(notMeasured ?? "no reason given")" }
        return unit.format(value)
    }
}

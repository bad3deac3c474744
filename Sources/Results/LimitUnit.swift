/// What a limit's figures are in, and whether more is better.
package enum LimitUnit: String, Sendable, Codable {
    case bytesPerSecond = "bytes/s"
    case recordsPerSecond = "records/s"
    case seconds = "s"
    /// For each call.
    case nanoseconds = "ns"
    /// For each of the things that take them.
    case bytes
    /// Of the kernel, for each MiB of payload.
    case callsPerMebibyte = "calls/MiB"

    /// A rate: more is better. Otherwise a cost.
    package var isRate: Bool { self == .bytesPerSecond || self == .recordsPerSecond }

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

/// What a component's figures are in, and whether more is better.
package enum LimitUnit: String, Sendable {
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

    /// The figure of a sample that did `work` (bytes, records, or times that the thing was done) in `nanoseconds`; where
    /// memory or calls are counted, those are bytes or calls.
    func figure(work: Double, nanoseconds: Int64) -> Double {
        switch self {
        case .bytesPerSecond, .recordsPerSecond: work * 1e9 / Double(nanoseconds)
        case .seconds: Double(nanoseconds) / 1e9 / work
        case .nanoseconds, .bytes: Double(nanoseconds) / work
        case .callsPerMebibyte: Double(nanoseconds) / (work / 1_048_576)
        }
    }
}

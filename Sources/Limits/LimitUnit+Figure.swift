internal import Results

extension LimitUnit {
    /// The figure of a sample that did `work` (bytes, records, or times that the thing was done) in `nanoseconds`;
    /// where memory or calls are counted, those are bytes or calls.
    func figure(work: Double, nanoseconds: Int64) -> Double {
        switch self {
        case .bytesPerSecond, .recordsPerSecond: work * 1e9 / Double(nanoseconds)
        case .seconds: Double(nanoseconds) / 1e9 / work
        case .nanoseconds, .bytes: Double(nanoseconds) / work
        case .callsPerMebibyte: Double(nanoseconds) / (work / 1_048_576)
        }
    }
}

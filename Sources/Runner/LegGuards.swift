internal import Experiments
internal import Results

/// What a leg's surroundings may at most have been for it to say anything about its cell.
struct LegGuards {
    private let limits: [(column: String, limit: Double, what: String)]

    init(_ settings: Settings) {
        limits = [
            ("steal_share", settings[.stealLimit].value, "the hypervisor took"),
            ("other_load_share", settings[.otherLoadLimit].value, "other programs used"),
            (
                "quota_throttled_share", settings[.throttledLimit].value,
                "the CPU quota of this control group held processes back in"
            ),
            ("pressure_memory_share", settings[.memoryPressureLimit].value, "tasks waited for memory for"),
            ("pressure_io_share", settings[.ioPressureLimit].value, "tasks waited for I/O for"),
            ("pressure_cpu_share", settings[.cpuPressureLimit].value, "tasks waited for a processor for"),
        ]
    }

    /// Why a leg with these metrics says nothing; nil when its surroundings were quiet enough. What was
    /// not measured is no reason.
    func contamination(in metrics: [String: Double]) -> String? {
        let reasons = limits.compactMap { column, limit, what -> String? in
            guard let share = metrics[column], share > limit else { return nil }
            return
                "\(what) \(Self.percent(share)) of \(column == "quota_throttled_share" ? "its periods" : "the time"), at most \(Self.percent(limit)) are allowed"
        }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    private static func percent(_ share: Double) -> String { "\(SignificantDigits.format(share * 100)) %" }
}

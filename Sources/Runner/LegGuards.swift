internal import Experiments
internal import Results

/// What a leg's surroundings may at most have been for it to say anything about its cell.
struct LegGuards {
    private struct Guard {
        let column: String
        let limit: Double
        let what: String
        /// What the share is a share of.
        var whole = "the time"
    }

    private let guards: [Guard]

    init(_ settings: Settings) {
        guards = [
            Guard(column: "steal_share", limit: settings[.stealLimit].value, what: "the hypervisor took"),
            Guard(column: "other_load_share", limit: settings[.otherLoadLimit].value, what: "other programs used"),
            Guard(
                column: "quota_throttled_share", limit: settings[.throttledLimit].value,
                what: "the CPU quota of this control group was used up in", whole: "its periods"),
            Guard(
                column: "pressure_memory_share", limit: settings[.memoryPressureLimit].value,
                what: "tasks waited for memory for"),
            Guard(
                column: "pressure_io_share", limit: settings[.ioPressureLimit].value, what: "tasks waited for I/O for"),
            Guard(
                column: "pressure_cpu_share", limit: settings[.cpuPressureLimit].value,
                what: "tasks waited for a processor for"),
        ]
    }

    /// Why a leg with these metrics says nothing; nil when its surroundings were quiet enough. What was
    /// not measured is no reason.
    func contamination(in metrics: [String: Double]) -> String? {
        let reasons = guards.compactMap { found -> String? in
            guard let share = metrics[found.column], share > found.limit else { return nil }
            return
                "\(found.what) \(Self.percent(share)) of \(found.whole), at most \(Self.percent(found.limit)) are allowed"
        }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    private static func percent(_ share: Double) -> String { "\(SignificantDigits.format(share * 100)) %" }
}

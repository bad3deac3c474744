internal import LinuxKernel

/// The bound on processor time that control groups set for this process and all that it starts, as containers have it,
/// and how often it was reached: the CPU controller's `cpu.max` or `cpu.cfs_quota_us`, and `cpu.stat`; see the kernel's
/// documentation of cgroup v2 and of CFS bandwidth control.
package struct CPUQuota: Sendable, Equatable {
    /// The smallest bound of the group and of those above it that can be seen, in processors; nil where none is set.
    package var processors: Double?
    /// The directory of the group that has it.
    package var group: String?
    /// Periods in which something of the group wanted to run, and those of them in which it was held back.
    package var periods: UInt64 = 0
    package var throttledPeriods: UInt64 = 0

    /// The share of periods in which it was held back, 0 where there is no bound.
    package func throttledShare(since earlier: CPUQuota) -> Double {
        guard periods > earlier.periods, throttledPeriods > earlier.throttledPeriods else { return 0 }
        return Double(throttledPeriods - earlier.throttledPeriods) / Double(periods - earlier.periods)
    }

    /// In words, for people: `1.50 processors, of /sys/fs/cgroup`.
    package var text: String {
        guard let processors, let group else { return "none" }
        let hundredths = Int((processors * 100).rounded())
        let fraction = String(hundredths % 100)
        return "\(hundredths / 100).\(fraction.count < 2 ? "0" : "")\(fraction) processors, of \(group)"
    }

    package static func ofThisProcess() -> Measured<CPUQuota> {
        let groups = Measured(file: "/proc/self/cgroup")
        return groups.combined(with: MountTable.read()) { groups, table in
            CPUQuota(groups: groups, mounts: table) { path in
                // A group without the file has no bound of its own; the root of all groups never has one.
                try? TextFile.read(path)
            }
        }
    }

    /// - Parameters:
    ///   - groups: The text of /proc/self/cgroup; see cgroups(7).
    ///   - read: A file's text; nil where there is none.
    package init(groups: String, mounts: MountTable, read: (String) -> String?) {
        for directory in ControlGroupPath.directories(of: "cpu", groups: groups, mounts: mounts) {
            guard let (bound, statistics) = Self.bound(of: directory, read), bound < processors ?? .infinity else {
                continue
            }
            processors = bound
            group = directory
            periods = statistics.number("nr_periods") ?? 0
            throttledPeriods = statistics.number("nr_throttled") ?? 0
        }
    }

    private static func bound(of directory: String, _ read: (String) -> String?) -> (Double, ProcText)? {
        let numbers: [Substring]
        if let text = read(directory + "/cpu.max") {
            numbers = text.trimmed.words
        } else if let quota = read(directory + "/cpu.cfs_quota_us"), let period = read(directory + "/cpu.cfs_period_us")
        {
            numbers = [quota.trimmed, period.trimmed]
        } else {
            return nil
        }
        // `max` and -1 are no bound.
        guard numbers.count == 2, let quota = Double(numbers[0]), let period = Double(numbers[1]), quota > 0, period > 0
        else { return nil }
        return (quota / period, ProcText(read(directory + "/cpu.stat") ?? "", separator: " "))
    }
}

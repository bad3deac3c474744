internal import LinuxKernel

/// A bound on the processor time of one process and what it starts: the kernel's CPU controller, in a
/// control group of its own.
package final class ProcessorQuota {
    private let group: String
    private let leftovers: Leftovers
    private let owner: ProcessIdentity

    /// - Parameters:
    ///   - thousandths: Of one processor.
    ///   - name: Tells the groups of this process apart.
    package init(thousandths: Int, name: String, leftovers: Leftovers = .machine) throws {
        self.leftovers = leftovers
        owner = try ProcessIdentity.current()
        // Short, so that a node is slow rather than still for long; the kernel takes no quota below 1 ms.
        let period = thousandths >= 100 ? 10_000 : 100_000
        let quota = period * thousandths / 1000
        let unit = "sluice-\(owner.number)-\(name)"
        if let root = ControlGroup.root(ofVersion1: "cpu") {
            group = root + "/" + unit
            try leftovers.note(.group(group), of: owner)
            try Directory.create(group)
            try TextFile.write("\(period)", to: group + "/cpu.cfs_period_us")
            try TextFile.write("\(quota)", to: group + "/cpu.cfs_quota_us")
        } else if let root = ControlGroup.root(ofVersion2: ["cpu"]) {
            group = root + "/" + unit
            try TextFile.write("+cpu", to: root + "/cgroup.subtree_control")
            try leftovers.note(.group(group), of: owner)
            try Directory.create(group)
            try TextFile.write("\(quota) \(period)", to: group + "/cpu.max")
        } else {
            throw EmulationError(Self.objection(disksAreLimited: false) ?? "")
        }
    }

    /// Bounds a process from now on.
    package func bind(_ process: Int32) throws {
        try ControlGroup.join(group, process)
    }

    /// Removes the group, whose process has ended.
    package func remove() throws {
        try ControlGroup.remove(group, patience: 10_000_000_000)
        try leftovers.forget(.group(group), of: owner)
    }

    /// Why this machine has no quotas; nil when it has.
    ///
    /// - Parameter disksAreLimited: Whether the same processes are to have emulated disks with limits.
    package static func objection(disksAreLimited: Bool) -> String? {
        guard ProcessHandle.isRoot else { return "control groups are for root only; run as root" }
        if ControlGroup.root(ofVersion1: "cpu") != nil { return nil }
        if ControlGroup.root(ofVersion2: ["cpu"]) != nil {
            guard disksAreLimited, BlockThrottle.usesVersion2 else { return nil }
            return
                "in cgroup v2 a process is in one group, and that has the limits of the disks; ask for one of the two"
        }
        return "the CPU controller is in no mounted control group"
    }
}

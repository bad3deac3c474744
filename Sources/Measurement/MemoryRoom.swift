internal import LinuxKernel

/// How much memory can still be had without driving others out: what the machine has, and what the control groups of this
/// process leave of it (`memory.max` and `memory.current`, or `memory.limit_in_bytes` and `memory.usage_in_bytes`).
enum MemoryRoom {
    static func availableBytes() -> Measured<Int> {
        let path = "/proc/meminfo"
        let machine = Measured(file: path).flatMap { ProcText($0).measuredBytes("MemAvailable", of: path) }
        return machine.combined(with: groupBytes()) { min(Int(clamping: $0), $1) }
    }

    private static func groupBytes() -> Measured<Int> {
        Measured(file: "/proc/self/cgroup").combined(with: MountTable.read()) { groups, mounts in
            bytesLeft(groups: groups, mounts: mounts) { path in
                // A group without the file has no limit of its own.
                try? TextFile.read(path)
            }
        }
    }

    /// - Parameter read: A file's text; nil where there is none.
    /// - Returns: The least that any of the groups leaves; `Int.max` where none has a limit.
    static func bytesLeft(groups: String, mounts: MountTable, read: (String) -> String?) -> Int {
        func number(_ path: String) -> Int? { read(path).flatMap { Int($0.trimmed) } }
        return ControlGroupPath.directories(of: "memory", groups: groups, mounts: mounts).reduce(Int.max) {
            least, group in
            for (limit, usage) in [("max", "current"), ("limit_in_bytes", "usage_in_bytes")] {
                // `max` is no number, and no limit.
                guard let limit = number("\(group)/memory.\(limit)"), let usage = number("\(group)/memory.\(usage)")
                else { continue }
                // What is cached is given up for what is needed.
                let statistics = ProcText(read("\(group)/memory.stat") ?? "", separator: " ")
                let cached = statistics.number("file") ?? statistics.number("total_cache") ?? 0
                return min(least, max(0, limit - max(0, usage - Int(clamping: cached))))
            }
            return least
        }
    }
}

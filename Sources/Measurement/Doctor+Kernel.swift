internal import LinuxKernel

extension Doctor {
    static func kernel() -> [Diagnosis] {
        [
            privilege(isRoot: ProcessHandle.isRoot),
            tracepoints(
                paranoid: .line(of: "/proc/sys/kernel/perf_event_paranoid"), isRoot: ProcessHandle.isRoot,
                traceFS: (try? Directory.exists("/sys/kernel/tracing/events")) == true),
            ring(disabled: .line(of: "/proc/sys/kernel/io_uring_disabled"), isRoot: ProcessHandle.isRoot),
            dirtyLimits(),
        ]
    }

    package static func privilege(isRoot: Bool) -> Diagnosis {
        isRoot
            ? .ok("privilege", "root")
            : .warn(
                "privilege", "an ordinary user",
                "Some things need root: kernel tracepoints, and loop devices in tests. The rest works.")
    }

    /// Whether the kernel's own counts of calls can be set beside the wrappers'.
    package static func tracepoints(paranoid: Measured<String>, isRoot: Bool, traceFS: Bool) -> Diagnosis {
        let check = "kernel tracepoints"
        guard case .value(let level) = paranoid else {
            return .warn(check, paranoid.reason ?? "", "This kernel has no perf events: calls are counted by us alone.")
        }
        guard isRoot || Int(level).map({ $0 <= -1 }) == true else {
            return .warn(
                check, "kernel.perf_event_paranoid is \(level)",
                "Run as root, or `sysctl kernel.perf_event_paranoid=-1`.")
        }
        guard traceFS else {
            return .warn(
                check, "no tracefs at /sys/kernel/tracing", "`mount -t tracefs tracefs /sys/kernel/tracing` as root.")
        }
        return .ok(check, "permitted")
    }

    package static func ring(disabled: Measured<String>, isRoot: Bool) -> Diagnosis {
        let check = "io_uring"
        switch disabled {
        case .value("0"): return .ok(check, "kernel.io_uring_disabled is 0")
        case .value("1") where isRoot: return .ok(check, "kernel.io_uring_disabled is 1, which leaves it to root")
        case .value(let level):
            return .missing(
                check, "kernel.io_uring_disabled is \(level)", "`sysctl kernel.io_uring_disabled=0` as root.")
        case .notMeasured(let reason):
            return .warn(
                check, reason, "The setting came with Linux 6.6; whether io_uring works shows when it is used.")
        }
    }

    /// How much may wait for writeback before writers are slowed down.
    private static func dirtyLimits() -> Diagnosis {
        let check = "writeback limits"
        switch DirtyLimits.background().combined(with: DirtyLimits.foreground(), { ($0, $1) }) {
        case .value(let (background, foreground)):
            return .ok(
                check,
                "writeback starts at \(background >> 20) MiB, writers are slowed from \(foreground >> 20) MiB")
        case .notMeasured(let reason):
            return .warn(check, reason, "Whether a leg is slowed down by writeback will not be known.")
        }
    }

    static func programs() -> [Diagnosis] {
        let install = "Install it: `apt-get install gnuplot-nox fonts-dejavu-core`, or run `make run`."
        let version = EnvironmentCapture.output(of: "gnuplot", ["--version"])
        guard let version = version.value else {
            return [.missing("gnuplot", version.reason ?? "", install)]
        }
        var diagnoses = [Diagnosis.ok("gnuplot", version)]
        for terminal in ["svg", "pngcairo"] {
            let answer = EnvironmentCapture.output(of: "gnuplot", ["-e", "set terminal \(terminal)"])
            diagnoses.append(
                answer.reason.map { .missing("gnuplot \(terminal)", $0, install) }
                    ?? .ok("gnuplot \(terminal)", "present"))
        }
        return diagnoses
    }
}

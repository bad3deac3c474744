internal import LinuxKernel

/// One question about the machine's fitness to measure, and its answer.
package struct Diagnosis: Sendable, Equatable {
    package enum Verdict: String, Sendable, CaseIterable {
        /// Fit.
        case ok
        /// Measuring works, but results suffer or something will not be recorded.
        case warn
        /// A part of the program will not work.
        case missing
    }

    package var check: String
    package var verdict: Verdict
    /// What was found.
    package var finding: String
    /// What to do about it; empty when the verdict is `ok`.
    package var advice: String

    package init(check: String, verdict: Verdict, finding: String, advice: String) {
        self.check = check
        self.verdict = verdict
        self.finding = finding
        self.advice = advice
    }

    static func ok(_ check: String, _ finding: String) -> Diagnosis {
        Diagnosis(check: check, verdict: .ok, finding: finding, advice: "")
    }

    static func warn(_ check: String, _ finding: String, _ advice: String) -> Diagnosis {
        Diagnosis(check: check, verdict: .warn, finding: finding, advice: advice)
    }

    static func missing(_ check: String, _ finding: String, _ advice: String) -> Diagnosis {
        Diagnosis(check: check, verdict: .missing, finding: finding, advice: advice)
    }
}

/// Examines whether this machine is fit to measure on, and what is lacking.
package enum Doctor {
    /// All checks, in the order in which they are shown. Takes two seconds, in which it watches the machine, on a virtual one six: one in which
    /// it sleeps, and one in which it keeps all processors busy.
    ///
    /// - Parameter dataPath: An existing directory on the file system where the data will lie; a small file is made in
    ///   it and removed.
    package static func examine(dataPath: String) -> [Diagnosis] {
        let probe = SystemProbe.start()
        MonotonicClock.sleep(nanoseconds: 1_000_000_000)
        let usage = probe.finish()
        let interruptions = Measured { () throws(SystemError) in
            try Interruptions.watch(nanoseconds: 1_000_000_000)
        }
        return [
            build(isDebug: BuildConfiguration.isDebug),
            processors(count: ProcessHandle.processorCount),
            quota(CPUQuota.ofThisProcess()),
            steal(usage.processor),
            // A leg's other load is known where the kernel's own threads are told apart.
            otherLoad(usage.kernelThreadNanoseconds.flatMap { _ in usage.processor }),
            self.interruptions(interruptions),
            governor(.line(of: "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
            swap(Measured(file: "/proc/meminfo")),
            hostMemory(ReturnedMemory.probe()),
            pressure(usage.pressureIO),
            writeback(usage.after),
        ] + storage(dataPath) + kernel() + programs()
    }

    package static func build(isDebug: Bool) -> Diagnosis {
        isDebug
            ? .missing("build", "debug", "Build with `swift build -c release`; timings of a debug build mean nothing.")
            : .ok("build", "release")
    }

    package static func processors(count: Int) -> Diagnosis {
        count > 1
            ? .ok("processors", "\(count)")
            : .warn("processors", "1", "Use two or more: load and measurement take time from each other here.")
    }

    /// Whether a container or a service has less of the processors than it sees.
    package static func quota(_ quota: Measured<CPUQuota>) -> Diagnosis {
        let check = "CPU quota"
        switch quota {
        case .value(let quota) where quota.processors == nil: return .ok(check, quota.text)
        case .value(let quota):
            return .warn(
                check, quota.text,
                "Once it is used up, everything stands still until the next period: legs in which that happens are "
                    + "contaminated. Lift the quota of the container or service, or give it whole processors (cpuset).")
        case .notMeasured(let reason):
            return .warn(check, reason, "Whether a quota holds legs back will not be known.")
        }
    }

    package static func steal(_ processor: Measured<ProcessorShares>) -> Diagnosis {
        switch processor {
        case .value(let shares) where shares.steal <= 0.01:
            .ok("steal", percent(shares.steal))
        case .value(let shares):
            .warn(
                "steal", percent(shares.steal),
                "The hypervisor takes processor time away: use a quieter or dedicated host, or more rounds.")
        case .notMeasured(let reason):
            .warn("steal", reason, "Time taken by a hypervisor will not be recorded.")
        }
    }

    package static func otherLoad(_ processor: Measured<ProcessorShares>) -> Diagnosis {
        switch processor {
        case .value(let shares) where shares.user + shares.system <= 0.1:
            .ok("other load", "\(percent(shares.user + shares.system)) of all processors")
        case .value(let shares):
            .warn(
                "other load", "\(percent(shares.user + shares.system)) of all processors",
                "Stop what else runs: see `top`.")
        case .notMeasured(let reason):
            .warn("other load", reason, "Load of other programs will not be noticed.")
        }
    }

    /// Whether a request in a thousand waits for something that is not measured.
    package static func interruptions(_ found: Measured<Interruptions>) -> Diagnosis {
        let check = "interruptions"
        switch found {
        case .value(let found):
            let microseconds = found.longestNanoseconds / 1_000
            let finding = "\(percent(found.share)) of the time, \(microseconds) µs at the longest"
            if found.share < 0.001 { return .ok(check, finding) }
            return .warn(
                check, finding,
                "The slowest \(percent(found.share)) of all requests show this machine, not the broker: stop what runs "
                    + "in the background (`top -H` shows kernel threads too).")
        case .notMeasured(let reason):
            return .warn(check, reason, "Whether stalls are the machine's own is not known.")
        }
    }

    package static func governor(_ governor: Measured<String>) -> Diagnosis {
        switch governor {
        case .value("performance"):
            .ok("governor", "performance")
        case .value(let other):
            .warn("governor", other, "Fix the frequency: `cpupower frequency-set -g performance`.")
        case .notMeasured:
            // A virtual machine has no say in it.
            .ok("governor", "this machine does not set its own frequency")
        }
    }

    package static func swap(_ meminfo: Measured<String>) -> Diagnosis {
        let lines = meminfo.map { ProcText($0) }
        let used = lines.flatMap { text in
            text.measuredBytes("SwapTotal", of: "/proc/meminfo").combined(
                with: text.measuredBytes("SwapFree", of: "/proc/meminfo")
            ) { $0 - min($0, $1) }
        }
        switch used {
        case .value(0): return .ok("swap in use", "none")
        case .value(let bytes):
            return .warn("swap in use", "\(bytes >> 20) MiB", "Free memory, then `swapoff -a && swapon -a`.")
        case .notMeasured(let reason): return .warn("swap in use", reason, "Swapping will not be noticed.")
        }
    }

    /// Whether the host of a virtual machine takes free memory back.
    package static func hostMemory(_ found: Measured<ReturnedMemory>) -> Diagnosis {
        let check = "host memory"
        switch found {
        case .value(let found) where !found.isTakenBack: return .ok(check, "free memory stays with this machine")
        case .value(let found):
            return .warn(
                check, "free memory goes back to the host; \(found.text)",
                "Legs get memory that is held for them (`run.memory.state`). Other programs, peers that start cold first of "
                    + "all, are measured against the host.")
        case .notMeasured(let reason):
            return .warn(check, reason, "Whether a host takes free memory back is not known.")
        }
    }

    package static func pressure(_ pressure: Measured<PressureShares>) -> Diagnosis {
        switch pressure {
        case .value(let shares) where shares.some <= 0.05:
            .ok("I/O pressure", percent(shares.some))
        case .value(let shares):
            .warn("I/O pressure", percent(shares.some), "Something else uses the disk: wait, or see `iotop`.")
        case .notMeasured(let reason):
            .warn("I/O pressure", reason, "Boot with `psi=1`; stalls will not be recorded.")
        }
    }

    package static func writeback(_ state: SystemState) -> Diagnosis {
        switch state.dirtyBytes.combined(with: state.writebackBytes, { $0 + $1 }) {
        case .value(let bytes) where bytes <= 64 << 20:
            .ok("pending writeback", "\(bytes >> 20) MiB")
        case .value(let bytes):
            .warn("pending writeback", "\(bytes >> 20) MiB", "Run `sync`, or wait; each leg waits for it too.")
        case .notMeasured(let reason):
            .warn("pending writeback", reason, "Writeback that runs into a measurement will not be noticed.")
        }
    }

    /// A share as a percentage with one decimal.
    static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}

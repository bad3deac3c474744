internal import LinuxKernel

/// Collects the conditions of a run: machine, kernel, storage, build. Nothing in it changes what it looks at.
package enum EnvironmentCapture {
    /// All facts, section by section.
    ///
    /// - Parameters:
    ///   - dataPath: An existing path on the file system where the data will lie.
    ///   - libraries: The versions of the libraries that are loaded, as the modules that use them tell.
    package static func capture(
        dataPath: String, libraries: [(name: String, version: Measured<String>)]
    ) -> [EnvironmentFact] {
        var sheet = FactSheet("libraries")
        for library in libraries { sheet.add(library.name, library.version) }
        return processor() + memory() + kernel() + virtualisation() + fileSystem(holding: dataPath)
            + devices(behind: dataPath) + build() + sheet.facts + programs() + source()
    }

    private static func processor() -> [EnvironmentFact] {
        var sheet = FactSheet("processor")
        let cpuinfo = Measured(file: "/proc/cpuinfo").map { ProcText($0) }
        sheet.add(
            "model",
            cpuinfo.flatMap {
                Measured(
                    ($0["model name"] ?? $0["CPU implementer"]).map(String.init),
                    orMissing: "/proc/cpuinfo names no model")
            })
        sheet.add("online", "\(ProcessHandle.processorCount)")
        let status = Measured(file: "/proc/self/status").map { ProcText($0) }
        sheet.add(
            "allowed",
            status.flatMap {
                Measured($0["Cpus_allowed_list"].map(String.init), orMissing: "/proc/self/status has no line for it")
            })
        sheet.add("CPU quota", CPUQuota.ofThisProcess().map(\.text))
        sheet.add("threads per core", file: "/sys/devices/system/cpu/smt/active")
        sheet.add("governor", file: "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
        sheet.add("frequency", ProcessorFrequency.now().map { "\($0 / 1_000_000) MHz" })
        sheet.add("turbo disabled", file: "/sys/devices/system/cpu/intel_pstate/no_turbo")
        let caches = "/sys/devices/system/cpu/cpu0/cache"
        for index in ((try? Directory.names(in: caches)) ?? []) where index.hasPrefix("index") {
            func part(_ name: String) -> Measured<String> { .line(of: "\(caches)/\(index)/\(name)") }
            let level = part("level").combined(with: part("type")) { "cache L\($0) \($1.lowercased())" }
            sheet.add(
                level.value ?? "cache \(index)",
                part("size").combined(with: part("shared_cpu_list")) { "\($0), shared by processors \($1)" })
        }
        for name in ["meltdown", "spectre_v2", "retbleed", "mds", "spec_rstack_overflow"] {
            // They decide what entering the kernel costs.
            sheet.add("mitigation \(name)", file: "/sys/devices/system/cpu/vulnerabilities/\(name)")
        }
        return sheet.facts
    }

    private static func memory() -> [EnvironmentFact] {
        var sheet = FactSheet("memory")
        let path = "/proc/meminfo"
        let meminfo = Measured(file: path).map { ProcText($0) }
        for (name, line) in [
            ("total", "MemTotal"), ("available", "MemAvailable"), ("page cache", "Cached"), ("swap", "SwapTotal"),
            ("swap free", "SwapFree"),
        ] {
            sheet.add(name, meminfo.flatMap { $0.measuredBytes(line, of: path) }.map { "\($0) bytes" })
        }
        sheet.add("page size", "\(ProcessHandle.pageSize) bytes")
        sheet.add("nodes", file: "/sys/devices/system/node/online")
        sheet.add("transparent huge pages", choiceIn: "/sys/kernel/mm/transparent_hugepage/enabled")
        sheet.add("control group limit", file: "/sys/fs/cgroup/memory.max")
        return sheet.facts
    }

    private static func kernel() -> [EnvironmentFact] {
        var sheet = FactSheet("kernel")
        sheet.add("release", file: "/proc/sys/kernel/osrelease")
        sheet.add("version", file: "/proc/sys/kernel/version")
        // What stands behind `--` is for the first program, and none of the kernel's.
        sheet.add(
            "command line",
            Measured<String>.line(of: "/proc/cmdline").map {
                $0.split(separator: " ").prefix { $0 != "--" }.joined(separator: " ")
            })
        let system = Measured(file: "/etc/os-release").map { ProcText($0, separator: "=") }
        sheet.add(
            "system",
            system.flatMap {
                Measured(
                    $0["PRETTY_NAME"].map { String($0.filter { $0 != "\"" }) },
                    orMissing: "/etc/os-release has no PRETTY_NAME")
            })
        sheet.add("clock source", file: "/sys/devices/system/clocksource/clocksource0/current_clocksource")
        for name in [
            "dirty_ratio", "dirty_bytes", "dirty_background_ratio", "dirty_background_bytes",
            "dirty_expire_centisecs", "dirty_writeback_centisecs", "dirtytime_expire_seconds", "swappiness",
        ] {
            sheet.add("vm.\(name)", file: "/proc/sys/vm/\(name)")
        }
        sheet.add("net.ipv4.tcp_congestion_control", file: "/proc/sys/net/ipv4/tcp_congestion_control")
        sheet.add("kernel.io_uring_disabled", file: "/proc/sys/kernel/io_uring_disabled")
        sheet.add("kernel.perf_event_paranoid", file: "/proc/sys/kernel/perf_event_paranoid")
        return sheet.facts
    }

    /// Whether the processor says that a hypervisor is below.
    static var isVirtualMachine: Measured<Bool> {
        Measured(file: "/proc/cpuinfo").flatMap {
            Measured(ProcText($0)["flags"], orMissing: "/proc/cpuinfo has no flags")
        }.map { $0.words.contains("hypervisor") }
    }

    private static func virtualisation() -> [EnvironmentFact] {
        var sheet = FactSheet("virtualisation")
        sheet.add("hypervisor", isVirtualMachine.map { $0 ? "yes (CPUID)" : "none (CPUID)" })
        sheet.add("vendor", file: "/sys/class/dmi/id/sys_vendor")
        sheet.add("product", file: "/sys/class/dmi/id/product_name")
        sheet.add("free page reporting (virtio-balloon)", MemoryBalloon.reportsFreePages().map { $0 ? "yes" : "no" })
        sheet.add("free memory goes back to the host", ReturnedMemory.known.map(\.text))
        let containers = ["/.dockerenv": "Docker", "/run/.containerenv": "Podman"]
        let marks = containers.keys.sorted().filter { (try? Directory.exists($0)) == true }
        sheet.add("container", marks.isEmpty ? "no mark of Docker or Podman" : marks.compactMap { containers[$0] }[0])
        return sheet.facts
    }
}

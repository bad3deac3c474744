internal import LinuxKernel

/// What the whole machine did between two moments: the conditions of a measurement.
package struct SystemUsage: Sendable, Equatable {
    package var elapsedNanoseconds: Int64
    package var processor: Measured<ProcessorShares>
    /// What the kernel's own threads used, on all processors together.
    package var kernelThreadNanoseconds: Measured<UInt64>
    /// Shares of the time in which something was kept waiting, from the kernel's pressure stall information (PSI).
    package var pressureCPU: Measured<PressureShares>
    package var pressureIO: Measured<PressureShares>
    package var pressureMemory: Measured<PressureShares>
    package var before: SystemState
    package var after: SystemState

    /// The share of all processors' time that neither the programs that are measured nor the kernel's own threads used:
    /// other programs, and interrupts.
    ///
    /// Kernel threads do not count, whoever gave them work, since for the most part it is what is measured: they write
    /// back what it wrote, and are the loop devices below it.
    ///
    /// - Parameter ownNanoseconds: What the programs that are measured used.
    package func otherLoad(ownNanoseconds: UInt64) -> Measured<Double> {
        processor.combined(with: kernelThreadNanoseconds) { shares, kernel in
            let all = Double(elapsedNanoseconds) * Double(ProcessHandle.processorCount)
            return max(0, shares.user + shares.system - (Double(ownNanoseconds) + Double(kernel)) / all)
        }
    }
}

/// How the time of all processors was spent, as shares of their sum, 0 to 1.
package struct ProcessorShares: Sendable, Equatable {
    package var user: Double
    package var system: Double
    package var idle: Double
    package var waitingForIO: Double
    /// Taken by the hypervisor while a processor wanted to run.
    package var steal: Double
}

/// Shares of the time, 0 to 1, in which at least one task (`some`) or every task (`full`) was stalled.
package struct PressureShares: Sendable, Equatable {
    package var some: Double
    /// nil where the kernel does not tell, as for the CPU before Linux 5.13.
    package var full: Double?
}

/// The state of the machine at one moment.
package struct SystemState: Sendable, Equatable {
    /// Bytes that wait for writeback, and bytes that are being written back.
    package var dirtyBytes: Measured<UInt64>
    package var writebackBytes: Measured<UInt64>
    package var freeMemoryBytes: Measured<UInt64>
    package var pageCacheBytes: Measured<UInt64>
    /// The mean of all processors' present frequency.
    package var frequencyHertz: Measured<UInt64>

    package static func now() -> SystemState { SystemState(frequencyHertz: ProcessorFrequency.now()) }

    /// The state without the frequency, for which a file of each processor would have to be opened.
    static func ofMemory() -> SystemState { SystemState(frequencyHertz: .notMeasured(because: "not asked for")) }

    private init(frequencyHertz: Measured<UInt64>) {
        let path = "/proc/meminfo"
        let memory = Measured(file: path).map { ProcText($0) }
        func line(_ name: String) -> Measured<UInt64> { memory.flatMap { $0.measuredBytes(name, of: path) } }
        dirtyBytes = line("Dirty")
        writebackBytes = line("Writeback")
        freeMemoryBytes = line("MemFree")
        pageCacheBytes = line("Cached")
        self.frequencyHertz = frequencyHertz
    }
}

/// Reads the machine's counters twice and gives the difference.
package struct SystemProbe: Sendable {
    private let state: SystemState
    private let kernelThreads: Measured<ThreadTimes>
    private let ticks: Measured<ProcessorTicks>
    private let pressure: [Pressure.Resource: Measured<Pressure>]
    private let started: Int64

    /// Starts a measurement.
    package static func start() -> SystemProbe { SystemProbe() }

    private init() {
        state = SystemState.now()
        pressure = Pressure.readAll()
        kernelThreads = ThreadTimes.ofKernel()
        ticks = ProcessorTicks.read()
        started = MonotonicClock.now()
    }

    /// What happened since the start. The probe can be asked again.
    package func finish() -> SystemUsage {
        let elapsed = MonotonicClock.now() - started
        let pressureNow = Pressure.readAll()
        func shares(_ resource: Pressure.Resource) -> Measured<PressureShares> {
            guard let before = pressure[resource], let after = pressureNow[resource] else {
                preconditionFailure("every resource is read")
            }
            return before.combined(with: after) { $1.shares(since: $0, elapsedNanoseconds: elapsed) }
        }
        return SystemUsage(
            elapsedNanoseconds: elapsed,
            processor: ticks.combined(with: ProcessorTicks.read()) { $1.shares(since: $0) }.flatMap { $0 },
            kernelThreadNanoseconds: kernelThreads.combined(with: ThreadTimes.ofKernel()) { $1.nanoseconds(since: $0) },
            pressureCPU: shares(.cpu), pressureIO: shares(.io), pressureMemory: shares(.memory),
            before: state, after: SystemState.now())
    }
}

/// The first line of /proc/stat: ticks of all processors together, by what they were spent on; see proc_stat(5).
package struct ProcessorTicks: Sendable, Equatable {
    package var user: UInt64
    package var nice: UInt64
    package var system: UInt64
    package var idle: UInt64
    package var waitingForIO: UInt64
    package var interrupts: UInt64
    package var softInterrupts: UInt64
    package var steal: UInt64

    /// Parses the file; nil when it has no such line.
    package init?(_ text: String) {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("cpu ") }) else { return nil }
        let numbers = line.words.dropFirst().prefix(8).compactMap { UInt64($0) }
        guard numbers.count == 8 else { return nil }
        (user, nice, system, idle) = (numbers[0], numbers[1], numbers[2], numbers[3])
        (waitingForIO, interrupts, softInterrupts, steal) = (numbers[4], numbers[5], numbers[6], numbers[7])
    }

    static func read() -> Measured<ProcessorTicks> {
        Measured(file: "/proc/stat").flatMap { Measured(ProcessorTicks($0), orMissing: "/proc/stat has no cpu line") }
    }

    /// The shares since an earlier reading; not measured when less than a tick passed.
    package func shares(since earlier: ProcessorTicks) -> Measured<ProcessorShares> {
        // Idle and waiting times may go back a little on some kernels: such a difference counts as none.
        func ticks(_ field: KeyPath<ProcessorTicks, UInt64>) -> Double {
            let (before, after) = (earlier[keyPath: field], self[keyPath: field])
            return after > before ? Double(after - before) : 0
        }
        let user = ticks(\.user) + ticks(\.nice)
        let system = ticks(\.system) + ticks(\.interrupts) + ticks(\.softInterrupts)
        let (idle, waiting, steal) = (ticks(\.idle), ticks(\.waitingForIO), ticks(\.steal))
        let total = user + system + idle + waiting + steal
        guard total > 0 else { return .notMeasured(because: "shorter than a tick of /proc/stat (10 ms)") }
        return .value(
            ProcessorShares(
                user: user / total, system: system / total, idle: idle / total, waitingForIO: waiting / total,
                steal: steal / total))
    }
}

/// A file of /proc/pressure: microseconds of stall since boot.
package struct Pressure: Sendable, Equatable {
    package enum Resource: String, CaseIterable, Sendable { case cpu, io, memory }

    package var some: UInt64
    package var full: UInt64?

    /// Parses the file; nil when it has no `some` line with a total.
    package init?(_ text: String) {
        var totals: [Substring: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let words = line.words
            guard let kind = words.first, let total = words.last, total.hasPrefix("total=") else { continue }
            totals[kind] = UInt64(total.dropFirst("total=".count))
        }
        guard let some = totals["some"] else { return nil }
        self.some = some
        full = totals["full"]
    }

    static func readAll() -> [Resource: Measured<Pressure>] {
        var readings: [Resource: Measured<Pressure>] = [:]
        for resource in Resource.allCases {
            let path = "/proc/pressure/\(resource.rawValue)"
            readings[resource] = Measured(file: path).flatMap {
                Measured(Pressure($0), orMissing: "\(path) has no total")
            }
        }
        return readings
    }

    package func shares(since earlier: Pressure, elapsedNanoseconds: Int64) -> PressureShares {
        func share(_ later: UInt64, _ earlier: UInt64) -> Double {
            let microseconds = later > earlier ? Double(later - earlier) : 0
            // The kernel's clock ticks on between the two readings; a share above one would be that.
            return min(1, microseconds * 1_000 / Double(max(1, elapsedNanoseconds)))
        }
        var fullShare: Double?
        if let full, let earlierFull = earlier.full { fullShare = share(full, earlierFull) }
        return PressureShares(some: share(some, earlier.some), full: fullShare)
    }
}

/// The processors' frequency, where the machine tells.
enum ProcessorFrequency {
    static func now() -> Measured<UInt64> {
        let directory = "/sys/devices/system/cpu"
        // What cannot be read tells no frequency; if nothing does, that is said below.
        let names = (try? Directory.names(in: directory)) ?? []
        let kilohertz = names.compactMap { name -> UInt64? in
            guard let text = try? TextFile.read("\(directory)/\(name)/cpufreq/scaling_cur_freq") else { return nil }
            return UInt64(text.trimmed)
        }
        guard !kilohertz.isEmpty else {
            return .notMeasured(because: "\(directory)/cpu*/cpufreq is missing; virtual machines rarely have it")
        }
        return .value(kilohertz.reduce(0, +) / UInt64(kilohertz.count) * 1_000)
    }
}

package import LinuxKernel

/// What a process used between two moments, by the kernel's own accounts.
package struct ResourceUsage: Sendable, Equatable {
    package var elapsedNanoseconds: Int64
    /// Time on a CPU in user and in kernel mode; to 1 µs for this process, to 10 ms for another one.
    package var userNanoseconds: UInt64
    package var systemNanoseconds: UInt64
    /// Time on a CPU altogether, to the nanosecond.
    package var cpuNanoseconds: UInt64
    /// The part of it that kernel threads used which work for the process's rings.
    package var ringWorkerNanoseconds: Measured<UInt64>
    /// Context switches. For another process: of the threads that lived at the end.
    package var voluntarySwitches: UInt64
    package var involuntarySwitches: UInt64
    package var minorFaults: UInt64
    package var majorFaults: UInt64
    /// The most memory held at once since `ResourceProbe.start`; not measured where the peak cannot be reset.
    package var peakResidentBytes: Measured<UInt64>
    package var io: Measured<ProcessIO>
    /// What the kernel wrappers counted; nil for another process, which has its own.
    package var calls: CallCounters?
    /// Heap allocations of this process; nil for another one.
    package var allocations: UInt64?
}

/// Reads a process's accounts twice and gives the difference.
///
/// The readings enclose the measured window as closely as they can: what the probe itself opens and reads lies outside
/// of the counted calls and CPU time of this process.
package struct ResourceProbe: Sendable {
    private let process: Int32
    private let peakWasReset: Measured<Bool>
    private let io: Measured<ProcessIO>
    private let ringWorkers: Measured<ThreadTimes>
    private let accounts: Accounts
    private let calls: CallCounters?
    private let allocations: UInt64?
    private let started: Int64

    /// Starts a measurement of a process, by default of this one. Resets its peak memory.
    ///
    /// - Throws: When there is no such process.
    package static func start(process: Int32? = nil) throws(SystemError) -> ResourceProbe {
        try ResourceProbe(process: process)
    }

    private init(process: Int32?) throws(SystemError) {
        let isOther = process != nil && process != ProcessHandle.currentIdentifier
        let identifier = process ?? ProcessHandle.currentIdentifier
        self.process = identifier
        peakWasReset = Measured { () throws(SystemError) in
            try ProcessHandle.resetPeakMemory(of: identifier)
            return true
        }
        io = ProcessIO.read(process: identifier)
        ringWorkers = ThreadTimes.ofRings(process: identifier)
        accounts = try isOther ? Accounts(ofOther: identifier) : Accounts.ofThisProcess()
        calls = isOther ? nil : CallCounters.now()
        allocations = isOther ? nil : HeapAllocations.count
        started = MonotonicClock.now()
    }

    /// What was used since the start. The probe can be asked again.
    ///
    /// - Throws: ESRCH or ENOENT when the process has ended.
    package func finish() throws(SystemError) -> ResourceUsage {
        let elapsed = MonotonicClock.now() - started
        let allocated = allocations.map { HeapAllocations.count - $0 }
        let callsNow = calls == nil ? nil : CallCounters.now()
        let now = try calls == nil ? Accounts(ofOther: process) : Accounts.ofThisProcess()
        let ioNow = ProcessIO.read(process: process)
        let ringWorkersNow = ThreadTimes.ofRings(process: process)
        return ResourceUsage(
            elapsedNanoseconds: elapsed,
            userNanoseconds: now.user &- accounts.user,
            systemNanoseconds: now.system &- accounts.system,
            cpuNanoseconds: now.cpu &- accounts.cpu,
            ringWorkerNanoseconds: ringWorkers.combined(with: ringWorkersNow) { $1.nanoseconds(since: $0) },
            voluntarySwitches: now.voluntarySwitches &- accounts.voluntarySwitches,
            involuntarySwitches: now.involuntarySwitches &- accounts.involuntarySwitches,
            minorFaults: now.minorFaults &- accounts.minorFaults,
            majorFaults: now.majorFaults &- accounts.majorFaults,
            peakResidentBytes: peakWasReset.flatMap { _ in peakResidentBytes() },
            io: io.combined(with: ioNow) { $1 - $0 },
            calls: calls.flatMap { before in callsNow.map { $0 - before } }, allocations: allocated)
    }

    /// `VmHWM`, and not getrusage's `ru_maxrss`: that one also remembers the program that started this one.
    private func peakResidentBytes() -> Measured<UInt64> {
        let path = "/proc/\(process)/status"
        return Measured(file: path).flatMap { ProcText($0).measuredBytes("VmHWM", of: path) }
    }
}

/// One reading of a process's accounts.
private struct Accounts: Sendable {
    var user: UInt64
    var system: UInt64
    var cpu: UInt64
    var voluntarySwitches: UInt64
    var involuntarySwitches: UInt64
    var minorFaults: UInt64
    var majorFaults: UInt64

    static func ofThisProcess() throws(SystemError) -> Accounts {
        let usage = try ProcessUsage.now()
        return Accounts(
            user: usage.userNanoseconds, system: usage.systemNanoseconds,
            cpu: try ProcessHandle.cpuNanoseconds(of: ProcessHandle.currentIdentifier),
            voluntarySwitches: usage.voluntarySwitches, involuntarySwitches: usage.involuntarySwitches,
            minorFaults: usage.minorFaults, majorFaults: usage.majorFaults)
    }
}

extension Accounts {
    /// Another process, from /proc.
    init(ofOther process: Int32) throws(SystemError) {
        let path = "/proc/\(process)/stat"
        guard let status = ProcessStatus(try TextFile.read(path)) else {
            // The kernel writes this line in one piece; a process that is gone gives an error, not half a line.
            preconditionFailure("\(path) is not as proc(5) has it")
        }
        user = status.userTicks * ProcessHandle.clockTickNanoseconds
        system = status.systemTicks * ProcessHandle.clockTickNanoseconds
        cpu = try ProcessHandle.cpuNanoseconds(of: process)
        minorFaults = status.minorFaults
        majorFaults = status.majorFaults
        (voluntarySwitches, involuntarySwitches) = (0, 0)
        for thread in try Directory.names(in: "/proc/\(process)/task") {
            // A thread may end between the listing and the reading.
            guard let text = try? TextFile.read("/proc/\(process)/task/\(thread)/status") else { continue }
            let lines = ProcText(text)
            voluntarySwitches += lines.number("voluntary_ctxt_switches") ?? 0
            involuntarySwitches += lines.number("nonvoluntary_ctxt_switches") ?? 0
        }
    }
}

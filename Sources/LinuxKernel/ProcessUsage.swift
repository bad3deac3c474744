internal import CLinux
internal import Glibc

/// What the kernel accounts to this process, all threads together, those that ended included (getrusage).
package struct ProcessUsage: Sendable, Equatable {
    package var userNanoseconds: UInt64
    package var systemNanoseconds: UInt64
    package var voluntarySwitches: UInt64
    package var involuntarySwitches: UInt64
    package var minorFaults: UInt64
    package var majorFaults: UInt64

    /// The accounts as they stand now. Times have the resolution of a microsecond.
    package static func now() throws(SystemError) -> ProcessUsage { try accounts(of: RUSAGE_SELF) }

    /// What children of this process used that have ended and were waited for, with theirs.
    package static func ofEndedChildren() throws(SystemError) -> ProcessUsage { try accounts(of: RUSAGE_CHILDREN) }

    package var cpuNanoseconds: UInt64 { userNanoseconds + systemNanoseconds }

    private static func accounts(of whom: __rusage_who) throws(SystemError) -> ProcessUsage {
        var usage = rusage()
        _ = try systemCall(.process, "getrusage") { unsafe getrusage(whom.rawValue, &usage) }
        return ProcessUsage(
            userNanoseconds: nanoseconds(usage.ru_utime), systemNanoseconds: nanoseconds(usage.ru_stime),
            voluntarySwitches: UInt64(usage.ru_nvcsw), involuntarySwitches: UInt64(usage.ru_nivcsw),
            minorFaults: UInt64(usage.ru_minflt), majorFaults: UInt64(usage.ru_majflt))
    }

    private static func nanoseconds(_ time: timeval) -> UInt64 {
        UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_usec) * 1_000
    }
}

/// A running process, this one or another.
package enum ProcessHandle {
    package static var currentIdentifier: Int32 { getpid() }

    /// A system call that does nothing, counted as any other.
    package static func askForParent() {
        CallCounters.count(.process)
        _ = getppid()
    }

    /// Gives this process the name that `ps` and `top` show, whatever its file is called; 15 bytes at most.
    package static func name(_ name: String) {
        // It fails for longer names only.
        _ = unsafe sluice_name_thread(String(name.prefix(15)))
    }

    /// Whether this process runs as root.
    package static var isRoot: Bool { geteuid() == 0 }

    /// Nanoseconds that one tick of /proc/PID/stat lasts; ten million on every Linux that is in use.
    package static var clockTickNanoseconds: UInt64 { 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK)))) }

    /// How many descriptors this process may have open (the soft RLIMIT_NOFILE).
    package static var descriptorLimit: Int {
        var limit = rlimit()
        CallCounters.count(.process)
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return Int(sysconf(Int32(_SC_OPEN_MAX)))
        }
        return Int(clamping: limit.rlim_cur)
    }

    package static var pageSize: Int { Int(sysconf(Int32(_SC_PAGESIZE))) }

    /// Processors that are online.
    package static var processorCount: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// CPU time of a process, all threads together, those that ended included; nanoseconds.
    ///
    /// ESRCH when there is no such process.
    package static func cpuNanoseconds(of process: Int32) throws(SystemError) -> UInt64 {
        var clock = clockid_t()
        CallCounters.count(.process)
        let code = unsafe clock_getcpuclockid(process, &clock)
        guard code == 0 else { throw SystemError(call: "clock_getcpuclockid", path: "process \(process)", code: code) }
        var time = timespec()
        _ = try systemCall(.process, "clock_gettime", path: "process \(process)") {
            unsafe clock_gettime(clock, &time)
        }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Starts a process's peak memory (`VmHWM`) anew from what it holds now; see clear_refs in proc(5).
    ///
    /// EACCES or EPERM where the kernel does not let this user do so.
    package static func resetPeakMemory(of process: Int32) throws(SystemError) {
        let path = "/proc/\(process)/clear_refs"
        // Opened for writing only: the file has no read permission, so that `File` could open it as root alone.
        let descriptor = try systemCall(.open, "open", path: path) { unsafe sluice_open(path, O_WRONLY, 0) }
        defer {
            CallCounters.count(.close)
            close(descriptor)
        }
        let peak: [UInt8] = [UInt8(ascii: "5")]
        _ = try systemCall(.write, "write", path: path, reportsBytes: true) {
            unsafe peak.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        }
    }
}

internal import CLinux
internal import Glibc

/// A count that the kernel keeps of this process by itself (perf_event_open): of one thread and of
/// those that it starts.
package final class PerfCounter: Sendable {
    private let descriptor: Int32
    private let event: String

    private init(_ event: String, _ open: () -> Int32) throws(SystemError) {
        self.event = event
        descriptor = try systemCall(.perfEvent, "perf_event_open", path: event, open)
    }

    deinit {
        CallCounters.count(.close)
        _ = close(descriptor)
    }

    /// System calls where the kernel enters them (raw_syscalls:sys_enter), as a check of what the wrappers of this
    /// module count. It also sees the calls of the C library and the runtime, which they do not.
    ///
    /// Counts this thread and those that it starts from now on; so it is made before any other is.
    ///
    /// - Throws: ENOENT or EACCES where the tracepoint's number cannot be read, EACCES or EPERM where
    ///   /proc/sys/kernel/perf_event_paranoid forbids it.
    package static func systemCalls() throws(SystemError) -> PerfCounter {
        let identifier = try SystemCallTracepoint.identifier()
        return try PerfCounter("raw_syscalls:sys_enter") { sluice_perf_open_tracepoint(identifier) }
    }

    /// Instructions that the processor retired, in user and in kernel mode. Counting them takes no time but a register
    /// more to be saved at each switch of threads.
    ///
    /// - Throws: ENOENT where the processor does not count, as on most virtual machines; EACCES or EPERM where
    ///   /proc/sys/kernel/perf_event_paranoid forbids it.
    package static func instructions() throws(SystemError) -> PerfCounter {
        try PerfCounter("instructions") { sluice_perf_open_instructions() }
    }

    /// The count so far.
    package func count() throws(SystemError) -> UInt64 {
        var count: UInt64 = 0
        _ = try systemCall(.perfEvent, "read", path: event) { unsafe sluice_perf_read(descriptor, &count) }
        return count
    }
}

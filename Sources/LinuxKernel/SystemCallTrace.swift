internal import CLinux
internal import Glibc

/// Counts the system calls of this process where the kernel enters them (raw_syscalls:sys_enter), as a check of what the
/// wrappers of this module count. It also sees the calls of the C library and the runtime, which they do not.
package final class SystemCallTrace: Sendable {
    private static let places = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]

    private let descriptor: Int32

    /// Counts this thread and those that it starts from now on; so it is made before any other is.
    ///
    /// - Throws: ENOENT or EACCES where the tracepoint's number cannot be read, EACCES or EPERM where
    ///   /proc/sys/kernel/perf_event_paranoid forbids it.
    package init() throws(SystemError) {
        let identifier = try Self.identifier()
        descriptor = try systemCall(.perfEvent, "perf_event_open", path: "raw_syscalls:sys_enter") {
            sluice_perf_open_tracepoint(identifier)
        }
    }

    deinit {
        CallCounters.count(.close)
        _ = close(descriptor)
    }

    /// The calls so far.
    package func count() throws(SystemError) -> UInt64 {
        var count: UInt64 = 0
        _ = try systemCall(.perfEvent, "read", path: "raw_syscalls:sys_enter") {
            unsafe sluice_perf_read(descriptor, &count)
        }
        return count
    }

    private static func identifier() throws(SystemError) -> UInt64 {
        var failure: SystemError?
        for place in places {
            do throws(SystemError) {
                let text = try TextFile.read(place + "/events/raw_syscalls/sys_enter/id")
                if let number = UInt64(text.filter(\.isNumber)) { return number }
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? SystemError(call: "read", path: places[0], code: ENOENT)
    }
}

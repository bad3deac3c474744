internal import CLinux
internal import Glibc
internal import Synchronization

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
                return try identifier(in: place)
            } catch {
                failure = failure ?? error
            }
        }
        guard let failure, failure.name == "ENOENT", let number = mountedIdentifier() else {
            throw failure ?? SystemError(call: "read", path: places[0], code: ENOENT)
        }
        return number
    }

    private static func identifier(in place: String) throws(SystemError) -> UInt64 {
        let path = place + "/events/raw_syscalls/sys_enter/id"
        guard let number = UInt64(try TextFile.read(path).filter(\.isNumber)) else {
            throw SystemError(call: "read", path: path, code: EINVAL)
        }
        return number
    }

    /// The number where nobody has mounted tracefs: a thread mounts it for itself, and takes the mount along when it ends.
    ///
    /// - Returns: nil where that is not allowed; that tracefs is missing is then what there is to be said.
    private static func mountedIdentifier() -> UInt64? {
        let number = Mutex<UInt64?>(nil)
        let thread = try? KernelThread(name: "tracefs") {
            do throws(SystemError) {
                try Mount.makePrivate()
                try Mount.attach("tracefs", type: "tracefs", at: places[0])
                let found = try identifier(in: places[0])
                number.withLock { $0 = found }
            } catch {
                return
            }
        }
        thread?.join()
        return number.withLock { $0 }
    }
}

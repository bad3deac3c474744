internal import Glibc
internal import Synchronization

/// The number that the kernel gave the tracepoint raw_syscalls:sys_enter.
enum SystemCallTracepoint {
    private static let places = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]

    /// - Throws: ENOENT or EACCES where it cannot be read.
    static func identifier() throws(SystemError) -> UInt64 {
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

    /// The number where nobody has mounted tracefs: a thread mounts it for itself, and takes the mount
    /// along when it ends.
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

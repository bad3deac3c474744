internal import CLinux
internal import Glibc

/// Runs one kernel call: retries it when a signal interrupted it, counts it, and turns its errno into an error.
///
/// This is the only place where EINTR is retried and where a test can make a call fail (`InjectedFaults`).
/// EBADF and EFAULT mean that this program is wrong, not the world: they trap.
///
/// - Parameters:
///   - kind: What it is counted as.
///   - path: What the call is about, for the error; evaluated only on failure.
///   - reportsBytes: Whether the result is a number of bytes that moved.
///   - body: The call; -1 with errno set on failure.
@inline(__always)
func systemCall<Result: FixedWidthInteger>(
    _ kind: CallKind, _ name: StaticString, path: @autoclosure () -> String? = nil, reportsBytes: Bool = false,
    _ body: () -> Result
) throws(SystemError) -> Result {
    if InjectedFaults.areArmed, let code = InjectedFaults.fault(of: kind, at: path()) {
        CallCounters.count(kind)
        throw SystemError(call: "\(name)", path: path(), code: code)
    }
    while true {
        sluice_enter_kernel()
        let result = body()
        sluice_leave_kernel()
        if result >= 0 {
            CallCounters.count(kind, bytes: reportsBytes ? Int(truncatingIfNeeded: result) : 0)
            return result
        }
        let code = errno
        CallCounters.count(kind)
        if code == EINTR { continue }
        precondition(code != EBADF && code != EFAULT, "\(name): a closed descriptor or a wrong address")
        throw SystemError(call: "\(name)", path: path(), code: code)
    }
}

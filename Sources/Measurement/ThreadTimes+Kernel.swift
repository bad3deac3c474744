internal import LinuxKernel

extension ThreadTimes {
    /// The kernel's own threads, such as kworker, jbd2, loop and kswapd: the children of kthreadd, which is process 2.
    ///
    /// They carry out what programs cause: writeback, journals, loop devices, reclaim.
    static func ofKernel() -> Measured<ThreadTimes> {
        guard Measured(file: "/proc/2/comm").value?.trimmed == "kthreadd" else {
            return .notMeasured(
                because: "the kernel's own threads are not seen here, as in a container: process 2 is not kthreadd")
        }
        return Measured { () throws(SystemError) in
            let threads = try TextFile.read("/proc/2/task/2/children").words
            return try ThreadTimes(of: threads.map { String($0) }, in: "/proc")
        }
    }
}

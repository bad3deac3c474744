internal import LinuxKernel

/// CPU time of the kernel's threads that work for a process's rings (io_uring), by thread.
///
/// What a ring cannot do without waiting, such as buffered writes on ext4 and splices, is done by threads of the process that
/// the kernel starts, called `iou-wrk-…`. Their time is in the process's own accounts too; here it is told apart. One that
/// ends within the measured window, as they do after five idle seconds, is not seen.
struct RingWorkers: Sendable {
    private var nanoseconds: [String: UInt64] = [:]

    /// The threads as they stand now; see schedstat in proc(5), whose first number is nanoseconds on a CPU.
    static func read(process: Int32) -> Measured<RingWorkers> {
        Measured { () throws(SystemError) in
            var workers = RingWorkers()
            for thread in try Directory.names(in: "/proc/\(process)/task") {
                let folder = "/proc/\(process)/task/\(thread)"
                // A thread may end between the listing and the reading.
                guard let name = try? TextFile.read(folder + "/comm"), name.hasPrefix("iou-") else { continue }
                let times = try TextFile.read(folder + "/schedstat")
                workers.nanoseconds[thread] = times.split(separator: " ").first.flatMap { UInt64($0) }
            }
            return workers
        }
    }

    /// What all of them used since an earlier reading.
    func nanoseconds(since earlier: RingWorkers) -> UInt64 {
        nanoseconds.reduce(0) { $0 + $1.value - (earlier.nanoseconds[$1.key] ?? 0) }
    }
}

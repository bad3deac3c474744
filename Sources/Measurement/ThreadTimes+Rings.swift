internal import LinuxKernel

extension ThreadTimes {
    /// The kernel's threads that work for a process's rings (io_uring).
    ///
    /// What a ring cannot do without waiting, such as buffered writes on ext4 and splices, is done by threads of the
    /// process that the kernel starts, called `iou-wrk-…`. Their time is in the process's own accounts too; here it is
    /// told apart. One that ends within the measured window, as they do after five idle seconds, is not seen.
    static func ofRings(process: Int32) -> Measured<ThreadTimes> {
        let directory = "/proc/\(process)/task"
        return Measured { () throws(SystemError) in
            let workers = try Directory.names(in: directory).filter { thread in
                // A thread may end between the listing and the reading.
                (try? TextFile.read("\(directory)/\(thread)/comm"))?.hasPrefix("iou-") ?? false
            }
            return try ThreadTimes(of: workers, in: directory)
        }
    }
}

package import LinuxKernel

/// Processor time of threads, as the kernel accounts it to each.
package struct ThreadTimes: Sendable {
    /// Nanoseconds on a processor since the thread began, by its identifier.
    private var nanoseconds: [String: UInt64]
    /// When they were read, by `MonotonicClock`.
    private let moment: Int64

    package init(_ nanoseconds: [String: UInt64], at moment: Int64) {
        self.nanoseconds = nanoseconds
        self.moment = moment
    }

    /// Those of `threads` as they stand now; each has a folder of its name in `directory`.
    package init(of threads: [String], in directory: String) throws(SystemError) {
        nanoseconds = [:]
        for thread in threads { nanoseconds[thread] = try Self.nanoseconds(of: "\(directory)/\(thread)") }
        moment = MonotonicClock.now()
    }

    /// The first number of schedstat; see proc(5). nil when the thread has ended.
    private static func nanoseconds(of thread: String) throws(SystemError) -> UInt64? {
        do throws(SystemError) {
            return try TextFile.read(thread + "/schedstat").words.first.flatMap { UInt64($0) }
        } catch {
            // A thread may end between the listing and the reading. One that is still there says that this kernel does
            // not tell, which must not look like no work.
            if try Directory.exists(thread) { throw error }
            return nil
        }
    }

    /// What all of them used since an earlier reading. Of one that ended in between nothing is known.
    package func nanoseconds(since earlier: ThreadTimes) -> UInt64 {
        let passed = UInt64(max(0, moment - earlier.moment))
        return nanoseconds.reduce(0) { sum, thread in
            let before = earlier.nanoseconds[thread.key] ?? 0
            // Less than before: the identifier is another thread's by now, which began in between.
            let used = thread.value < before ? thread.value : thread.value - before
            // None can have used more time than passed. It would seem so of one that the earlier listing lacked, which
            // those of /proc may while others end.
            return sum + min(used, passed)
        }
    }
}

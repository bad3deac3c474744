internal import CLinux

/// Processors by their numbers.
package struct ProcessorSet: Sendable, Equatable {
    package var numbers: Set<Int>

    package init(_ numbers: Set<Int>) { self.numbers = numbers }

    /// Those that the calling thread may use.
    package static func allowed() throws(SystemError) -> ProcessorSet {
        var flags = [UInt8](repeating: 0, count: Int(SLUICE_PROCESSORS))
        _ = try systemCall(.process, "sched_getaffinity") { unsafe sluice_get_processors(&flags) }
        return ProcessorSet(Set(flags.indices.filter { flags[$0] != 0 }))
    }

    /// Has the calling thread, and the threads and processes that it starts from now on, use only these.
    ///
    /// EINVAL when this machine has none of them.
    package func confineThisThread() throws(SystemError) {
        var flags = [UInt8](repeating: 0, count: Int(SLUICE_PROCESSORS))
        for number in numbers where flags.indices.contains(number) { flags[number] = 1 }
        _ = try systemCall(.process, "sched_setaffinity") { unsafe sluice_set_processors(flags) }
    }
}

/// How precisely the calling thread is woken.
package enum TimerSlack {
    /// Lets the kernel wake this thread as soon as its timer is due, not up to 50 µs later to save power.
    package static func makePrecise() throws(SystemError) {
        _ = try systemCall(.process, "prctl(PR_SET_TIMERSLACK)") { sluice_set_timer_slack(1) }
    }
}

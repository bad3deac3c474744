internal import CLinux
internal import Glibc

/// An eventfd that one thread waits on and others signal.
package struct WakeEvent: ~Copyable, Sendable {
    let descriptor: Int32

    package init() throws(SystemError) {
        descriptor = try systemCall(.eventfd, "eventfd") { sluice_eventfd() }
    }

    deinit {
        CallCounters.count(.close)
        _ = close(descriptor)
    }

    /// Wakes the waiting thread, or lets its next wait return at once.
    package func signal() {
        CallCounters.count(.eventfd)
        // The only failure is a counter at its maximum, which wakes too.
        _ = sluice_eventfd_signal(descriptor)
    }

    /// Waits for a signal or until the time is over.
    package func wait(nanoseconds: Int64) {
        CallCounters.count(.poll)
        // An interrupted wait ends early, which the caller's loop takes as a wake.
        guard sluice_poll_readable(descriptor, Int(nanoseconds)) > 0 else { return }
        CallCounters.count(.eventfd)
        _ = sluice_eventfd_clear(descriptor)
    }
}

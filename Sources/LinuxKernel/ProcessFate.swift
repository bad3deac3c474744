internal import CLinux
internal import Glibc

/// Ties a process's life to others'.
package enum ProcessFate {
    /// Kills this process when its parent ends, however that ends, so that none is left behind.
    ///
    /// - Parameter parent: The parent as it knows itself; when it is gone already, this process ends at once.
    package static func endWithParent(_ parent: Int32) throws(SystemError) {
        _ = try systemCall(.process, "prctl(PR_SET_PDEATHSIG)") { sluice_end_with_parent(SIGKILL) }
        if getppid() != parent { exit(1) }
    }

    /// Ends this process as a signal does by default, so that a shell sees what stopped it.
    package static func end(by number: Int32) -> Never {
        signal(number, SIG_DFL)
        // A runtime's worker threads have signals blocked, and a blocked signal would not end anything.
        var itself = sigset_t()
        unsafe sigemptyset(&itself)
        unsafe sigaddset(&itself, number)
        unsafe pthread_sigmask(SIG_UNBLOCK, &itself, nil)
        raise(number)
        exit(128 + number)
    }
}

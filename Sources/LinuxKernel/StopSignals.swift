internal import CLinux

/// SIGINT and SIGTERM as a value that a thread waits for, and SIGPIPE as an error of the call.
package enum StopSignals {
    /// Keeps them from ending the process. To be called before other threads are started, which take it over.
    package static func block() throws(SystemError) {
        _ = try systemCall(.signal, "pthread_sigmask") { sluice_block_stop_signals() }
    }

    /// Waits for the next one and returns its number.
    package static func wait() throws(SystemError) -> Int32 {
        try systemCall(.signal, "sigwait") { sluice_wait_for_stop_signal() }
    }

    /// Lets a write to a closed connection fail instead of ending the process.
    package static func ignoreBrokenPipe() {
        CallCounters.count(.signal)
        sluice_ignore_broken_pipe()
    }
}

internal import CLinux

/// What was printed and may not have reached its reader yet.
package enum StandardOutput {
    /// Sends it on its way.
    ///
    /// - Throws: Where that failed now or at any time since the last call, for example ENOSPC; EIO where all that is
    ///   known is that something was lost.
    package static func flush() throws(SystemError) {
        CallCounters.count(.write)
        let code = sluice_flush_output()
        guard code == 0 else { throw SystemError(call: "write", path: "standard output", code: code) }
    }
}

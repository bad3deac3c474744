internal import LinuxKernel

/// Waiting until the writeback of one measurement is over, so that it does not run in the next.
package struct Settling: Sendable, Equatable {
    /// `Dirty` and `Writeback` before and after.
    package var before: SystemState
    package var after: SystemState
    package var waitedNanoseconds: Int64
    /// Whether both came down to the bound in time; not measured where the kernel does not tell.
    package var settled: Measured<Bool>

    /// Writes everything back (sync) and waits until both `Dirty` and `Writeback` are at most `bound` bytes.
    ///
    /// Other programs go on making pages dirty, so the bound is not zero. After `timeout` nanoseconds it gives up, and
    /// says so in the result.
    package static func settle(bound: UInt64 = 8 << 20, timeout: Int64 = 30_000_000_000) -> Settling {
        let before = SystemState.now()
        let start = MonotonicClock.now()
        Writeback.syncEverything()
        while true {
            let state = SystemState.now()
            let settled = state.dirtyBytes.combined(with: state.writebackBytes) { $0 <= bound && $1 <= bound }
            let waited = MonotonicClock.now() - start
            if settled.value != false || waited >= timeout {
                return Settling(before: before, after: state, waitedNanoseconds: waited, settled: settled)
            }
            MonotonicClock.sleep(nanoseconds: min(50_000_000, timeout - waited))
            // What became dirty meanwhile would otherwise wait for the kernel's own 30 seconds.
            Writeback.syncEverything()
        }
    }
}

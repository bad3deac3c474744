internal import CLinux

extension WakeEvent {
    /// Takes the signals so far, for a waiter that learnt of them through `EventPoll`.
    package func clear() {
        CallCounters.count(.eventfd)
        // The only failure is that there was no signal.
        _ = sluice_eventfd_clear(descriptor)
    }
}

package import LinuxKernel
internal import Synchronization

/// What is taken from a thread that never waits: by interrupts, kernel threads, other programs and the hypervisor.
///
/// It is the floor of every latency that is measured on the machine: a request that comes in such a moment waits until
/// it is over, whatever the broker does.
package struct Interruptions: Sendable, Equatable {
    /// What takes less is no interruption: interrupts that every machine has.
    private static let leastNanoseconds: Int64 = 100_000

    /// The share of the time that they took, of all processors together.
    package var share: Double
    package var longestNanoseconds: Int64

    package init(share: Double, longestNanoseconds: Int64) {
        self.share = share
        self.longestNanoseconds = longestNanoseconds
    }

    /// Has a thread on each processor that may be used read the clock for that long.
    package static func watch(nanoseconds: Int64) throws(SystemError) -> Interruptions {
        let processors = try ProcessorSet.allowed().numbers
        let found = Mutex<(taken: Int64, longest: Int64, failure: SystemError?)>((0, 0, nil))
        var watchers: [KernelThread] = []
        // Those that were started are waited for, whatever becomes of the others.
        defer { for watcher in watchers { watcher.join() } }
        for processor in processors {
            watchers.append(
                try KernelThread(name: "interruptions") {
                    do throws(SystemError) {
                        try ProcessorSet([processor]).confineThisThread()
                    } catch {
                        return found.withLock { $0.failure = error }
                    }
                    let (taken, longest) = gaps(nanoseconds: nanoseconds)
                    found.withLock {
                        $0.taken += taken
                        $0.longest = max($0.longest, longest)
                    }
                })
        }
        while let watcher = watchers.popLast() { watcher.join() }
        let (taken, longest, failure) = found.withLock { $0 }
        if let failure { throw failure }
        return Interruptions(
            share: Double(taken) / Double(nanoseconds) / Double(processors.count), longestNanoseconds: longest)
    }

    private static func gaps(nanoseconds: Int64) -> (taken: Int64, longest: Int64) {
        var (taken, longest): (Int64, Int64) = (0, 0)
        var last = MonotonicClock.now()
        let end = last + nanoseconds
        while last < end {
            let now = MonotonicClock.now()
            let gap = now - last
            if gap >= leastNanoseconds {
                taken += gap
                longest = max(longest, gap)
            }
            last = now
        }
        return (taken, longest)
    }
}

package import LinuxKernel

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
        let found = try KernelThread.map(processors, name: "interruptions") { (processor) throws(SystemError) in
            try ProcessorSet([processor]).confineThisThread()
            return gaps(nanoseconds: nanoseconds)
        }
        let taken = found.reduce(0) { $0 + $1.taken }
        return Interruptions(
            share: Double(taken) / Double(nanoseconds) / Double(found.count),
            longestNanoseconds: found.reduce(0) { max($0, $1.longest) })
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

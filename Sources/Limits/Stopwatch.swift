internal import CPlainLoops
internal import LinuxKernel

/// Tells how long something takes, in nanoseconds, or how many calls it makes; at least 1.
enum Stopwatch: Sendable {
    /// By the clock on the wall: for what may wait for the disk.
    case wall
    /// By the CPU time of this thread: for what only computes. It leaves out the time that other programs take, which
    /// on a shared machine is most of the noise.
    case cpu
    /// By the CPU time of this process's other threads: for a server whose client is this thread.
    case serving
    /// By the calls that this process's kernel wrappers count, which a plain loop's are not among.
    case calls

    func time(_ body: () throws -> Void) rethrows -> Int64 {
        let start = now
        try body()
        if self == .serving {
            // A thread that runs is counted up to the last tick; when it has nothing to do, up to its end.
            MonotonicClock.sleep(nanoseconds: 1_000_000)
        }
        return max(1, now - start)
    }

    private var now: Int64 {
        switch self {
        case .wall: MonotonicClock.now()
        case .cpu: plain_thread_time()
        case .serving: plain_process_time() - plain_thread_time()
        case .calls: Int64(CallCounters.now().totalCalls)
        }
    }
}

extension LimitTrial {
    /// A trial of something short: a sample repeats it as often as the plain side can within the scale's time.
    ///
    /// - Parameters:
    ///   - work: What one repetition does.
    ///   - ours: Does it that many times.
    ///   - plain: Does it that many times.
    init(
        repeating work: Double, by stopwatch: Stopwatch, scale: LimitScale, ours: ((Int) throws -> Void)?,
        plain: @escaping (Int) throws -> Void
    ) throws {
        var repetitions = 1
        var nanoseconds = try stopwatch.time { try plain(1) }
        while nanoseconds < scale.sampleNanoseconds / 4 {
            repetitions *= 2
            nanoseconds = try stopwatch.time { try plain(repetitions) }
        }
        let count = max(1, Int(Double(repetitions) * Double(scale.sampleNanoseconds) / Double(nanoseconds)))
        self.init(
            work: work * Double(count),
            ours: ours.map { ours in { try stopwatch.time { try ours(count) } } },
            plain: { try stopwatch.time { try plain(count) } })
    }
}

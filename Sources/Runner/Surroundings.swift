internal import LinuxKernel
internal import Measurement
internal import Synchronization

/// What else used the machine around legs: judged from the settling before a leg to the end of its verification, and
/// further back where that is too short to be judged.
///
/// The kernel counts processor time in ticks of 10 ms, and a leg's measured window may be a tenth of a second. What
/// disturbs so short a window disturbs its neighbourhood too.
final class Surroundings: Sendable {
    /// Over less than that, shares of ticks of 10 ms mean nothing.
    static let shortestNanoseconds: Int64 = 500_000_000

    /// The state of all accounts at one moment.
    private struct Mark {
        let moment = MonotonicClock.now()
        let system = SystemProbe.start()
        let own = Surroundings.ownNanoseconds()
        let quota = CPUQuota.ofThisProcess()
    }

    /// The CPU time of this process and of all that it started and that ended: load processes, brokers.
    static func ownNanoseconds() -> Measured<UInt64> {
        do throws(SystemError) {
            let (own, ended) = (try ProcessUsage.now(), try ProcessUsage.ofEndedChildren())
            return .value(own.cpuNanoseconds + ended.cpuNanoseconds)
        } catch {
            return .notMeasured(because: error.description)
        }
    }

    /// Each leg's begin, the newest last; of those that are older than the shortest time only the newest is kept.
    private let marks = Mutex([Mark()])

    /// Watches the machine while nothing of this program runs, for as long as takes to judge it.
    ///
    /// - Returns: The share of the processors' time that others use.
    func watchIdleMachine() async throws -> Measured<Double> {
        beginLeg()
        try await Task.sleep(for: .nanoseconds(Self.shortestNanoseconds + 20_000_000))
        return look().otherLoad
    }

    /// A leg is about to begin.
    func beginLeg() {
        let mark = Mark()
        marks.withLock { marks in
            let old = marks.lastIndex { mark.moment - $0.moment >= Self.shortestNanoseconds } ?? 0
            marks.removeFirst(old)
            marks.append(mark)
        }
    }

    /// The shares since the last leg began, or since an earlier one where that is too short, by their metrics' columns.
    func shares() -> [String: Measured<Double>] {
        let (mark, usage, otherLoad) = look()
        return [
            "steal_share": usage.processor.map(\.steal),
            "other_load_share": otherLoad,
            "pressure_io_share": usage.pressureIO.map(\.some),
            "pressure_cpu_share": usage.pressureCPU.map(\.some),
            "pressure_memory_share": usage.pressureMemory.map(\.some),
            "quota_throttled_share": mark.quota.combined(with: CPUQuota.ofThisProcess()) {
                $1.throttledShare(since: $0)
            },
        ]
    }

    private func look() -> (since: Mark, usage: SystemUsage, otherLoad: Measured<Double>) {
        let now = MonotonicClock.now()
        let mark = marks.withLock { marks in
            marks.last { now - $0.moment >= Self.shortestNanoseconds } ?? marks[0]
        }
        let usage = mark.system.finish()
        let own = mark.own.combined(with: Surroundings.ownNanoseconds()) { $1 &- $0 }
        return (mark, usage, own.flatMap { usage.otherLoad(ownNanoseconds: $0) })
    }
}

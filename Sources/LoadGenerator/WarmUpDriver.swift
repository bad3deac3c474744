internal import LinuxKernel
internal import Measurement

/// What comes before the measured window, the same for every target: the warm-up, and the search for a rate.
struct WarmUpDriver {
    /// What one stretch of load found.
    struct Trial {
        var records: Int
        var nanoseconds: Int64
        /// In nanoseconds; nil when nothing was answered.
        var p99: UInt64?
    }

    /// Runs the load at a rate (nil: closed) for a time; `tick` takes the bytes so far and the time,
    /// and says when to stop.
    typealias Run = (
        _ rate: Double?, _ nanoseconds: Int64, _ tick: @escaping (_ bytes: Int, _ now: Int64) -> Bool
    ) throws -> Trial

    /// How long a rate is tried.
    private static let trialNanoseconds: Int64 = 400_000_000
    /// Less than this share of a rate achieved is that rate missed.
    static let achievedShare = 0.97

    private let pace: Pace
    private let phases: Phases
    /// The rate to measure at; nil for a closed load.
    private(set) var rate: Double?
    /// Nil when there was nothing before the window.
    private(set) var outcome: LoadOutcome.WarmUp?

    init(_ pace: Pace, _ phases: Phases) {
        self.pace = pace
        self.phases = phases
        rate = pace.recordsPerSecond
    }

    mutating func run(_ load: Run) throws {
        let began = MonotonicClock.now()
        var steadyAfter = Measured<Int64>.notMeasured(because: "workload.warmup.until is time")
        var records = 0
        if phases.warmUp > 0 {
            var steady = SteadyState(startingAt: began)
            let untilSteady = phases.untilSteady
            records += try load(rate, phases.warmUp) { bytes, now in
                steady.tick(bytes: bytes, now: now)
                return untilSteady && steady.isSteady
            }.records
            if untilSteady { steadyAfter = Self.finding(steady, began: began) }
        }
        if let target = pace.latencyTarget {
            var search = RateSearch(startingAt: pace.recordsPerSecond ?? 10_000)
            while let next = search.next {
                let trial = try load(next, Self.trialNanoseconds) { _, _ in false }
                records += trial.records
                let achieved = Double(trial.records) / (Double(trial.nanoseconds) / 1e9)
                search.take(
                    held: trial.p99.map { $0 <= UInt64(target) } ?? false && achieved >= next * Self.achievedShare)
            }
            guard let highest = search.highest else {
                throw LoadError.unsupported(
                    "no rate was found at which 99 % of the requests take at most \(target / 1000) µs; "
                        + "raise workload.latency.target, or lower workload.rate, where the search begins")
            }
            rate = highest
        }
        if records > 0 {
            outcome = LoadOutcome.WarmUp(
                nanoseconds: MonotonicClock.now() - began, records: records, steadyAfter: steadyAfter)
        }
    }

    private static func finding(_ steady: SteadyState, began: Int64) -> Measured<Int64> {
        if steady.isSteady { return .value(MonotonicClock.now() - began) }
        guard let change = steady.change else {
            return .notMeasured(because: "the warm-up was shorter than the second over which steadiness is judged")
        }
        let percent = Int((change.magnitude * 100).rounded())
        return .notMeasured(because: "throughput still changed by \(percent) % a second when the warm-up had to end")
    }
}

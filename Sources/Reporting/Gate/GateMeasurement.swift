import Results
import Statistics

/// One metric in one cell over pairs: how far head lies from base, and how far base lies from itself.
///
/// All is computed on logarithms, where a drift of the machine is a sum. Within a pair the same program runs twice, as
/// *base* and as *control*; head is held against the mean of the two, and the two against each other give the floor. A
/// pair whose base and control lie further apart than the gate's drift is contaminated and does not count.
struct GateMeasurement {
    /// The values of one pair.
    struct Pair: Equatable {
        var base: Double
        /// The base again; nil for stored runs that have none.
        var control: Double?
        var head: Double
    }

    /// The pairs that count.
    private(set) var pairs: [Pair] = []
    private(set) var contaminated = 0
    /// log(head ∕ base) with its 95 % interval; nil without pairs.
    let shift: Interval?
    /// Of the shift.
    let pValue: Double
    /// log(1 + share): how far apart the same program's runs lie, in 19 of 20 measurements of this size.
    let floor: Double?

    /// Pairs that belong together, each measured at one time.
    init(paired all: [Pair], of metric: Metric, drift: Double) {
        let limit = Logarithm.natural(1 + drift)
        for pair in all {
            let apart = pair.control.flatMap { Self.logRatio(pair.base, $0, metric) } ?? 0
            if metric.unit.isTimed, apart.magnitude > limit { contaminated += 1 } else { pairs.append(pair) }
        }
        let shifts = pairs.compactMap { pair -> Double? in
            guard let toBase = Self.logRatio(pair.base, pair.head, metric) else { return nil }
            guard let control = pair.control else { return toBase }
            return Self.logRatio(control, pair.head, metric).map { (toBase + $0) / 2 }
        }
        let apart = pairs.compactMap { pair in pair.control.flatMap { Self.logRatio(pair.base, $0, metric) } }
        // A pair without a ratio is a pair less, never a pair that is alike.
        shift = shifts.count == pairs.count ? HodgesLehmann.center(of: shifts) : nil
        pValue = SignedRankTest(differences: shifts).pValue
        floor = apart.count < pairs.count ? nil : HodgesLehmann.center(of: apart, level: 0.9).map(Self.farthest)
    }

    /// Legs of two runs at different times. The floor is how far the centre of so many of base's legs lies from itself.
    init(base: [Double], head: [Double], of metric: Metric) {
        pairs = zip(base, head).map { Pair(base: $0, control: nil, head: $1) }
        let from = base.compactMap { Self.logRatio(1, $0, metric) }
        let to = head.compactMap { Self.logRatio(1, $0, metric) }
        shift = from.count == base.count && to.count == head.count ? HodgesLehmann.shift(base: from, head: to) : nil
        pValue = MannWhitneyTest(base: from, head: to).pValue
        floor = HodgesLehmann.center(of: from, level: 0.9).map { ($0.high - $0.low) / 2 * 2.0.squareRoot() }
    }

    var baseMedian: Double? { Quantile.median(pairs.flatMap { [$0.base, $0.control].compactMap { $0 } }) }
    var headMedian: Double? { Quantile.median(pairs.map(\.head)) }

    /// log(to ∕ from), or nil if that does not exist. The metric's resolution is added to both sides, so that one fault
    /// where there was none is not infinitely worse.
    static func logRatio(_ from: Double, _ to: Double, _ metric: Metric) -> Double? {
        if from == to { return 0 }
        let least = metric.unit.resolution
        guard from + least > 0, to + least > 0 else { return nil }
        return Logarithm.natural((to + least) / (from + least))
    }

    private static func farthest(_ interval: Interval) -> Double {
        max(interval.low.magnitude, interval.high.magnitude)
    }
}

extension MetricUnit {
    /// Whether a slower machine changes it.
    var isTimed: Bool {
        switch self {
        case .bytesPerSecond, .recordsPerSecond, .nanoseconds, .nanosecondsPerByte: true
        case .bytes, .count, .countPerMebibyte, .bytesPerByte, .ratio, .share: false
        }
    }

    /// The smallest difference that means anything, in the base unit.
    var resolution: Double {
        switch self {
        case .bytesPerSecond, .recordsPerSecond, .nanoseconds, .nanosecondsPerByte, .ratio: 0
        case .bytes: 4096
        case .count: 1
        case .countPerMebibyte: 0.01
        case .bytesPerByte, .share: 0.001
        }
    }
}

package import Statistics

/// What a component must reach.
package enum LimitTarget: Sendable, Equatable {
    /// The ratio of ours to the plain loop.
    case ratio(atLeast: Double)
    /// Ours, in the component's unit.
    case rate(atLeast: Double)
    /// A duration or a size: less is better.
    case cost(atMost: Double)

    package enum Verdict: String, Sendable {
        case met, missed
        /// The bound lies within the interval.
        case undecided
    }

    package func verdict(ours: Interval?, ratio: Interval?) -> Verdict? {
        switch self {
        case .ratio(let least): ratio.map { Self.verdict($0, atLeast: least) }
        case .rate(let least): ours.map { Self.verdict($0, atLeast: least) }
        case .cost(let most):
            ours.map { Self.verdict(Interval(median: -$0.median, low: -$0.high, high: -$0.low), atLeast: -most) }
        }
    }

    private static func verdict(_ interval: Interval, atLeast bound: Double) -> Verdict {
        if interval.low >= bound { return .met }
        return interval.high < bound ? .missed : .undecided
    }
}

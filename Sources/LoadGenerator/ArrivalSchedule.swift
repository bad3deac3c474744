internal import Glibc

/// When the requests of an open load are to be sent, whatever became of those before.
///
/// Moments are computed from the start, never from the moment before, so that a late one delays none of
/// those that follow.
package struct ArrivalSchedule: Sendable {
    package enum Arrivals: Sendable, CaseIterable {
        /// One after another at equal distances.
        case constant
        /// At exponentially distributed distances, as the requests of many independent clients come.
        case poisson
    }

    private let interval: Double
    private let arrivals: Arrivals
    private var generator: SplitMix64
    private var count = 0.0
    private var exact: Double

    /// The next moment, in nanoseconds from the start.
    package private(set) var next: Int64

    /// - Parameters:
    ///   - perSecond: The mean rate, above zero.
    ///   - phase: By which share of an interval constant arrivals come later, so that those of several producers take
    ///     turns.
    ///   - seed: What Poisson arrivals are drawn from.
    package init(perSecond: Double, arrivals: Arrivals, phase: Double = 0, seed: UInt64) {
        precondition(perSecond > 0 && perSecond.isFinite, "a rate above zero")
        interval = 1e9 / perSecond
        self.arrivals = arrivals
        generator = SplitMix64(seed: seed)
        exact = phase * interval
        count = phase
        next = 0
        if arrivals == .poisson { exact = distance() }
        next = Int64(exact)
    }

    /// Goes on to the arrival after the next one.
    package mutating func advance() {
        switch arrivals {
        case .constant:
            count += 1
            next = Int64(count * interval)
        case .poisson:
            exact += distance()
            next = Int64(exact)
        }
    }

    private mutating func distance() -> Double { -log(generator.unitInterval()) * interval }
}

extension SplitMix64 {
    /// Evenly distributed between 0 (excluded) and 1 (included).
    mutating func unitInterval() -> Double { Double((next() >> 11) + 1) * 0x1p-53 }
}

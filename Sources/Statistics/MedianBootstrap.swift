/// The percentile bootstrap of the median (Efron, 1979): resamples with replacement, and the ends of the
/// central 95 % of their medians.
///
/// The percentile interval is used rather than BCa because the median's jackknife, on which BCa's
/// acceleration rests, is not consistent.
///
/// Resampling keeps order, so a resample's median depends on the ranks that were drawn alone. The ranks are drawn once
/// for a sample size and seed, and serve every metric of that size: the interval is the one that resampling the values
/// themselves would give, at a hundredth of the cost.
package struct MedianBootstrap: Sendable {
    /// The two middle ranks of a resample (the same one twice if the size is odd) and how many resamples had them.
    private struct Draw: Sendable {
        var lower: Int
        var upper: Int
        var count: Int
    }

    /// The size of the samples that ``interval(of:)`` takes.
    package let size: Int
    private let draws: [Draw]
    private let resamples: Int

    /// - Parameters:
    ///   - size: how many values the samples have; at least 1.
    ///   - seed: the same seed gives the same intervals.
    package init(size: Int, resamples: Int = 10_000, seed: UInt64) {
        precondition(size > 0 && resamples > 0, "a bootstrap needs values and resamples")
        self.size = size
        self.resamples = resamples
        var generator = SeededGenerator(seed: seed)
        var counts = [Int](repeating: 0, count: size)
        var found = [Int](repeating: 0, count: size * size)
        for _ in 0..<resamples {
            for rank in counts.indices { counts[rank] = 0 }
            for _ in 0..<size { counts[generator.next(below: size)] += 1 }
            let lower = Self.rank(at: (size - 1) / 2, counts)
            let upper = Self.rank(at: size / 2, counts)
            found[lower * size + upper] += 1
        }
        draws = found.enumerated().filter { $0.element > 0 }
            .map { Draw(lower: $0.offset / size, upper: $0.offset % size, count: $0.element) }
    }

    /// The median of `values` with its interval at `level`.
    package func interval(of values: [Double], level: Double = 0.95) -> Interval {
        precondition(values.count == size, "the bootstrap was made for \(size) values, not \(values.count)")
        let sorted = values.sorted()
        let medians = draws.map { (median: (sorted[$0.lower] + sorted[$0.upper]) / 2, count: $0.count) }
            .sorted { $0.median < $1.median }
        return Interval(
            median: Quantile.type7(sorted, 0.5), low: quantile(medians, (1 - level) / 2),
            high: quantile(medians, (1 + level) / 2))
    }

    /// The median of `head / base` over pairs, with its interval, from the bootstrap of the pairs' log-ratios: the
    /// pairing within rounds takes out what a round's legs have in common.
    ///
    /// - Returns: nil if a value is not positive, because it has no logarithm.
    package func ratio(of pairs: [(base: Double, head: Double)], level: Double = 0.95) -> Interval? {
        guard pairs.allSatisfy({ $0.base > 0 && $0.head > 0 && $0.base.isFinite && $0.head.isFinite }) else {
            return nil
        }
        return interval(of: pairs.map { Logarithm.natural($0.head / $0.base) }, level: level).map(Logarithm.inverse)
    }

    /// The ratio of the medians of two independent samples, with its interval: each sample is resampled by itself.
    ///
    /// - Returns: nil if a sample is empty or a value is not positive, because it has no logarithm.
    package static func ratio(
        base: [Double], head: [Double], level: Double = 0.95, resamples: Int = 10_000, seed: UInt64
    ) -> Interval? {
        guard let from = Quantile.median(base), let to = Quantile.median(head),
            (base + head).allSatisfy({ $0 > 0 && $0.isFinite })
        else { return nil }
        var generator = SeededGenerator(seed: seed)
        func median(_ sample: [Double]) -> Double {
            let drawn = sample.indices.map { _ in sample[generator.next(below: sample.count)] }
            return Logarithm.natural(Quantile.type7(drawn.sorted(), 0.5))
        }
        let shifts = (0..<resamples).map { _ in median(head) - median(base) }.sorted()
        return Interval(
            median: Logarithm.natural(to / from), low: Quantile.type7(shifts, (1 - level) / 2),
            high: Quantile.type7(shifts, (1 + level) / 2)
        ).map(Logarithm.inverse)
    }

    /// The value at `place` (from 0) of the resample whose ranks occur `counts` times.
    private static func rank(at place: Int, _ counts: [Int]) -> Int {
        var passed = 0
        for (rank, count) in counts.enumerated() {
            passed += count
            if passed > place { return rank }
        }
        preconditionFailure("a resample has as many values as its sample")
    }

    /// The type 7 quantile of the resamples' medians, given with their counts in rising order.
    private func quantile(_ medians: [(median: Double, count: Int)], _ probability: Double) -> Double {
        let position = Double(resamples - 1) * probability
        let below = Int(position)
        let lower = value(at: below, in: medians)
        let upper = value(at: min(below + 1, resamples - 1), in: medians)
        return lower + (position - Double(below)) * (upper - lower)
    }

    private func value(at place: Int, in medians: [(median: Double, count: Int)]) -> Double {
        var passed = 0
        for entry in medians {
            passed += entry.count
            if passed > place { return entry.median }
        }
        preconditionFailure("there are as many medians as resamples")
    }
}

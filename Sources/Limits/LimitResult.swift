internal import Results
package import Statistics

/// What was found out about one component.
package struct LimitResult: Sendable {
    package let component: LimitComponent
    package let finding: Finding

    package enum Finding: Sendable {
        case measured(Figures)
        case notMeasured(because: String)
    }

    /// Medians over the samples, with 95 % intervals.
    package struct Figures: Sendable {
        /// In the component's unit; nil where there is only the limit.
        package let ours: Interval?
        package let plain: Interval
        /// The best sample of the plain loop: what was possible at least once, whatever else the machine did meanwhile.
        package let best: Double
        /// The median of the pairs' ratios, above 1 where ours is better. It is not the ratio of the two medians,
        /// because a pair's samples have more in common than all samples have.
        package let ratio: Interval?
        package let pairs: Int
        package let verdict: LimitTarget.Verdict?
        /// Whether the disk had become quiet before; nil where that does not matter or is not known.
        package let diskWasQuiet: Bool?
    }
}

extension LimitResult.Figures {
    /// One of each side, in nanoseconds.
    package struct Pair {
        package var ours: Int64?
        package var plain: Int64

        package init(ours: Int64?, plain: Int64) {
            self.ours = ours
            self.plain = plain
        }
    }

    /// - Parameter work: What each sample did, on both sides.
    package init(_ component: LimitComponent, work: Double, pairs: [Pair], seed: UInt64, diskWasQuiet: Bool? = nil) {
        let bootstrap = MedianBootstrap(size: pairs.count, seed: seed)
        func interval(_ nanoseconds: [Int64]) -> Interval {
            bootstrap.interval(of: nanoseconds.map { component.unit.figure(work: work, nanoseconds: $0) })
        }
        let both = pairs.compactMap { pair in pair.ours.map { (base: Double($0), head: Double(pair.plain)) } }
        ours = both.isEmpty ? nil : interval(pairs.compactMap(\.ours))
        plain = interval(pairs.map(\.plain))
        let figures = pairs.map { component.unit.figure(work: work, nanoseconds: $0.plain) }
        best = (component.unit.isRate ? figures.max() : figures.min()) ?? plain.median
        // The same work on both sides: time for time, whatever the unit.
        ratio = both.isEmpty ? nil : bootstrap.ratio(of: both)
        self.pairs = pairs.count
        verdict = component.target?.verdict(ours: ours, ratio: ratio)
        self.diskWasQuiet = diskWasQuiet
    }
}

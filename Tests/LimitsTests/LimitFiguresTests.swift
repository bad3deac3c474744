import Limits
import Results
import Statistics
import Testing

@Suite("The arithmetic of limits")
struct LimitFiguresTests {
    private func component(_ unit: LimitUnit, _ target: LimitTarget? = nil) -> LimitComponent {
        LimitComponent("known", "known times", unit: unit, target: target) { _ in
            throw LimitUnavailable(reason: "only its description is used")
        }
    }

    private func figures(
        _ component: LimitComponent, work: Double = 1, _ pairs: [(ours: Int64?, plain: Int64)]
    ) -> LimitResult.Figures {
        LimitResult.Figures(
            component, work: work,
            pairs: pairs.map { LimitResult.Figures.Pair(ours: $0.ours, plain: $0.plain) }, seed: 1)
    }

    @Test("a rate is work over time, and its ratio is above 1 where ours takes less time")
    func rate() throws {
        let found = figures(component(.bytesPerSecond), work: 4096, [(1000, 2000), (1000, 2000)])
        #expect(found.ours?.median == 4.096e9)
        #expect(found.plain.median == 2.048e9)
        let ratio = try #require(found.ratio)
        #expect(abs(ratio.median - 2) < 1e-9)
    }

    @Test("a duration is time over work, and its ratio is above 1 where ours takes less time")
    func duration() throws {
        let found = figures(component(.nanoseconds), work: 10, [(400, 100), (400, 100)])
        #expect(found.ours?.median == 40)
        #expect(found.plain.median == 10)
        let ratio = try #require(found.ratio)
        #expect(abs(ratio.median - 0.25) < 1e-9)
    }

    @Test("seconds are of the whole work")
    func seconds() {
        let found = figures(component(.seconds), work: 0.5, [(250_000_000, 1), (250_000_000, 1)])
        #expect(found.ours?.median == 0.5)
    }

    @Test(
        "the ratio is the median of the pairs' ratios, not the ratio of medians, so a slow moment of both counts little"
    )
    func pairing() throws {
        // The medians are 20 and 10; in every pair but one, ours is twice as fast.
        let found = figures(component(.nanoseconds), [(5, 10), (20, 40), (50, 100), (500, 4), (1, 2)])
        let ratio = try #require(found.ratio)
        #expect(abs(ratio.median - 2) < 1e-9)
        #expect(ratio.low <= ratio.median && ratio.median <= ratio.high)
        #expect(ratio.low < 1.9)
    }

    @Test("a limit alone has no ratio and no verdict")
    func limitOnly() {
        let found = figures(component(.bytesPerSecond), work: 10, [(nil, 5), (nil, 5)])
        #expect(found.ours == nil && found.ratio == nil && found.verdict == nil)
        #expect(found.plain.median == 2e9)
    }

    @Test(
        "a target is met or missed by the whole interval, and undecided within it",
        arguments: [(0.90, LimitTarget.Verdict.met), (1.10, .missed), (1.0, .undecided)])
    func ratioVerdict(least: Double, verdict: LimitTarget.Verdict) {
        let target = LimitTarget.ratio(atLeast: least)
        let interval = Interval(median: 1, low: 0.95, high: 1.05)
        #expect(target.verdict(ours: nil, ratio: interval) == verdict)
        #expect(LimitTarget.rate(atLeast: least).verdict(ours: interval, ratio: nil) == verdict)
    }

    @Test(
        "a duration is met from below",
        arguments: [(1.10, LimitTarget.Verdict.met), (0.90, .missed), (1.0, .undecided)]
    )
    func durationVerdict(most: Double, verdict: LimitTarget.Verdict) {
        let interval = Interval(median: 1, low: 0.95, high: 1.05)
        #expect(LimitTarget.cost(atMost: most).verdict(ours: interval, ratio: nil) == verdict)
    }
}

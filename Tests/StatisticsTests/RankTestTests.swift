import Testing

@testable import Statistics

@Suite("Tests and estimators from ranks agree with enumeration and SciPy")
struct RankTestTests {
    let reference = Reference.scipy

    @Test("Mann and Whitney's test is exact for small samples, with ties too, and SciPy's approximation beyond")
    func mannWhitney() {
        for item in reference.mannWhitney {
            let found = MannWhitneyTest(base: item.base, head: item.head)
            #expect(found.pValue.isClose(to: item.pValue), "\(item.name): \(found.pValue), SciPy \(item.pValue)")
            #expect(found.headWins.isClose(to: item.wins), "\(item.name)")
        }
    }

    @Test("a sample of nothing is no evidence, and four values beside four are the fewest that reach 5 %")
    func smallestPValue() {
        #expect(MannWhitneyTest(base: [], head: [1, 2]).pValue == 1)
        #expect(MannWhitneyTest.smallestPValue(base: 0, head: 5) == 1)
        for size in 1...8 {
            let base = (1...size).map(Double.init)
            let best = MannWhitneyTest(base: base, head: base.map { $0 + 100 }).pValue
            #expect(best.isClose(to: MannWhitneyTest.smallestPValue(base: size, head: size)))
            #expect((best <= 0.05) == (size >= 4))
        }
    }

    @Test("the centre of differences and its interval are those of all signs")
    func center() throws {
        for item in reference.centers {
            let found = try #require(HodgesLehmann.center(of: item.differences))
            #expect(found.median.isClose(to: item.median), "\(item.name)")
            #expect(found.low.isClose(to: item.low ?? -.infinity), "\(item.name): \(found), \(item)")
            #expect(found.high.isClose(to: item.high ?? .infinity), "\(item.name): \(found), \(item)")
        }
        #expect(HodgesLehmann.center(of: []) == nil)
    }

    @Test("the shift between samples and its interval are those of all choices")
    func shift() throws {
        for item in reference.shifts {
            let found = try #require(HodgesLehmann.shift(base: item.base, head: item.head))
            #expect(found.median.isClose(to: item.median), "\(item.name)")
            #expect(found.low.isClose(to: item.low ?? -.infinity), "\(item.name): \(found), \(item)")
            #expect(found.high.isClose(to: item.high ?? .infinity), "\(item.name): \(found), \(item)")
        }
        #expect(HodgesLehmann.shift(base: [1], head: []) == nil)
    }

    @Test("an interval leaves zero out exactly where the test reaches the level")
    func duality() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<60 {
            let differences = (0..<9).map { _ in Double(generator.next(below: 1_000_003)) - 330_000 }
            let interval = try #require(HodgesLehmann.center(of: differences))
            let excludes = interval.low > 0 || interval.high < 0
            #expect(excludes == (SignedRankTest(differences: differences).pValue <= 0.05), "\(differences)")
        }
    }

    @Test("the published example of Hollander and Wolfe: depression scores before and after")
    func published() throws {
        let before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
        let after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
        let differences = zip(before, after).map { $0 - $1 }
        let test = SignedRankTest(differences: differences)
        #expect(test.positiveRankSum == 40)
        #expect(test.pValue.isClose(to: 0.0390625))
        #expect(try #require(HodgesLehmann.center(of: differences)).median.isClose(to: 0.46))
    }

    @Test("quantiles of Student's distribution are SciPy's")
    func student() {
        for item in reference.students {
            let found = StudentT.quantile(item.p, degrees: item.degrees)
            #expect((found - item.expected).magnitude <= 1e-7 * max(1, item.expected.magnitude), "\(item)")
        }
        #expect(Normal.quantile(0.975).isClose(to: 1.959963984540054))
    }

    @Test("a change of the size that is said to be detectable is found in four of five measurements")
    func minimumDetectableEffect() throws {
        for item in reference.effects {
            let found = try #require(MinimumDetectableEffect.shift(deviation: item.deviation, pairs: item.pairs))
            #expect((found - item.effect).magnitude < 1e-9)
            #expect((item.power - 0.8).magnitude < 0.04)
        }
        #expect(MinimumDetectableEffect.shift(deviation: 1, pairs: 1) == nil)
        let alike = try #require(MinimumDetectableEffect.relativeChange(variation: 0, legs: 10))
        #expect(alike == 0)
    }

    @Test("the ratio of independent medians has SciPy's interval")
    func unpairedRatio() throws {
        for item in reference.unpaired {
            let found = try #require(MedianBootstrap.ratio(base: item.base, head: item.head, seed: 42))
            let slack = (item.high - item.low) * 0.1
            #expect(found.median.isClose(to: item.median))
            #expect(abs(found.low - item.low) <= slack && abs(found.high - item.high) <= slack, "\(found), \(item)")
        }
        #expect(MedianBootstrap.ratio(base: [1, 0], head: [1, 2], seed: 1) == nil)
        #expect(MedianBootstrap.ratio(base: [], head: [1], seed: 1) == nil)
    }
}

@Suite("Change points of a history")
struct ChangePointsTests {
    @Test("the best cut has the statistic of its definition, and only a real change is kept")
    func cuts() throws {
        for item in Reference.scipy.cuts {
            let best = try #require(ChangePoints.best(item.values, [0, item.values.count]))
            #expect(best.statistic.isClose(to: item.statistic) && best.index == item.index)
            #expect(ChangePoints(item.values, seed: 1).changes.map(\.index) == (item.changed ? [item.index] : []))
        }
    }

    @Test("several changes are found, in order, and the same ones for the same seed")
    func several() {
        let noise = [0.1, -0.2, 0.05, 0.15, -0.1, 0, 0.2, -0.05]
        let values = [10.0, 14, 9].flatMap { level in noise.map { level + $0 } }
        let found = ChangePoints(values, seed: 7).changes
        #expect(found.map(\.index) == [8, 16])
        #expect(found == ChangePoints(values, seed: 7).changes)
    }

    @Test("short and constant histories have no change", arguments: [0, 1, 5, 6, 40])
    func constant(count: Int) {
        #expect(ChangePoints([Double](repeating: 3, count: count), seed: 1).changes.isEmpty)
    }
}

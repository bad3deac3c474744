import Foundation
import Testing

@testable import Statistics

@Suite("Statistics agree with SciPy")
struct StatisticsTests {
    let reference = Reference.scipy

    @Test("quantiles are NumPy's default, type 7")
    func quantiles() {
        for item in reference.quantiles {
            let found = Quantile.type7(item.values.sorted(), item.p)
            #expect(found.isClose(to: item.expected), "\(item.name) at \(item.p)")
        }
    }

    @Test("a median of nothing is nothing")
    func emptyMedian() {
        #expect(Quantile.median([]) == nil)
        #expect(Quantile.median([7]) == 7)
        #expect(Quantile.median([9, 1, 5, 3]) == 4)
    }

    @Test("bootstrap intervals of the median lie where SciPy's lie with forty times the resamples")
    func bootstrap() {
        for item in reference.bootstraps {
            let found = MedianBootstrap(size: item.values.count, seed: 42).interval(of: item.values)
            #expect(found.median.isClose(to: item.median), "\(item.name)")
            // Two resampling runs differ by chance; a tenth of the interval's width is far beyond that.
            let slack = (item.high - item.low) * 0.1
            #expect(abs(found.low - item.low) <= slack, "\(item.name): low \(found.low), SciPy \(item.low)")
            #expect(abs(found.high - item.high) <= slack, "\(item.name): high \(found.high), SciPy \(item.high)")
        }
    }

    @Test("the ranks that are drawn once give what resampling the values gives")
    func ranksAreEnough() {
        let values = [12.5, 3, 99, 45, 46, 7, 8.25, 60]
        var generator = SeededGenerator(seed: 5)
        var medians = (0..<10_000).map { _ in
            Quantile.type7(
                values.indices.map { _ in values.sorted()[generator.next(below: values.count)] }.sorted(), 0.5)
        }
        medians.sort()
        let found = MedianBootstrap(size: values.count, seed: 5).interval(of: values)
        #expect(found.low.isClose(to: Quantile.type7(medians, 0.025)))
        #expect(found.high.isClose(to: Quantile.type7(medians, 0.975)))
    }

    @Test("the interval is the same for the same seed, and a sample of one has one value for all")
    func seeded() {
        let values = [5.0, 9, 1, 4, 8, 7]
        let once = MedianBootstrap(size: 6, seed: 1).interval(of: values)
        #expect(once == MedianBootstrap(size: 6, seed: 1).interval(of: values.reversed()))
        #expect(MedianBootstrap(size: 1, seed: 1).interval(of: [3]) == Interval(median: 3, low: 3, high: 3))
    }

    @Test("ratios are medians of log-ratios within pairs")
    func ratios() throws {
        for item in reference.ratios {
            let pairs = zip(item.base, item.head).map { (base: $0, head: $1) }
            let found = try #require(MedianBootstrap(size: pairs.count, seed: 42).ratio(of: pairs))
            let slack = (item.high - item.low) * 0.1
            #expect(found.median.isClose(to: item.median))
            #expect(abs(found.low - item.low) <= slack && abs(found.high - item.high) <= slack)
        }
    }

    @Test("a ratio with a zero or a negative value does not exist")
    func ratioOfZero() {
        let bootstrap = MedianBootstrap(size: 2, seed: 1)
        #expect(bootstrap.ratio(of: [(1, 2), (0, 3)]) == nil)
        #expect(bootstrap.ratio(of: [(1, 2), (3, -1)]) == nil)
    }

    @Test("the signed-rank test is exact, with ties and zeros too")
    func wilcoxon() {
        for item in reference.wilcoxon {
            let found = SignedRankTest(differences: item.differences).pValue
            #expect(found.isClose(to: item.pValue), "\(item.name): \(found), SciPy \(item.pValue)")
        }
    }

    @Test("no difference at all is no evidence")
    func wilcoxonOfZeros() {
        #expect(SignedRankTest(differences: []).pValue == 1)
        #expect(SignedRankTest(differences: [0, 0, 0]).pValue == 1)
    }

    @Test("six pairs are the fewest that can reach a level of 5 %", arguments: 1...12)
    func smallestPValue(pairs: Int) {
        let best = SignedRankTest(differences: (1...pairs).map(Double.init)).pValue
        #expect(best == SignedRankTest.smallestPValue(pairs: pairs))
        #expect((best <= 0.05) == (pairs >= 6))
    }

    @Test("Holm's correction keeps the order and never lowers a p-value")
    func holm() {
        for item in reference.holm {
            let found = HolmCorrection.adjust(item.pValues)
            #expect(zip(found, item.adjusted).allSatisfy { $0.isClose(to: $1) }, "\(item.pValues)")
            #expect(found.count == item.pValues.count)
        }
    }

    @Test("the generators give the published numbers, so a seed means the same everywhere")
    func generators() {
        var mixer = SplitMix64(seed: 1_234_567)
        let mixed = (0..<5).map { _ in mixer.next() }
        #expect(
            mixed == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
        var generator = SeededGenerator(seed: 0)
        #expect((0..<3).map { _ in generator.next() } == reference.xoshiro)
        var counts = [0, 0, 0]
        for _ in 0..<30_000 { counts[generator.next(below: 3)] += 1 }
        #expect(counts.allSatisfy { (9_600...10_400).contains($0) })
    }
}

extension Double {
    func isClose(to other: Double) -> Bool {
        self == other || (self - other).magnitude <= 1e-9 * Swift.max(1, other.magnitude)
    }
}

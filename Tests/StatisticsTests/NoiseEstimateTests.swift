import Statistics
import Testing

@Suite("Noise between legs that are alike")
struct NoiseEstimateTests {
    private func legs(_ pairs: [(Double, Double)]) -> [NoiseEstimate.Leg] {
        pairs.enumerated().flatMap { index, pair in
            [
                NoiseEstimate.Leg(round: index + 1, place: 2 * index + 1, isSecond: false, value: pair.0),
                NoiseEstimate.Leg(round: index + 1, place: 2 * index + 2, isSecond: true, value: pair.1),
            ]
        }
    }

    @Test("of equal legs there is none")
    func none() throws {
        let noise = NoiseEstimate(legs([(5, 5), (5, 5), (5, 5)]))
        #expect(noise.variation == 0 && noise.pairDeviation == 0 && noise.drift == 0)
        #expect(noise.minimumDetectableEffect(rounds: 6) == 0)
    }

    @Test("a drift that twins share widens the legs, but not what their pairs can find")
    func drift() throws {
        let climb = stride(from: 100.0, to: 200, by: 10).map { ($0, $0 + 1) }
        let noise = NoiseEstimate(legs(climb))
        #expect(try #require(noise.variation) > 0.15)
        #expect(try #require(noise.drift) > 0.6)
        #expect(try #require(noise.minimumDetectableEffect(rounds: 10)) < 0.01)
    }

    @Test("more rounds find smaller changes, and the rounds that a change takes find it")
    func rounds() throws {
        let noise = NoiseEstimate(legs([(100, 104), (103, 99), (98, 101), (102, 100), (99, 103)]))
        let few = try #require(noise.minimumDetectableEffect(rounds: 6))
        #expect(try #require(noise.minimumDetectableEffect(rounds: 24)) < few / 1.9)
        let rounds = try #require(noise.rounds(toFind: 0.03))
        #expect(try #require(noise.minimumDetectableEffect(rounds: rounds)) <= 0.03)
        #expect(try #require(noise.minimumDetectableEffect(rounds: rounds - 1)) > 0.03)
    }

    @Test("is not known of too few legs")
    func few() {
        let noise = NoiseEstimate(legs([(5, 6)]))
        #expect(noise.pairDeviation == nil && noise.drift == nil)
        #expect(noise.minimumDetectableEffect(rounds: 10) == nil && noise.rounds(toFind: 0.1) == nil)
        #expect(NoiseEstimate([]).variation == nil)
    }
}

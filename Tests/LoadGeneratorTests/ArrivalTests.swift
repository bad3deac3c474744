import LoadGenerator
import Testing

@Suite("Arrivals of an open load")
struct ArrivalTests {
    private static func moments(_ schedule: ArrivalSchedule, count: Int) -> [Int64] {
        var schedule = schedule
        return (0..<count).map { _ in
            defer { schedule.advance() }
            return schedule.next
        }
    }

    @Test("that are constant come at equal distances and never drift")
    func constant() {
        let schedule = ArrivalSchedule(perSecond: 3, arrivals: .constant, seed: 1)
        let moments = Self.moments(schedule, count: 300_001)
        #expect(moments[0] == 0 && moments[1] == 333_333_333)
        // A third of a second has no exact number of nanoseconds; 100,000 seconds have.
        #expect(moments[300_000] == 100_000 * 1_000_000_000)
    }

    @Test("of several producers take turns")
    func turns() {
        let phases = (0..<4).map {
            ArrivalSchedule(perSecond: 250, arrivals: .constant, phase: Double($0) / 4, seed: 1).next
        }
        #expect(phases == [0, 1_000_000, 2_000_000, 3_000_000])
    }

    @Test("that are Poisson's have the mean, the deviation and the short gaps of exponential distances")
    func poisson() {
        let moments = Self.moments(ArrivalSchedule(perSecond: 1000, arrivals: .poisson, seed: 7), count: 100_001)
        let gaps = zip(moments.dropFirst(), moments).map { Double($0 - $1) / 1e6 }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
        #expect(abs(mean - 1) < 0.02, "\(mean) ms")
        #expect(abs(variance.squareRoot() - 1) < 0.02)
        // 1 − e⁻¹ of the gaps are shorter than the mean.
        #expect(abs(Double(gaps.count { $0 < 1 }) / Double(gaps.count) - 0.632) < 0.01)
        #expect(zip(moments.dropFirst(), moments).allSatisfy { $0 >= $1 })
        let again = Self.moments(ArrivalSchedule(perSecond: 1000, arrivals: .poisson, seed: 7), count: 100)
        #expect(again == Array(moments.prefix(100)))
    }
}

@Suite("Before the measured window")
struct WarmUpTests {
    /// Feeds readings of 100 ms, in bytes each.
    private static func steadyState(_ readings: [Int]) -> SteadyState {
        var state = SteadyState(startingAt: 0)
        var bytes = 0
        for (index, reading) in readings.enumerated() {
            bytes += reading
            state.tick(bytes: bytes, now: Int64(index + 1) * SteadyState.interval)
        }
        return state
    }

    @Test("throughput is steady when it has no slope, however much it jumps about")
    func steady() {
        #expect(Self.steadyState(Array(repeating: 100, count: 10)).isSteady)
        #expect(Self.steadyState([80, 120, 90, 110, 100, 100, 110, 90, 120, 80]).isSteady)
        // What came before the last second does not matter.
        #expect(Self.steadyState([1, 2, 3, 4, 5] + Array(repeating: 100, count: 10)).isSteady)
    }

    @Test("throughput is not steady while it climbs or falls, nor before a second is over, nor at nothing")
    func unsteady() {
        #expect(!Self.steadyState((0..<10).map { 100 + $0 * 2 }).isSteady)
        #expect(!Self.steadyState((0..<10).map { 100 - $0 * 2 }).isSteady)
        #expect(!Self.steadyState(Array(repeating: 100, count: 9)).isSteady)
        #expect(!Self.steadyState(Array(repeating: 0, count: 20)).isSteady)
    }

    @Test("a search finds the highest rate that holds within 5 %", arguments: [300.0, 10_000, 12_345, 3_000_000])
    func search(limit: Double) throws {
        var search = RateSearch(startingAt: 10_000)
        var steps = 0
        while let rate = search.next {
            search.take(held: rate <= limit)
            steps += 1
        }
        let found = try #require(search.highest)
        #expect(found <= limit && found * 1.05 >= limit, "\(found) after \(steps)")
        #expect(steps < 24)
    }

    @Test("a search that nothing satisfies ends without a rate")
    func noRate() {
        var search = RateSearch(startingAt: 1000)
        while search.next != nil { search.take(held: false) }
        #expect(search.highest == nil)
    }
}

import Results
import Testing

@testable import Reporting

@Suite("The knee of a curve")
struct KneeTests {
    @Test("is the last rate before latency turns up")
    func knee() {
        #expect(Knee.index(of: [(10, 1), (20, 1.1), (30, 1.2), (40, 1.4), (50, 9)]) == 3)
        // However far the end of the curve flies off.
        #expect(Knee.index(of: [(1, 1e5), (2, 1.1e5), (3, 1.2e5), (4, 1.4e5), (5, 1e7), (6, 9e7)]) == 3)
        // What is carried falls again where too much is asked for.
        #expect(Knee.index(of: [(10, 1), (20, 1.1), (30, 1.2), (40, 1.4), (50, 40), (48, 900), (52, 990)]) == 3)
        // 1/(1 − load), as a queue has it.
        let queue = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.99].map { (x: $0, y: 1 / (1 - $0)) }
        #expect(Knee.index(of: queue) == 4)
    }

    @Test("is not found on a straight line, a falling curve, a flat one or two points")
    func none() {
        #expect(Knee.index(of: [(1, 1), (2, 2), (3, 3), (4, 4)]) == nil)
        #expect(Knee.index(of: [(1, 4), (2, 2), (3, 1)]) == nil)
        #expect(Knee.index(of: [(1, 1), (2, 1), (3, 1)]) == nil)
        #expect(Knee.index(of: [(1, 1), (2, 9)]) == nil)
        #expect(Knee.index(of: [(1, 1e5), (2, 1e6), (3, 1e7), (4, 1e8)]) == nil)
    }

    @Test("rates are numbers on an axis")
    func rates() {
        #expect(AxisScale.number("10k/s") == 10_000)
        #expect(AxisScale.number("1M/s") == 1e6)
        #expect(AxisScale.number("100MiB/s") == 104_857_600)
        #expect(AxisScale(["40k/s", "10k/s", "20k/s"], slots: 10).labels == ["10k/s", "20k/s", "40k/s"])
    }
}

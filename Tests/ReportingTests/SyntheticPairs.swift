import Foundation
import Results
import Statistics

@testable import Reporting

/// Pairs of legs with made-up numbers, whose noise has SciPy's heavy tails.
struct SyntheticPairs {
    private static let noise: [Double] = {
        struct File: Decodable { var quantiles: [Double] }
        guard let url = Bundle.module.url(forResource: "noise", withExtension: "json", subdirectory: "Fixtures"),
            let file = try? JSONDecoder().decode(File.self, from: Data(contentsOf: url))
        else { preconditionFailure("the fixture noise.json is not in the test bundle, or damaged") }
        return file.quantiles
    }()

    static let cpu = "broker_cpu_ns_per_byte"
    static let calls = "broker_calls_per_mib"

    var cells = 1
    /// What head's values are multiplied by.
    var effect: [String: Double] = [:]
    /// The noise of a clock, as a multiple of the fixture's; counters have a hundredth of it.
    var noise = 1.0
    var generator: SeededGenerator

    init(seed: UInt64, cells: Int = 1, effect: [String: Double] = [:], noise: Double = 1) {
        generator = SeededGenerator(seed: seed)
        self.cells = cells
        self.effect = effect
        self.noise = noise
    }

    static let gate = GateSpec(
        metrics: [.init(metric: cpu, threshold: 0.03), .init(metric: calls, threshold: 0.01)], drift: 0.25)

    var plan: [PlanSummary.Cell] {
        (1...cells).map { PlanSummary.Cell(id: "c\($0)", axes: [AxisValue("n", "\($0)")]) }
    }

    mutating func sides(rounds: Int) -> GateSides {
        var sides = GateSides(cells: plan, base: [], control: [], head: [], isPaired: true)
        for round in 1...rounds {
            for cell in plan {
                sides.base.append(sample(cell, round, isHead: false))
                sides.control.append(sample(cell, round, isHead: false))
                sides.head.append(sample(cell, round, isHead: true))
            }
        }
        return sides
    }

    private mutating func sample(_ cell: PlanSummary.Cell, _ round: Int, isHead: Bool) -> Sample {
        var metrics: [String: Double] = [:]
        for (column, middle, scale) in [(Self.cpu, 0.5, noise), (Self.calls, 20, noise / 100)] {
            let factor = Logarithm.inverse(Self.noise[generator.next(below: Self.noise.count)] * scale)
            metrics[column] = middle * factor * (isHead ? effect[column] ?? 1 : 1)
        }
        return Sample(cell: cell.id, round: round, leg: round, status: .ok, axes: cell.axes, metrics: metrics)
    }

    /// The whole rule: stages, and a fresh confirmation.
    mutating func outcome() -> [GateFinding] {
        let judge = GateJudge(Self.gate)
        let all = sides(rounds: 32)
        var findings: [GateFinding] = []
        var rounds: [String: Int] = [:]
        var open = Set(plan.map(\.axes.place))
        for stage in GateSpec.stages where !open.isEmpty {
            // Cells that are decided get no further rounds.
            for cell in open { rounds[cell] = stage }
            func upTo(_ samples: [Sample]) -> [Sample] {
                samples.filter { $0.round <= rounds[$0.axes.place, default: 0] }
            }
            findings = judge.findings(
                GateSides(
                    cells: plan, base: upTo(all.base), control: upTo(all.control), head: upTo(all.head), isPaired: true)
            )
            open = judge.undecided(findings)
        }
        return judge.confirmed(findings, by: sides(rounds: judge.confirmationPairs(findings)))
    }
}

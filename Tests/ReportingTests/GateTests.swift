import Foundation
import Results
import Testing

@testable import Reporting

@Suite("The gate")
struct GateTests {
    private let judge = GateJudge(SyntheticPairs.gate)

    private func verdicts(_ pairs: SyntheticPairs) -> [GateVerdict] {
        var pairs = pairs
        return pairs.outcome().map(\.verdict)
    }

    /// The seeds are none that the rule was ever tried with while it was made; see scripts/gate-study for others.
    @Test("2,000 cells of identical builds under heavy-tailed noise give at most one false regression")
    func falseAlarms() {
        var regressions = 0
        for suite in 0..<200 {
            let pairs = SyntheticPairs(seed: 7_310_000 + UInt64(suite), cells: 10)
            regressions += verdicts(pairs).count { $0 == .regression }
        }
        #expect(regressions <= 1)
    }

    @Test("a counter that grew by a twentieth is found in every one of 50 runs, whatever the clock does")
    func counters() {
        for seed in 0..<50 {
            let pairs = SyntheticPairs(seed: UInt64(seed), effect: [SyntheticPairs.calls: 1.05], noise: 2)
            #expect(verdicts(pairs).last == .regression, "seed \(seed)")
        }
    }

    @Test("5 % more CPU time is found in nine of ten runs where legs vary by 1 %")
    func power() {
        let found = (0..<40).count { seed in
            verdicts(SyntheticPairs(seed: UInt64(seed), effect: [SyntheticPairs.cpu: 1.05], noise: 0.33)).first
                == .regression
        }
        #expect(found >= 36, "\(found) of 40")
    }

    @Test("what got better is an improvement, and passes")
    func improvement() {
        let found = verdicts(SyntheticPairs(seed: 3, effect: [SyntheticPairs.calls: 0.8]))
        #expect(found.last == .improvement)
    }

    @Test("fewer than ten pairs say nothing", arguments: 1...9)
    func tooFew(rounds: Int) {
        var pairs = SyntheticPairs(seed: 1, effect: [SyntheticPairs.cpu: 2, SyntheticPairs.calls: 1])
        let found = judge.findings(pairs.sides(rounds: rounds))
        #expect(found.map(\.verdict) == [.inconclusive, .inconclusive])
        #expect(found.allSatisfy { $0.reason.contains("of at least 10") })
    }

    @Test("a metric that was not measured does not pass")
    func notMeasured() {
        var pairs = SyntheticPairs(seed: 1)
        let gate = GateSpec(metrics: [.init(metric: "flush_latency_p50_ns", threshold: 0.1)], drift: 0.25)
        var sides = pairs.sides(rounds: 12)
        for index in sides.head.indices {
            sides.head[index].notMeasured["flush_latency_p50_ns"] = "nobody flushed"
        }
        let found = GateJudge(gate).findings(sides)
        #expect(found.map(\.verdict) == [.inconclusive] && found[0].reason == "nobody flushed")
        #expect(GateReport(scenario: "s", base: "b", head: "h", findings: []).verdict == .inconclusive)
    }

    @Test("what need not be measured is left out with the reason; what base measured and head did not is not")
    func optional() {
        var pairs = SyntheticPairs(seed: 1)
        var gate = SyntheticPairs.gate
        gate.metrics.append(.init(metric: "broker_instructions_per_mib", threshold: 0.01, isOptional: true))
        let judge = GateJudge(gate)
        var sides = pairs.sides(rounds: 12)
        #expect(judge.findings(sides).count == 2)
        #expect(
            judge.notes(sides) == ["broker_instructions_per_mib is not judged: the base's build does not measure it"])
        for index in sides.base.indices {
            sides.base[index].notMeasured["broker_instructions_per_mib"] = "the processor does not count"
        }
        #expect(
            judge.notes(sides) == [
                "broker_instructions_per_mib is not judged: not measured, because the processor does not count"
            ])
        for index in sides.base.indices {
            sides.base[index].metrics["broker_instructions_per_mib"] = 1e6
            sides.control[index].metrics["broker_instructions_per_mib"] = 1e6
        }
        #expect(judge.notes(sides).isEmpty)
        #expect(judge.findings(sides).last?.verdict == .inconclusive)
    }

    @Test("a suspected cell gets a fresh measurement instead of more pairs: few for counters, more for times")
    func nextMeasurement() {
        var calls = SyntheticPairs(seed: 1, effect: [SyntheticPairs.calls: 1.1])
        let counted = judge.findings(calls.sides(rounds: 10))
        #expect(counted.map(\.verdict) == [.inconclusive, .regression])
        #expect(judge.undecided(counted).isEmpty)
        #expect(judge.confirmationPairs(counted) == 10)
        var cpu = SyntheticPairs(seed: 1, effect: [SyntheticPairs.cpu: 1.5], noise: 0.1)
        #expect(judge.confirmationPairs(judge.findings(cpu.sides(rounds: 10))) == 20)
    }

    @Test("noise above the threshold does not pass either")
    func noisy() {
        var pairs = SyntheticPairs(seed: 5, noise: 5)
        let found = judge.findings(pairs.sides(rounds: 10))
        #expect(found[0].verdict == .inconclusive || found[0].verdict == .contaminated)
    }

    @Test("pairs within which the machine drifted do not count")
    func contaminated() {
        var pairs = SyntheticPairs(seed: 1, noise: 0.1)
        var sides = pairs.sides(rounds: 12)
        for index in sides.control.indices.prefix(4) { sides.control[index].metrics[SyntheticPairs.cpu]? *= 1.5 }
        let found = judge.findings(sides)
        #expect(found[0].pairs == 8 && found[0].contaminated == 4 && found[0].verdict == .contaminated)
        // A counter does not drift with the machine.
        #expect(found[1].pairs == 12 && found[1].verdict == .pass)
    }

    @Test("a suspected regression that a fresh measurement does not show is inconclusive")
    func unconfirmed() {
        var worse = SyntheticPairs(seed: 1, effect: [SyntheticPairs.calls: 1.1])
        var same = SyntheticPairs(seed: 2)
        let findings = judge.findings(worse.sides(rounds: 10))
        #expect(findings[1].verdict == .regression)
        let after = judge.confirmed(findings, by: same.sides(rounds: 10))
        #expect(after[1].verdict == .inconclusive && after[1].confirmation?.agrees == false)
        #expect(judge.confirmed(findings, by: nil)[1].verdict == .inconclusive)
        let again = judge.confirmed(findings, by: worse.sides(rounds: 10))
        #expect(again[1].verdict == .regression && again[1].confirmation?.agrees == true)
    }

    @Test("legs that fail in head alone are a regression with their reason; failing base says nothing")
    func failing() throws {
        var pairs = SyntheticPairs(seed: 1)
        var sides = pairs.sides(rounds: 10)
        for index in sides.head.indices {
            sides.head[index].status = .failed
            sides.head[index].reason = "fetch path 'sendfile' contradicted"
        }
        let found = judge.findings(sides)
        #expect(found.map(\.metric) == [GateFinding.legStatus] && found[0].verdict == .regression)
        #expect(found[0].reason.contains("sendfile"))
        for index in sides.base.indices { sides.base[index].status = .failed }
        #expect(judge.findings(sides).map(\.verdict) == [.inconclusive])
    }

    @Test("a counter that was zero and is not any more is a regression, and zero beside zero passes")
    func zero() {
        let gate = GateSpec(metrics: [.init(metric: "broker_copied_bytes_per_byte", threshold: 0.05)], drift: 0.25)
        var pairs = SyntheticPairs(seed: 1)
        func verdict(_ head: Double) -> GateVerdict? {
            var sides = pairs.sides(rounds: 10)
            for index in sides.base.indices {
                sides.base[index].metrics["broker_copied_bytes_per_byte"] = 0
                sides.control[index].metrics["broker_copied_bytes_per_byte"] = 0
                sides.head[index].metrics["broker_copied_bytes_per_byte"] = head
            }
            return GateJudge(gate).findings(sides).first?.verdict
        }
        #expect(verdict(0) == .pass)
        #expect(verdict(1) == .regression)
    }

    @Test("stored runs are judged without pairs, by the same rule")
    func stored() {
        var worse = SyntheticPairs(seed: 1, effect: [SyntheticPairs.calls: 1.1], noise: 0.3)
        var sides = worse.sides(rounds: 12)
        sides.control = []
        sides.isPaired = false
        let found = judge.findings(sides)
        #expect(found[1].verdict == .regression && found[0].verdict != .regression)
    }

    @Test("every form of the outcome names the cell, the metric and the mechanism")
    func documents() throws {
        var pairs = SyntheticPairs(seed: 1, effect: [SyntheticPairs.cpu: 1.5, SyntheticPairs.calls: 1.5])
        let findings = pairs.outcome()
        let report = GateReport(scenario: "gate", base: "a", head: "b", findings: findings)
        #expect(report.verdict == .regression)
        let document = GateDocument(report)
        for format in GateDocument.Format.allCases where format != .csv {
            let text = document.render(format)
            #expect(text.contains("n=1") && text.contains("regression"), "\(format)")
            #expect(text.contains("20.0 /MiB") || format == .json && text.contains("\"evidence\""), "\(format)")
        }
        let csv = try CommaSeparated.parse(document.render(.csv), path: "gate.csv")
        #expect(csv[0].fields == ["cell", "metric", "base", "head", "ratio", "low", "high", "p", "verdict"])
        #expect(csv.count == 3)
        let junit = document.render(.junit)
        #expect(junit.contains("failures=\"2\"") && XMLCheck.isWellFormed(junit))
        #expect(document.render(.github).hasPrefix("::error title=regression%3A broker"))
    }
}

/// Whether every element that is opened is closed, in order.
enum XMLCheck {
    static func isWellFormed(_ text: String) -> Bool {
        var open: [Substring] = []
        for match in text.matches(of: /<(\/?)([a-z-]+)[^>]*?(\/?)>/) {
            if match.1 == "/" {
                guard open.popLast() == match.2 else { return false }
            } else if match.3.isEmpty {
                open.append(match.2)
            }
        }
        return open.isEmpty
    }
}

import Foundation
import Results
import Testing

@testable import Reporting

@Suite("Checks of stored runs")
struct GateCheckTests {
    private let metric = "load_cpu_ns_per_byte"

    private func run(
        _ folder: TemporaryFolder, factor: Double = 1, processor: String = "Imaginary 9000",
        scenario: String = "made-up"
    ) throws -> Run {
        let made = try SyntheticRun.make(
            in: folder.url, axes: [PlanSummary.Axis(key: "n", values: ["1", "2"])], charts: [], legs: 12
        ) { column, _ in column == metric ? 0.5 * factor : nil }
        var plan = made.plan
        plan.gate = GateSpec(metrics: [.init(metric: metric, threshold: 0.05)], drift: 0.25)
        plan.scenario = scenario
        var environment = made.environment
        environment.facts.removeAll { $0.section == "processor" && $0.name == "model" }
        environment.facts.append(Environment.Fact("processor", "model", processor))
        return Run(
            folder: made.folder, plan: plan, environment: environment, schema: made.schema, samples: made.samples)
    }

    @Test("a slower head is a regression only with a confirmation")
    func runs() throws {
        let folder = try TemporaryFolder()
        let (base, slow) = (try run(folder), try run(folder, factor: 1.5))
        let alone = try GateCheck.runs(base: base, head: slow, confirmation: nil)
        #expect(alone.verdict == .inconclusive)
        #expect(alone.findings.count == 2 && alone.findings.allSatisfy { $0.reason.contains("not confirmed") })
        #expect(try GateCheck.runs(base: base, head: slow, confirmation: slow).verdict == .regression)
    }

    @Test("runs of two scenarios, or of two machines, are refused, and the way around is named")
    func refused() throws {
        let folder = try TemporaryFolder()
        let base = try run(folder)
        func refusal(_ head: Run) -> String {
            do throws(ResultsError) {
                _ = try GateCheck.runs(base: base, head: head, confirmation: nil)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(refusal(try run(folder, scenario: "other")).contains("scenarios differ"))
        let machine = refusal(try run(folder, processor: "Real 1"))
        #expect(machine.contains("Real 1") && machine.contains("--write-baseline"))
    }

    @Test("a machine of half the speed is no regression against a baseline in shares of its limits; a slow program is")
    func baseline() throws {
        let folder = try TemporaryFolder()
        let fast = MachineLimits(plain: ["memory-copy": 10e9])
        let slow = MachineLimits(plain: ["memory-copy": 5e9])
        let baseline = GateBaseline(try run(folder), limits: fast)
        let other = try run(folder, factor: 2, processor: "Half as fast")
        let same = try GateCheck.baseline(baseline, head: other, limits: slow, confirmation: other)
        #expect(same.findings.count == 2)
        #expect(same.findings.allSatisfy { $0.verdict != .regression && abs(($0.ratio ?? 0) - 1) < 0.1 })
        #expect(GateDocument(same).render(.text).contains(" × limit"))
        // 0.5 ns a byte, of the tenth of a nanosecond that copying one takes.
        #expect(same.findings.allSatisfy { abs(($0.base ?? 0) - 5) < 0.5 })
        let worse = try run(folder, factor: 3, processor: "Half as fast")
        #expect(try GateCheck.baseline(baseline, head: worse, limits: slow, confirmation: worse).verdict == .regression)
    }
}

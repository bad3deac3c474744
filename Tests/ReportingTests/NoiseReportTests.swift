import Results
import Testing

@testable import Reporting

@Suite("What a run of twins says of noise")
struct NoiseReportTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ value: (String, [AxisValue]) -> Double?) throws -> Run {
        var run = try SyntheticRun.make(
            in: folder.url,
            axes: [
                .init(key: "guards", values: ["none", "touched"], role: .setup),
                .init(key: "twin", values: ["A", "B"], role: .setup),
            ], charts: [], headline: ["produce_bytes_per_s", "broker_cpu_ns_per_byte"], value: value)
        // Twins have the id of their cell and a letter.
        var plan = run.plan
        let ids = ["c1a", "c1b", "c2a", "c2b"]
        plan.cells = zip(plan.cells, ids).map { .init(id: $1, axes: $0.axes) }
        let samples = run.samples.map { sample in
            var sample = sample
            sample.cell = ids[(sample.leg - 1) % 4]
            return sample
        }
        run = Run(folder: run.folder, plan: plan, environment: run.environment, schema: run.schema, samples: samples)
        return run
    }

    @Test("as a table for documentation has a row for each cell, each metric's variation, and the machine")
    func markdown() throws {
        let run = try run { column, axes in
            guard column == "produce_bytes_per_s" else { return nil }
            return axes["guards"] == "none" ? 1e9 : 2e9
        }
        let lines = NoiseReport(run, twinAxis: "twin", plannedRounds: 10).markdown.split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[0] == "| cell | Produce throughput: variation (range) | legs | contaminated |")
        #expect(lines[1] == "| --- | ---: | ---: | ---: |")
        #expect(lines[2].hasPrefix("| guards=none | ") && lines[2].contains(" % ("))
        #expect(lines[2].hasSuffix(" | 20 | 0 % |"))
        #expect(lines[3].hasPrefix("| guards=touched | ") && lines[3].contains("GB/s to "))
        #expect(lines[4].contains("Imaginary 9000") && lines[4].contains("Linux 6.1.0"))
    }
}

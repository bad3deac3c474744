import Foundation
import Results
import Testing

@testable import Reporting

@Suite("Comparing runs")
struct ComparisonTests {
    private func run(
        _ folder: URL, _ name: String, scale: Double = 1, legs: Int = 10, values: [String] = ["1", "2"]
    ) throws -> Run {
        try SyntheticRun.make(
            in: folder.appending(path: name), axes: [.init(key: "topic.partitions", values: values)], charts: [],
            headline: ["produce_bytes_per_s", "load_calls_per_mib", "records"], legs: legs
        ) { column, _ in
            switch column {
            case "produce_bytes_per_s": 1e9 * scale
            case "load_calls_per_mib": 16
            case "records": 1000 * scale
            default: nil
            }
        }
    }

    private func compare(_ base: Run, _ head: Run, _ choice: Comparison.Choice = .init()) throws -> Comparison {
        for run in [base, head] {
            try PlanFile.write(["own": 1], report: run.plan, to: run.folder.plan)
            try run.environment.write(to: run.folder.environment)
            let file = try SamplesFile.create(at: run.folder.samples, schema: run.schema)
            for sample in run.samples { try file.append(sample) }
        }
        return try Comparison(
            base: .init(base.folder.url.path, plotsRoot: base.folder.plots),
            head: .init(head.folder.url.path, plotsRoot: head.folder.plots), choice: choice)
    }

    @Test("what doubled is an improvement or a regression by the metric's direction, and equals are the same")
    func verdicts() throws {
        let folder = try TemporaryFolder()
        let found = try compare(run(folder.url, "a"), run(folder.url, "b", scale: 2))
        #expect(found.rows.map(\.verdict) == [.improvement, .same, .differs, .improvement, .same, .differs])
        let back = try compare(run(folder.url, "c", scale: 2), run(folder.url, "d"))
        #expect(back.rows[0].verdict == .regression && abs((back.rows[0].ratio ?? 0) - 0.5) < 0.05)
    }

    @Test("five legs give no verdict")
    func tooFew() throws {
        let folder = try TemporaryFolder()
        let found = try compare(run(folder.url, "a", legs: 5), run(folder.url, "b", scale: 2, legs: 5))
        #expect(found.rows.allSatisfy { $0.verdict == .inconclusive && $0.low == nil })
    }

    @Test("cells of one run alone, and other conditions, are warned about")
    func warnings() throws {
        let folder = try TemporaryFolder()
        let head = try run(folder.url, "b", values: ["2", "3"])
        var environment = head.environment
        environment.facts.removeAll { $0.name == "release" }
        environment.facts.append(.init("kernel", "release", "6.9"))
        let found = try compare(
            run(folder.url, "a"),
            Run(
                folder: head.folder, plan: head.plan, environment: environment, schema: head.schema,
                samples: head.samples))
        #expect(Set(found.rows.map(\.cell)) == ["topic.partitions=2"])
        #expect(found.warnings.contains("topic.partitions=3 is in head alone"))
        #expect(found.warnings.contains("topic.partitions=1 is in base alone"))
        #expect(found.warnings.contains("kernel release is '6.1.0' in base and '6.9' in head"))
    }

    @Test("rows are filtered and sorted as asked, and every form has them")
    func choice() throws {
        let folder = try TemporaryFolder()
        var choice = Comparison.Choice()
        choice.metrics = ["load_calls_per_mib", "produce_bytes_per_s"]
        choice.only = ["topic.partitions": "2"]
        choice.order = .change
        let found = try compare(run(folder.url, "a"), run(folder.url, "b", scale: 2), choice)
        #expect(found.rows.map(\.metric) == ["produce_bytes_per_s", "load_calls_per_mib"])
        for format in ComparisonTable.Format.allCases {
            #expect(ComparisonTable(found).render(format).contains("improvement"), "\(format)")
        }
        let csv = ComparisonTable(found).render(.csv)
        #expect(csv.hasPrefix("cell,metric,base,head,ratio,low,high,p,verdict\ntopic.partitions=2,"))
    }

    @Test("runs without a cell in common are refused")
    func nothingInCommon() throws {
        let folder = try TemporaryFolder()
        let (base, head) = (try run(folder.url, "a"), try run(folder.url, "b", values: ["7"]))
        #expect(throws: ResultsError.self) { try compare(base, head) }
    }
}

@Suite("Histories")
struct HistoryTests {
    @Test("a history keeps its runs and marks where the level changed")
    func changes() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appending(path: "history.csv")
        #expect(try HistoryFile.read(url).isEmpty)
        let noise = [0.01, -0.02, 0, 0.015, -0.01, 0.005, -0.005, 0.02]
        let entries = (noise.map { 10 + $0 } + noise.map { 12 + $0 }).enumerated().map {
            HistoryFile.Entry(
                run: "run\($0.offset)", scenario: "s", cell: "a=1, b", metric: "broker_calls_per_mib",
                median: $0.element)
        }
        try HistoryFile.write(entries, to: url)
        #expect(try HistoryFile.read(url) == entries)
        let series = try #require(History(entries).series.first)
        #expect(series.changes.map(\.run) == ["run8"])
        #expect(abs((series.changes.first?.ratio ?? 0) - 1.2) < 0.01)
        #expect(History(entries, metrics: ["records"]).series.isEmpty)
    }

    @Test("a file that is no history is refused with its line")
    func damaged() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appending(path: "history.csv")
        try Data("a,b\n".utf8).write(to: url)
        let error = try #require(throws: ResultsError.self) { try HistoryFile.read(url) }
        #expect(error.line == 1)
    }
}

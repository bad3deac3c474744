import Foundation
import Testing

@testable import Results

@Suite("The other files of a run")
struct RunFilesTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func run() throws -> RunFolder {
        try RunFolder.create(
            scenario: "smoke", resultsRoot: folder.url.appending(path: "Results"),
            plotsRoot: folder.url.appending(path: "Plots"), date: Date(timeIntervalSince1970: 1_795_387_500))
    }

    @Test("a run is named after its start in UTC, and a second run of the same second gets a suffix")
    func names() throws {
        #expect(try run().id == "20261122T224500Z")
        #expect(try run().id == "20261122T224500Z-2")
    }

    @Test("latest points to the newest run by a relative link, and a run opens through it")
    func latest() throws {
        let first = try run()
        let second = try run()
        try first.makeLatest()
        try second.makeLatest()
        let link = second.url.deletingLastPathComponent().appending(path: "latest")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == second.id)
        let plots = folder.url.appending(path: "Plots")
        #expect(throws: ResultsError.self) { try RunFolder.open(link, plotsRoot: plots) }
        try Data("{}".utf8).write(to: second.plan)
        let opened = try RunFolder.open(link, plotsRoot: plots)
        #expect(opened.id == second.id && opened.scenario == "smoke")
        #expect(opened.plots.path == second.plots.path)
    }

    @Test("a leg's result survives its one line of JSON")
    func legResult() throws {
        let result = LegResult(
            status: .unverified, reason: "line\nbreak", metrics: ["records": 0.1], notMeasured: ["retention_ns": "off"],
            latencies: [LatencyCurve(operation: "produce", steps: [.init(nanoseconds: 5, cumulativeCount: 2)])],
            verification: .init(records: 9, method: "read back", discrepancy: "offset 3"),
            timeline: [TimelineRow(elapsedNanoseconds: 1, series: "dirty_bytes", value: 4096)])
        let line = try result.line()
        #expect(!line.contains("\n"))
        #expect(try LegResult(line: line) == result)
        #expect(throws: DecodingError.self) { try LegResult(line: "{\"status\":\"ok\"}") }
    }

    @Test("plan.json gives the report its part and the runner the whole plan")
    func plan() throws {
        let run = try run()
        let summary = PlanSummary(
            scenario: "smoke", title: "T", target: "log", seed: .max, rounds: 2, command: "sluice run", axes: [],
            fixed: [],
            cells: [.init(id: "c1", axes: [])], charts: [ChartSpec(metric: "records", x: "a")], headline: ["records"])
        try PlanFile.write(["own": 1], report: summary, to: run.plan)
        #expect(try PlanFile.readReport(from: run.plan) == summary)
        #expect(try PlanFile.readPlan([String: Int].self, from: run.plan) == ["own": 1])
        try Data("{\"report\": {}}".utf8).write(to: run.plan)
        let error = try #require(throws: ResultsError.self) { try PlanFile.readReport(from: run.plan) }
        #expect(error.problem.contains("is missing at report"))
    }

    @Test("environment.json keeps the order of its facts and the reasons for missing ones")
    func environment() throws {
        let run = try run()
        let environment = Environment(facts: [
            .init("kernel", "release", "6.1"), .init("device", "model", notMeasured: "virtual"),
            .init("kernel", "a", "b"),
        ])
        try environment.write(to: run.environment)
        #expect(try Environment.read(run.environment) == environment)
        #expect(environment.sections == ["kernel", "device"])
        #expect(environment["device", "model"] == nil)
    }

    @Test("summary.csv has a median and an interval for each metric, empty where there is none")
    func summary() {
        var schema = SamplesSchema(axes: ["a.b"], target: "log")
        schema.metrics = ["records", "batches"].compactMap(MetricCatalog.metric(named:))
        let cell = CellSummary(
            cell: "c1", axes: [AxisValue("a.b", "x,y")], legs: 3, failed: 1,
            metrics: ["records": Estimate(median: 1.5, low: 1, high: 2)])
        #expect(
            SummaryFile.text([cell], schema: schema) == """
                cell,a.b,legs,failed,records,records_low,records_high,batches,batches_low,batches_high
                c1,"x,y",3,1,1.5,1,2,,,

                """)
    }

    @Test("timeline.csv grows by a leg's readings, with one header and without a line that was cut short")
    func timeline() throws {
        let url = folder.url.appending(path: "timeline.csv")
        let sample = Sample(cell: "c1", round: 1, leg: 2, status: .ok, axes: [])
        let row = TimelineRow(elapsedNanoseconds: 7, series: "dirty_bytes", value: 0.5)
        try TimelineFile.append([row], of: sample, to: url)
        try Data((String(contentsOf: url, encoding: .utf8) + "c1,1,3,").utf8).write(to: url)
        try TimelineFile.append([row], of: sample, to: url)
        #expect(
            try String(contentsOf: url, encoding: .utf8)
                == "cell,round,leg,elapsed_ns,series,value\nc1,1,2,7,dirty_bytes,0.5\nc1,1,2,7,dirty_bytes,0.5\n")
    }

    @Test("latency curves are written in HdrHistogram's text form, one file a leg and operation")
    func latencies() throws {
        let run = try run()
        let sample = Sample(cell: "c1", round: 2, leg: 3, status: .ok, axes: [])
        let curve = LatencyCurve(
            operation: "produce",
            steps: [.init(nanoseconds: 100, cumulativeCount: 3), .init(nanoseconds: 900, cumulativeCount: 4)])
        try run.writeLatencies([curve], of: sample)
        let url = run.url.appending(path: "latency/c1-r2-l3-produce.hgrm")
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(lines[1] == "         100 0.750000000000          3           4.00")
        #expect(lines[2] == "         900 1.000000000000          4")
        #expect(lines[3] == "#[Mean    =      300.000, StdDeviation   =      346.410]")
        #expect(lines[4] == "#[Max     =      900.000, Total count    =            4]")
    }
}

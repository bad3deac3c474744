import Foundation
import Results
import Testing

@testable import Reporting

@Suite("Reports and tables")
struct ReportTests {
    static let attack = "<img src=x onerror=alert(1)>|`*_[x](y)"
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Two cells; of the second, one leg failed and one was not verified.
    func run(title: String = "Made up", reason: String = "signal 9") throws -> Run {
        let run = try SyntheticRun.make(
            in: folder.url, title: title, axes: [.init(key: "broker.placement", values: ["sequential", Self.attack])],
            charts: [ChartSpec(metric: "produce_bytes_per_s", x: "broker.placement")],
            headline: ["produce_bytes_per_s", "consume_bytes_per_s"], legs: 7
        ) { column, axes in
            switch column {
            case "produce_bytes_per_s": axes["broker.placement"] == "sequential" ? 1e9 : 2e8
            case "verified_records": 1000
            case "load_calls_per_mib": 16
            default: nil
            }
        }
        var samples = run.samples
        samples[1].status = .failed
        samples[3].status = .unverified
        for index in [1, 3] {
            samples[index].reason = reason
            samples[index].metrics = [:]
            samples[index].notMeasured = ["records": "it ended early \(reason)"]
        }
        return Run(
            folder: run.folder, plan: run.plan, environment: run.environment, schema: run.schema, samples: samples)
    }

    @Test("a summary rests on legs that are ok, and counts the others")
    func summary() throws {
        let cells = try run().cells
        #expect(cells.map(\.legs) == [7, 5])
        #expect(cells.map(\.failed) == [0, 2])
        let estimate = try #require(cells[0].metrics["produce_bytes_per_s"])
        #expect(try #require(estimate.low) <= estimate.median)
        #expect(try #require(estimate.high) >= estimate.median)
        #expect(cells[0].metrics["consume_bytes_per_s"] == nil)
    }

    @Test("a run is read back from its folder as it was")
    func reading() throws {
        let run = try run()
        try PlanFile.write(["anything": 1], report: run.plan, to: run.folder.plan)
        try run.environment.write(to: run.folder.environment)
        let file = try SamplesFile.create(at: run.folder.samples, schema: run.schema)
        for sample in run.samples { try file.append(sample) }
        let found = try Run(reading: run.folder)
        #expect(found.samples == run.samples && found.cells == run.cells && found.plan == run.plan)
    }

    @Test("the table marks cells with bad legs, and leaves out metrics that no cell has")
    func text() throws {
        let lines = ResultsTable(try run()).render(.text).split(separator: "\n").map(String.init)
        #expect(lines[0].hasSuffix("Produce throughput  legs"))
        #expect(lines[1].contains("sequential") && lines[1].hasSuffix("7"))
        #expect(lines[2].hasSuffix("5  1 failed, 1 unverified of 7 legs"))
        #expect(!lines.joined().contains("\u{1B}"))
        #expect(ResultsTable(try run()).render(.text, colour: true).contains("\u{1B}[31m"))
    }

    @Test("a control character in an axis does not reach the terminal")
    func controlCharacters() throws {
        let run = try SyntheticRun.make(
            in: folder.url, axes: [.init(key: "a.b", values: ["\u{1B}[2J\nx"])], charts: [], legs: 1
        ) { column, _ in column == "produce_bytes_per_s" ? 1 : nil }
        let text = ResultsTable(run).render(.text)
        #expect(!text.contains("\u{1B}") && text.split(separator: "\n").count == 2)
    }

    @Test("CSV and JSON of the table hold the numbers themselves")
    func formats() throws {
        let run = try run()
        let table = ResultsTable(run)
        let rows = try CommaSeparated.parse(table.render(.csv), path: "table")
        #expect(
            rows[0].fields == [
                "cell", "broker.placement", "legs", "failed", "produce_bytes_per_s", "produce_bytes_per_s_low",
                "produce_bytes_per_s_high",
            ])
        #expect(rows[2].fields[1] == Self.attack)
        let median = try #require(run.cells[1].metrics["produce_bytes_per_s"]).median
        #expect(Double(rows[2].fields[4]) == median)
        struct Record: Decodable {
            var cell: String
            var legs: Int
            var metrics: [String: Estimate]
        }
        let records = try JSONDecoder().decode([Record].self, from: Data(table.render(.json).utf8))
        #expect(records.map(\.cell) == ["c1", "c2"])
        #expect(records[1].metrics["produce_bytes_per_s"]?.median == median)
    }

    @Test("the page is one file with its charts in it, and hostile text stays text")
    func page() throws {
        let run = try run(title: "</title><script>alert(1)</script>", reason: "</td><script>alert(2)</script>")
        let drawings = try ChartWriter.write(run: run).drawings
        try ReportWriter.write(run: run, drawings: drawings)
        let html = try String(contentsOf: run.folder.reportHTML, encoding: .utf8)
        #expect(
            html.components(separatedBy: "<script").count == 2 && !html.contains("<script>alert")
                && !html.contains("<img"))
        #expect(html.contains("&lt;script&gt;alert(2)&lt;/script&gt;"))
        #expect(html.contains("<svg role=\"img\"") && html.contains("xlink:href='#chart1-gpPt"))
        #expect(!html.contains("<?xml") && !html.contains("<!DOCTYPE svg"))
        for outside in ["<link", "src=\"http", "url(http", "@import"] { #expect(!html.contains(outside)) }
        #expect(html.contains("1 failed, 1 unverified of 7 legs"))
        #expect(html.contains("not known: the device has none"))
        #expect(html.contains("sluice run Scenarios/made-up.yaml"))
        #expect(html.contains("1 leg failed the check"))

        let markdown = try String(contentsOf: run.folder.reportMarkdown, encoding: .utf8)
        #expect(!markdown.contains("<"))
        #expect(
            markdown.contains("../../../Plots/made-up/\(run.folder.id)/01-produce_bytes_per_s-by-broker.placement.png"))
        #expect(markdown.contains("\\|\\`\\*\\_\\[x\\](y)"))
        for line in markdown.split(separator: "\n") where line.hasPrefix("| ") {
            #expect(line.hasSuffix("|") || line.hasSuffix("| "))
        }
    }

    @Test("a scenario without verification says that nothing was checked")
    func unverified() throws {
        var plan = try run().plan
        plan.verification = nil
        let base = try run()
        let run = Run(
            folder: base.folder, plan: plan, environment: base.environment, schema: base.schema, samples: base.samples)
        let content = ReportContent(run)
        #expect(!content.isVerified && content.verification.contains("turns verification off"))
    }

    @Test("sizes and starts are shown as people read them")
    func conditions() throws {
        #expect(Conditions.readable("25282158592 bytes") == "23.5 GiB")
        #expect(Conditions.readable("4096 bytes each") == "4096 bytes each")
        #expect(Conditions.start(ofRun: "20261122T224500Z-2") == "2026-11-22 22:45:00 UTC")
        #expect(Conditions.start(ofRun: "mine") == "mine")
        #expect(
            Conditions.line(of: try run())
                == "2 cells × 7 rounds on target log · Imaginary 9000, 2 processors · 23.5 GiB of memory · Linux 6.1.0 · ext4 on vda"
                + " · how busy other programs were is not known")
    }

    @Test("the first screen says how busy the machine was, and a cell of which nothing is known is named")
    func busyness() throws {
        let run = try run()
        var samples = run.samples
        for index in samples.indices where !samples[index].metrics.isEmpty {
            samples[index].metrics["other_load_share"] = index == 0 ? 0.4 : 0.02
            samples[index].metrics["steal_share"] = 0
        }
        func with(_ samples: [Sample]) -> Run {
            Run(folder: run.folder, plan: run.plan, environment: run.environment, schema: run.schema, samples: samples)
        }
        let watched = try #require(Conditions.busyness(of: with(samples)))
        #expect(
            watched == "other programs used 2.00 % of the processors beside the median leg, 40.0 % beside the busiest")
        #expect(with(samples).spoiltCells == [])
        samples[0].metrics["other_load_share"] = nil
        #expect(Conditions.busyness(of: with(samples))?.hasSuffix("1 of 12 legs were not watched") == true)
        let spoilt = samples[0].cell
        for index in samples.indices where samples[index].cell == spoilt {
            samples[index].status = .contaminated
            samples[index].reason = "other programs used 40.0 % of the time"
        }
        let sentences = with(samples).spoiltCells
        #expect(sentences.count == 1 && sentences[0].hasPrefix("broker.placement "))
        #expect(
            sentences[0].hasSuffix(
                "no leg counts, 7 of 7 are contaminated; the last: other programs used 40.0 % of the time"))
    }

    @Test("several runs have one page with what each says, and links to their own")
    func suite() throws {
        let run = try run(title: "<b>One</b>")
        let drawings = try ChartWriter.write(run: run).drawings
        let results = folder.url.appending(path: "Results")
        let files = try SuiteReport.write([(run, drawings), (run, drawings)], to: results)
        let html = try String(contentsOf: files.html, encoding: .utf8)
        #expect(html.contains("&lt;b&gt;One&lt;/b&gt;") && !html.contains("<b>One"))
        #expect(html.components(separatedBy: "<svg role=\"img\"").count == 3)
        #expect(html.contains("href=\"made-up/\(run.folder.id)/report.html\""))
        #expect(html.contains("2 scenarios, 28 legs, 24 of them good."))
        let markdown = try String(contentsOf: files.markdown, encoding: .utf8)
        #expect(markdown.contains("](made-up/\(run.folder.id)/report.md)"))
        #expect(markdown.contains("../Plots/made-up/\(run.folder.id)/01-"))
    }

    @Test("latencies of all legs of a cell are one curve, and readings over time are drawn")
    func automaticCharts() throws {
        let run = try run()
        for sample in run.samples where sample.status == .ok {
            let steps = (1...200).map {
                LatencyCurve.Step(nanoseconds: Int64($0 * 1000), cumulativeCount: Int64($0 * 5))
            }
            try run.folder.writeLatencies([LatencyCurve(operation: "produce", steps: steps)], of: sample)
            let rows = (0..<5).map {
                TimelineRow(elapsedNanoseconds: Int64($0) * 100_000_000, series: "dirty_bytes", value: Double($0) * 1e6)
            }
            try TimelineFile.append(rows, of: sample, to: run.folder.timeline)
        }
        let outcome = try ChartWriter.write(run: run)
        #expect(outcome.notices == [])
        #expect(
            outcome.drawings.map(\.svg.lastPathComponent) == [
                "01-produce_bytes_per_s-by-broker.placement.svg", "latency-produce.svg", "timeline-dirty_bytes.svg",
            ])
        let chart = try #require(try LatencyChart.chart(of: "produce", run, CellGroups(run)))
        #expect(chart.xMarks.map(\.label) == ["50", "90", "99", "99.9", "99.99"])
        #expect(chart.panels.count == 1 && chart.panels[0].curves.allSatisfy { $0.last?.y == 200_000 })
        try ReportWriter.write(run: run, drawings: outcome.drawings)
        let html = try String(contentsOf: run.folder.reportHTML, encoding: .utf8)
        #expect(html.contains("<h2>Latency</h2>") && html.contains("<h2>Over time</h2>"))
        try Data("rubbish".utf8).write(
            to: run.folder.url.appending(path: "latency/c1-r1-l1-produce.hgrm"))
        let damaged = try ChartWriter.write(run: run)
        #expect(damaged.notices.contains { $0.hasPrefix("no chart of latencies: ") && $0.contains("c1-r1-l1") })
    }
}

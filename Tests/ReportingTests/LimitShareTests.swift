import Foundation
import Results
import Testing

@testable import Reporting

@Suite("Results as shares of the machine's limits")
struct LimitShareTests {
    private static func limit(_ name: String, _ plain: Double?, _ unit: LimitUnit = .bytesPerSecond)
        -> MeasuredLimit
    {
        MeasuredLimit(
            name: name, title: "plain \(name)", summary: "does \(name)", unit: unit,
            plain: plain.map { Estimate(median: $0, low: nil, high: nil) },
            notMeasured: plain == nil ? "there is none" : nil, time: 0)
    }

    private func shares(
        _ metrics: [String: Double], _ bound: CellLimit, _ limits: [MeasuredLimit], null: [String: Double] = [:]
    ) -> LimitShare? {
        func cell(_ id: String, _ metrics: [String: Double]) -> CellSummary {
            CellSummary(
                cell: id, axes: [], legs: 1, failed: 0,
                metrics: metrics.mapValues { Estimate(median: $0, low: nil, high: nil) })
        }
        let cells = LimitShares.added(
            to: [cell("c1", metrics), cell("c2", null)],
            [.init(id: "c1", axes: [], limits: [bound]), .init(id: "c2", axes: [])], limits)
        return cells[0].limits[bound.metric]
    }

    @Test("the tightest of the limits that were measured counts")
    func tightest() throws {
        let bound = CellLimit(metric: "produce_bytes_per_s", limits: ["write", "device", "unknown", "absent"])
        let limits = [Self.limit("write", 4e9), Self.limit("device", 1e9), Self.limit("unknown", nil)]
        let share = try #require(shares(["produce_bytes_per_s": 5e8], bound, limits))
        #expect(share.limit == "device" && share.value == 1e9 && share.share == 0.5)
        #expect(LimitShares.text(share) == "50 % of plain device")
        #expect(shares(["produce_bytes_per_s": 5e8], bound, [limits[2]]) == nil)
        #expect(shares([:], bound, limits) == nil)
    }

    @Test("of a latency the longest limit counts, and being longer than it is a smaller share")
    func latency() throws {
        let bound = CellLimit(metric: "produce_latency_p50_ns", limits: ["ping", "slower"])
        let limits = [Self.limit("ping", 2e4, .nanoseconds), Self.limit("slower", 5e4, .nanoseconds)]
        let share = try #require(shares(["produce_latency_p50_ns": 1e5], bound, limits))
        #expect(share.limit == "slower" && share.share == 0.5)
    }

    @Test("a loop that counts stored bytes bounds payload by what compression makes of it")
    func compression() throws {
        let bound = CellLimit(metric: "produce_bytes_per_s", limits: ["write"])
        let share = try #require(
            shares(
                ["produce_bytes_per_s": 1e9, "payload_bytes": 300, "stored_bytes": 100], bound,
                [Self.limit("write", 1e9)]))
        #expect(share.value == 3e9 && (share.share - 1.0 / 3).magnitude < 1e-9)
    }

    @Test("what is faster than its device is called the page cache's, and what is beyond a limit says how far")
    func aboveDevice() throws {
        let bound = CellLimit(metric: "produce_bytes_per_s", limits: ["write"], device: "device")
        let limits = [Self.limit("write", 1e9), Self.limit("device", 5e8)]
        let share = try #require(shares(["produce_bytes_per_s": 2e9], bound, limits))
        #expect(share.isAboveDevice && LimitShares.text(share) == "2.00 × plain write; page cache")
        #expect(shares(["produce_bytes_per_s": 4e8], bound, limits)?.isAboveDevice == false)
    }

    @Test("a cell beside one with the null path knows its share of the harness's own ceiling")
    func ceiling() throws {
        let bound = CellLimit(metric: "produce_bytes_per_s", limits: ["write"], nullCell: "c2")
        let share = shares(
            ["produce_bytes_per_s": 1e9], bound, [Self.limit("write", 4e9)], null: ["produce_bytes_per_s": 2e9])
        #expect(share?.ofCeiling == 0.5)
    }

    /// Two cells that are held against `write`, at half and at a tenth of it.
    private func run(in folder: TemporaryFolder, limits: [MeasuredLimit]?) throws -> Run {
        let made = try SyntheticRun.make(
            in: folder.url, axes: [.init(key: "a.b", values: ["fast", "slow"])],
            charts: [ChartSpec(metric: "produce_bytes_per_s", x: "a.b")], legs: 7
        ) { column, axes in column == "produce_bytes_per_s" ? (axes["a.b"] == "fast" ? 1e9 : 2e8) : nil }
        var plan = made.plan
        for index in plan.cells.indices {
            plan.cells[index].limits = [CellLimit(metric: "produce_bytes_per_s", limits: ["write"])]
        }
        return Run(
            folder: made.folder, plan: plan, environment: made.environment, schema: made.schema, samples: made.samples,
            limits: limits)
    }

    @Test("summary, page, Markdown and chart name the limit and the share")
    func everywhere() throws {
        let folder = try TemporaryFolder()
        let run = try run(in: folder, limits: [Self.limit("write", 1.9e9)])
        let summary = SummaryFile.text(run.cells, schema: run.schema).split(separator: "\n").map(String.init)
        #expect(summary[0].contains("produce_bytes_per_s_limit,produce_bytes_per_s_limit_share"))
        #expect(summary[1].contains(",write,0.5"))
        let outcome = try ChartWriter.write(run: run)
        #expect(outcome.notices == [])
        let script = try String(contentsOf: try #require(outcome.drawings.first).script, encoding: .utf8)
        #expect(script.contains("$p0limit0 using") && script.contains("limit: plain write"))
        try ReportWriter.write(run: run, drawings: outcome.drawings)
        for url in [run.folder.reportHTML, run.folder.reportMarkdown] {
            let text = try String(contentsOf: url, encoding: .utf8)
            #expect(text.contains("% of plain write") && text.contains("does write"))
        }
    }

    @Test("a limit far above a chart is named in its corner, and does not press the values to the floor")
    func beyond() throws {
        let folder = try TemporaryFolder()
        let run = try run(in: folder, limits: [Self.limit("write", 9e10)])
        let chart = try #require(Chart(run.plan.charts[0], of: run))
        #expect(try #require(chart.extent).high < 2e9)
        let script = ChartScript(chart, name: "x").text
        #expect(script.contains("limit: plain write 90.0 GB/s, above the chart") && !script.contains("$p0limit0"))
    }

    @Test("a run that measured no limits says so, and has no shares")
    func none() throws {
        let folder = try TemporaryFolder()
        let run = try run(in: folder, limits: nil)
        #expect(run.cells.allSatisfy { $0.limits.isEmpty })
        #expect(run.withoutLimit == ["The machine's limits were not measured with this run"])
    }
}

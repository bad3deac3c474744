import Foundation
import Results
import Statistics
import Testing

@testable import Reporting

@Suite("Charts of claims")
struct ClaimsChartTests {
    static let path = "broker.fetch.path"
    static let size = "producer.batch.size"
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Four cells: with `sendfile` twice the throughput of `read-write`, and exactly a quarter of the calls.
    func run(legs: Int = 10, claims: [ClaimSpec]) throws -> Run {
        let run = try SyntheticRun.make(
            in: folder.url,
            axes: [
                .init(key: Self.path, values: ["read-write", "sendfile"]),
                .init(key: Self.size, values: ["4KiB", "64KiB"]),
            ], charts: [ChartSpec(metric: "produce_bytes_per_s", x: Self.path)], legs: legs
        ) { column, axes in
            switch column {
            case "produce_bytes_per_s": axes[Self.path] == "sendfile" ? 2e9 : 1e9
            case "load_calls_per_mib", "load_major_faults": 0
            default: nil
            }
        }
        var (plan, samples) = (run.plan, run.samples)
        plan.claims = claims
        for index in samples.indices {
            samples[index].metrics["load_calls_per_mib"] = samples[index].axes[Self.path] == "sendfile" ? 4 : 16
        }
        return Run(
            folder: run.folder, plan: plan, environment: run.environment, schema: run.schema, samples: samples)
    }

    /// A claim about `sendfile` against `read-write`, the cells 3 and 1.
    func claim(
        _ low: Double?, _ high: Double?, statement: String = "made up", metric: String = "produce_bytes_per_s",
        pairs: [ClaimSpec.Pair] = [.init(compare: "c3", against: "c1")]
    ) -> ClaimSpec {
        ClaimSpec(
            statement: statement, metric: metric, expectation: "ratio", isRatio: true, low: low, high: high,
            pairs: pairs)
    }

    @Test("each claim has its row in the scenario's order, with what it expects, what was found and its verdict")
    func rows() throws {
        let found = try #require(try run(claims: [claim(1.5, nil)]).claims[0].pairs[0].interval)
        let run = try run(claims: [
            claim(1.5, nil, statement: "a"), claim(nil, 1.1, statement: "b"), claim(found.median, nil, statement: "c"),
            claim(nil, 0.3, statement: "d", metric: "load_calls_per_mib"),
        ])
        let chart = try #require(ClaimsChart(of: run))
        #expect(chart.rows.map(\.statement) == ["a", "b", "c", "d"])
        #expect(chart.rows.map(\.verdict) == [.holds, .refuted, .undecided, .holds])
        #expect(chart.rows[0].low == 1.5 && chart.rows[0].high == nil)
        let ratio = try #require(chart.rows[0].lines[0].ratio)
        #expect(ratio.median == found.median && ratio.low == found.low && ratio.high == found.high)
        #expect(chart.subtitle == "Made up: of 4 claims, 2 hold, 1 is refuted, 1 is undecided")
        #expect(chart.xTitle == "median ratio of 10 rounds, with 95 % interval; logarithmic scale")

        let script = ClaimsChartScript(chart, name: "claims").text
        for text in ["set logscale x", "with xerrorbars", "first 1,graph 0", "first 1.5,first "] {
            #expect(script.contains(text), "\(text)")
        }
        // Each verdict has a shape and a colour of its own, in the chart as in its legend.
        let marks = ClaimVerdict.allCases.map(Palette.mark)
        #expect(Set(marks.map(\.shape)).count == 3 && Set(marks.map(\.color)).count == 3)
        for (verdict, mark) in zip(ClaimVerdict.allCases, marks) {
            #expect(script.contains("$\(verdict.rawValue) using 1:2 with points linecolor rgb '\(mark.color)'"))
            #expect(script.contains("point pointtype \(mark.shape) pointsize 1 linecolor rgb '\(mark.color)'"))
        }
    }

    @Test("a ratio that is the same in all rounds is a point without an interval")
    func constant() throws {
        let calls = claim(nil, 0.3, metric: "load_calls_per_mib")
        let chart = try #require(ClaimsChart(of: try run(claims: [calls, calls])))
        #expect(
            chart.rows[0].lines == [
                .init(place: nil, ratio: Estimate(median: 0.25, low: nil, high: nil), figure: "0.250")
            ])
        let script = ClaimsChartScript(chart, name: "claims").text
        #expect(script.contains("$holds << END\n0.25 ") && !script.contains("xerrorbars"))
    }

    @Test("too few rounds leave points without intervals, and the chart says so", arguments: [1, 5])
    func fewRounds(legs: Int) throws {
        let chart = try #require(ClaimsChart(of: try run(legs: legs, claims: [claim(1.5, nil), claim(nil, 3)])))
        #expect(chart.rows.allSatisfy { $0.verdict == .undecided && $0.lines[0].ratio?.low == nil })
        #expect(chart.rows.allSatisfy { !$0.lines[0].figure.contains("[") })
        #expect(chart.xTitle.contains(legs == 1 ? "ratio of one round, so no interval" : "too few for an interval"))
    }

    @Test("what is not a ratio, or has none, keeps its row and says why it is not on the axis")
    func remarks() throws {
        var absolute = claim(nil, 5e9, statement: "absolute", pairs: [.init(compare: "c1")])
        absolute.isRatio = false
        absolute.expectation = "at most 5.00 GB/s"
        var removed = claim(1, nil, statement: "removed", pairs: [])
        removed.unjudged = "this run has no cell with a=b"
        let chart = try #require(
            ClaimsChart(
                of: try run(claims: [
                    claim(1.5, nil), absolute, removed, claim(1, nil, statement: "zero", metric: "load_major_faults"),
                    claim(nil, 3),
                ])))
        #expect(chart.rows.map { $0.remark == nil } == [true, false, false, false, true])
        #expect(chart.rows[1].verdict == .holds && chart.rows[1].remark == "no ratio; expected at most 5.00 GB/s")
        #expect(chart.rows[1].lines.map(\.figure).allSatisfy { $0.contains("GB/s [") || $0.contains("MB/s [") })
        #expect(chart.rows[2].remark?.hasPrefix("this run has no cell with a=b") == true)
        #expect(chart.rows[3].remark?.contains("zero in some legs") == true)
        // A bound in bytes a second is no ratio.
        #expect(chart.values.allSatisfy { $0 < 10 })
        let script = ClaimsChartScript(chart, name: "claims").text
        #expect(script.contains("set label 'no ratio; expected at most 5.00") && !script.contains("5000000000"))
    }

    @Test("of several pairs each has its line, named by what tells it from the others")
    func pairs() throws {
        let both = [ClaimSpec.Pair(compare: "c3", against: "c1"), .init(compare: "c4", against: "c2")]
        let chart = try #require(ClaimsChart(of: try run(claims: [claim(1.5, nil, pairs: both), claim(1.5, nil)])))
        #expect(chart.rows[0].lines.map(\.place) == ["4KiB", "64KiB"])
        #expect(chart.rows[1].lines.map(\.place) == [nil])
    }

    @Test("the picture grows with the claims, and a long statement is wrapped")
    func height() throws {
        func height(_ claims: [ClaimSpec]) throws -> Int {
            let script = ClaimsChartScript(try #require(ClaimsChart(of: try run(claims: claims))), name: "claims").text
            let size = try #require(script.firstMatch(of: #/set terminal svg size 960,(\d+) /#))
            return try #require(Int(size.1))
        }
        let short = try height([claim(1.5, nil), claim(1.5, nil)])
        #expect(try height([claim(1.5, nil), claim(1.5, nil), claim(1.5, nil)]) == short + 30)
        let long = "what is told in as many words as this statement has takes two lines of its row"
        #expect(try height([claim(1.5, nil, statement: long), claim(1.5, nil)]) == short + 16)

        let lines = ChartLayout.wrapped(long, in: 200, lines: 3)
        #expect(lines.joined(separator: " ") == long && lines.allSatisfy { $0.count <= 30 })
        let cut = ChartLayout.wrapped(long, in: 200, lines: 2)
        #expect(cut.count == 2 && cut[1].hasSuffix("…") && cut[1].count <= 30)
        #expect(ChartLayout.wrapped("", in: 100, lines: 2) == [])
    }

    @Test("the axis has 1 and enough round numbers, from narrow ranges to wide ones")
    func axis() {
        func labels(_ values: Double...) -> [String] { RatioAxis(values, width: 344).marks.map(\.label) }
        #expect(labels(0.98, 1.02) == ["0.97", "0.98", "0.99", "1", "1.01", "1.02", "1.03", "1.04"])
        #expect(labels(0.5, 2) == ["0.5", "0.7", "1", "1.5", "2"])
        #expect(labels(0.13, 9.9) == ["0.2", "0.5", "1", "2", "5", "10"])
        #expect(labels(0.002, 4) == ["0.003", "0.01", "0.03", "0.1", "0.3", "1", "3"])
        #expect(labels(1e-6, 1e6) == ["1e-06", "0.0001", "0.01", "1", "100", "10000", "1000000"])
        for values in [[1.0], [40, 50], [0.01]] {
            let axis = RatioAxis(values, width: 344)
            #expect(axis.marks.contains { $0.label == "1" } && axis.marks.count > 2)
            #expect(values.allSatisfy { axis.low < $0 && $0 < axis.high })
        }
    }

    @Test("one claim with a ratio deserves no picture of all")
    func single() throws {
        var absolute = claim(nil, 5e9, pairs: [.init(compare: "c1")])
        absolute.isRatio = false
        #expect(ClaimsChart(of: try run(claims: [claim(1.5, nil), absolute])) == nil)
        #expect(ClaimsChart(of: try run(claims: [])) == nil)
    }

    @Test("it is drawn first and is the report's first chart, in the colours that the page turns for dark screens")
    func report() throws {
        let hostile = "it's `x` $(y) \"q\" \\ {a}_b^c <b>"
        let run = try run(claims: [
            claim(1.5, nil, statement: hostile), claim(nil, 0.5, statement: "half", metric: "load_calls_per_mib"),
        ])
        let outcome = try ChartWriter.write(run: run)
        #expect(outcome.notices == [])
        #expect(
            outcome.drawings.map(\.svg.lastPathComponent)
                == ["claims.svg", "01-produce_bytes_per_s-by-broker.fetch.path.svg"])
        let svg = try String(contentsOf: outcome.drawings[0].svg, encoding: .utf8)
        for text in ["fill = 'rgb(221, 221, 221)'", "it's `x`", "&lt;b>"] {
            #expect(svg.contains(text), "\(text)")
        }
        try ReportWriter.write(run: run, drawings: outcome.drawings)
        let html = try String(contentsOf: run.folder.reportHTML, encoding: .utf8)
        let parts = html.components(separatedBy: "<figure>")
        #expect(parts.count == 3 && parts[1].contains("What came of the claims") && parts[1].contains("<nav"))
        for attribute in ["fill=\"rgb(221, 221, 221)\"", "fill=\"rgb(255, 255, 255)\"", "color=\"rgb( 85,  85,  85)\""]
        {
            #expect(ReportStyle.text.contains("figure [\(attribute)]"), "\(attribute)")
        }
        let markdown = try String(contentsOf: run.folder.reportMarkdown, encoding: .utf8)
        let pictures = markdown.split(separator: "\n").filter { $0.hasPrefix("![") }
        #expect(pictures.first?.hasSuffix("/claims.png)") == true && pictures.count == 2)
    }
}

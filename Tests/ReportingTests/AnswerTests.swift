import Foundation
import Results
import Testing

@testable import Reporting

@Suite("Answers")
struct AnswerTests {
    static let path = "broker.fetch.path"
    static let size = "producer.batch.size"
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// - Parameter value: a metric's middle for a path and a size.
    func run(
        paths: [String] = ["sendfile", "read-write"], sizes: [String] = ["4KiB", "64KiB"], legs: Int = 10,
        headline: [String] = ["produce_bytes_per_s"], _ value: (String, String, String) -> Double?
    ) throws -> Run {
        try SyntheticRun.make(
            in: folder.url,
            axes: [
                .init(key: Self.size, values: sizes, role: .tuning),
                .init(key: Self.path, values: paths, role: .strategy),
            ], charts: [], headline: headline, legs: legs
        ) { column, axes in value(column, axes[Self.path] ?? "", axes[Self.size] ?? "") }
    }

    func text(_ run: Run) throws -> String { try #require(Answer.all(of: run).first).sentence.text }

    @Test("a value that is far ahead everywhere is what to use, with the size of its lead")
    func clear() throws {
        let run = try run { column, path, _ in
            switch column {
            case "produce_bytes_per_s": path == "sendfile" ? 2e9 : 1e9
            case "load_copied_bytes_per_byte": path == "sendfile" ? 1 : 2
            case "load_minor_faults": path == "sendfile" ? 900 : 300
            case "payload_bytes": 1e6
            default: nil
            }
        }
        let answer = try #require(Answer.all(of: run).first)
        #expect(answer.axis.key == Self.path && answer.cases.map { $0.best.value } == ["sendfile", "sendfile"])
        #expect(answer.sentence.text.hasPrefix("Use `sendfile`: by produce throughput it is ahead in both cases ("))
        let reason = try #require(answer.reason(Mechanism(run))).text
        #expect(reason.contains("`sendfile` against `read-write`: load bytes copied per byte"))
        #expect(reason.contains("and yet load minor faults per MiB"))
    }

    @Test("values within each other's noise cannot be told apart")
    func equal() throws {
        let text = try text(run { column, _, _ in column == "produce_bytes_per_s" ? 1e9 : nil })
        #expect(text == "By produce throughput, `sendfile` and `read-write` cannot be told apart in either case.")
    }

    @Test("where the best value changes with the situation, the answer says with which")
    func depending() throws {
        let text = try text(
            run { column, path, size in
                column == "produce_bytes_per_s" ? ((path == "sendfile") == (size == "64KiB") ? 2e9 : 1e9) : nil
            })
        #expect(
            text
                == "By produce throughput it depends on producer.batch.size: `sendfile` is ahead at producer.batch.size `64KiB`, `read-write` is ahead at producer.batch.size `4KiB`."
        )
    }

    @Test("where several share the lead in some cases, the answer names them")
    func shared() throws {
        let text = try text(
            run(paths: ["sendfile", "read-write", "mmap"]) { column, path, size in
                guard column == "produce_bytes_per_s" else { return nil }
                return size == "64KiB" ? (path == "mmap" ? 4e9 : 1e9) : path == "mmap" ? 5e8 : 1e9
            })
        #expect(
            text
                == "By produce throughput it depends on producer.batch.size: `mmap` is ahead at producer.batch.size `64KiB`; at producer.batch.size `4KiB` `sendfile` and `read-write` cannot be told apart from the best."
        )
    }

    @Test("what is never behind is what to use, also where it seldom leads alone; who shares its lead is named")
    func company() throws {
        let sizes = ["1KiB", "4KiB", "16KiB", "64KiB", "128KiB", "256KiB", "512KiB", "1MiB"]
        let run = try run(paths: ["sendfile", "read-write", "mmap"], sizes: sizes) { column, path, size in
            guard column == "produce_bytes_per_s" else { return nil }
            return path == "mmap" ? 5e8 : path == "sendfile" && size == "1MiB" ? 2e9 : 1e9
        }
        // Noise may tell equal values apart now and then.
        let alone = try #require(Answer.all(of: run).first).cases.count { $0.leaders.count == 1 }
        #expect((1...3).contains(alone))
        let text = try text(run)
        #expect(text.hasPrefix("Use `sendfile`: by produce throughput it is ahead in \(alone) of 8 cases ("))
        #expect(text.hasSuffix(") and never behind; `read-write` is as good in \(8 - alone) of 8."))
    }

    @Test("of a latency the lowest is best")
    func lower() throws {
        let run = try run(sizes: ["4KiB"], headline: ["produce_latency_p99_ns"]) { column, path, _ in
            column == "produce_latency_p99_ns" ? (path == "sendfile" ? 1e6 : 4e6) : nil
        }
        #expect(
            try text(run).hasPrefix("Use `sendfile`: its append latency, p99 is 0.2")
                && text(run).contains("`read-write` [0.2"))
    }

    @Test("too few rounds decide nothing, however large the difference")
    func fewRounds() throws {
        let run = try run(legs: 5) { column, path, _ in
            column == "produce_bytes_per_s" ? (path == "sendfile" ? 2e9 : 1e6) : nil
        }
        #expect(
            try text(run)
                == "Too few rounds to decide: an interval takes 6. By produce throughput, `sendfile` has the best median so far in both cases."
        )
        #expect(ReportContent(run).answer.allSatisfy { $0.cases.isEmpty })
    }

    @Test("the null strategy is a ceiling and never the answer")
    func null() throws {
        let run = try run(paths: ["null", "sendfile", "read-write"]) { column, path, _ in
            column == "produce_bytes_per_s" ? (path == "null" ? 9e9 : path == "sendfile" ? 2e9 : 1e9) : nil
        }
        let answer = try #require(Answer.all(of: run).first)
        #expect(answer.cases.allSatisfy { $0.contenders.map(\.value) == ["sendfile", "read-write"] })
    }

    @Test("what the claims compare is what is decided; without claims a strategy comes before a size")
    func axis() throws {
        let run = try run { column, _, _ in column == "produce_bytes_per_s" ? 1e9 : nil }
        var plan = run.plan
        #expect(Answer.decidedAxis(of: plan)?.key == Self.path)
        plan.claims = [
            ClaimSpec(
                statement: "s", metric: "produce_bytes_per_s", expectation: "", isRatio: true,
                pairs: [.init(compare: "c1", against: "c3")])
        ]
        #expect(Answer.decidedAxis(of: plan)?.key == Self.size)
    }

    @Test("a run in which nothing varies says its figures")
    func single() throws {
        let run = try run(paths: ["sendfile"], sizes: ["4KiB"]) { column, _, _ in
            column == "produce_bytes_per_s" ? 1e9 : nil
        }
        let answer = try #require(ReportContent(run).answer.first)
        #expect(answer.lead.markdown.hasPrefix("Produce throughput ") && answer.lead.markdown.contains("B/s"))
    }

    @Test("names in a sentence stay names, on the page and in Markdown")
    func names() {
        let sentence = Sentence("Use \(Sentence.name("a`|<b>\n")): it is *ahead*.")
        #expect(sentence.spans.map { $0.code ?? $0.text } == ["Use ", "a'|<b> ", ": it is *ahead*."])
        #expect(sentence.markdown == "Use `a'\\|<b> `: it is \\*ahead\\*.")
    }

    @Test("values that promise different things are said to be unlike")
    func unlike() throws {
        let run = try run { column, path, _ in column == "produce_bytes_per_s" ? (path == "sendfile" ? 2e9 : 1e9) : nil
        }
        var plan = run.plan
        for index in plan.cells.indices {
            plan.cells[index].withheld = plan.cells[index].axes[Self.path] == "sendfile" ? ["checksum"] : []
        }
        let unlike = Run(
            folder: run.folder, plan: plan, environment: run.environment, schema: run.schema, samples: run.samples)
        let answer = try #require(ReportContent(unlike).answer.first)
        #expect(
            answer.others.map(\.markdown) == ["Not alike: `sendfile` does without checking the batches' CRC-32C."])
        #expect(ReportContent(run).answer.first?.others.isEmpty == true)
    }

    @Test("a run that varies the rate has latency against load, with its knee")
    func load() throws {
        let rates = ["10k/s", "20k/s", "40k/s", "80k/s", "160k/s"]
        let run = try SyntheticRun.make(
            in: folder.url, axes: [.init(key: "workload.rate", values: rates, role: .workload)], charts: [], legs: 7
        ) { column, axes in
            let rate = AxisScale.number((axes["workload.rate"] ?? "").replacing("k/s", with: "")) ?? 0
            switch column {
            case "produce_records_per_s": return rate * 1000
            case "produce_latency_p50_ns": return 1e5
            case "produce_latency_p99_ns": return rate < 100 ? 2e5 : 5e7
            case "produce_latency_p999_ns": return 1e8
            default: return nil
            }
        }
        let chart = try #require(LoadChart.chart(of: run))
        #expect(chart.panels.count == 1 && chart.panels[0].curves.map(\.count) == [5, 5, 5])
        let knee = try #require(chart.panels[0].mark)
        #expect(abs(knee.x / 80e3 - 1) < 0.1)
        #expect(chart.subtitle.contains("knee of the p99 at ") && chart.subtitle.contains("k rec/s"))
        #expect(chart.script(name: "chart").contains("set label '\(knee.label)' at first "))
        #expect(try ChartWriter.write(run: run).drawings.map(\.svg.lastPathComponent) == ["latency-against-load.svg"])
    }

    @Test("where set-ups are compared, the claims are the answer")
    func setups() throws {
        let run = try run { column, path, _ in column == "produce_bytes_per_s" ? (path == "sendfile" ? 2e9 : 1e9) : nil
        }
        var plan = run.plan
        plan.axes[1].role = .setup
        plan.claims = [
            ClaimSpec(
                statement: "twice <b>", metric: "produce_bytes_per_s", expectation: "", isRatio: true, low: 1.5,
                pairs: [.init(compare: "c1", against: "c2")])
        ]
        let judged = Run(
            folder: run.folder, plan: plan, environment: run.environment, schema: run.schema, samples: run.samples)
        let answer = try #require(ReportContent(judged).answer.first)
        #expect(answer.lead.markdown == "Of 1 claim, 1 holds.")
        #expect(answer.statements.map(\.verdict) == ["holds"])
        try ReportWriter.write(run: judged, drawings: [])
        let html = try String(contentsOf: run.folder.reportHTML, encoding: .utf8)
        #expect(html.contains("<b>holds</b> twice &lt;b&gt; <span"))
    }
}

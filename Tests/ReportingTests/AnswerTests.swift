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
}

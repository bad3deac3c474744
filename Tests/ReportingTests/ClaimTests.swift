import Foundation
import Results
import Testing

@testable import Reporting

@Suite("Claims")
struct ClaimTests {
    private static let path = "broker.fetch.path"

    /// A run whose second cell has `ratio` times the first one's throughput, and half of its calls.
    private func run(
        _ folder: URL, legs: Int = 10, ratio: Double, claims: [ClaimSpec]
    ) throws -> Run {
        let run = try SyntheticRun.make(
            in: folder, axes: [.init(key: Self.path, values: ["read-write", "sendfile"])], charts: [], legs: legs
        ) { column, axes in
            let isSecond = axes[Self.path] == "sendfile"
            return switch column {
            case "produce_bytes_per_s": isSecond ? 1e9 * ratio : 1e9
            case "load_calls_per_mib": isSecond ? 8 : 16
            case "load_major_faults": 0
            default: nil
            }
        }
        var plan = run.plan
        plan.claims = claims
        return Run(
            folder: run.folder, plan: plan, environment: run.environment, schema: run.schema, samples: run.samples)
    }

    private func claim(
        _ low: Double?, _ high: Double?, metric: String = "produce_bytes_per_s", pairs: [ClaimSpec.Pair]? = nil
    ) -> ClaimSpec {
        ClaimSpec(
            statement: "made up", metric: metric, expectation: "ratio", isRatio: true, low: low, high: high,
            pairs: pairs ?? [.init(compare: "c2", against: "c1")])
    }

    @Test("a clear ratio holds within the bounds and is refuted beyond them, with the mechanism's evidence beside it")
    func clear() throws {
        try TemporaryFolder.with { folder in
            let found = try run(folder, ratio: 2, claims: [claim(1.5, nil), claim(nil, 1.5), claim(1.5, 3)]).claims
            #expect(found.map(\.verdict) == [.holds, .refuted, .holds])
            #expect(found.allSatisfy { ($0.pValue ?? 1) <= 0.05 && $0.reason.isEmpty })
            let evidence = try #require(found.first?.pairs.first?.evidence)
            #expect(evidence.map(\.metric.column) == ["load_calls_per_mib"])
            let row = try #require(found.first?.rows.first)
            #expect(row.against == "broker.fetch.path=read-write" && row.rounds == 10)
            #expect(row.evidence.hasPrefix("load_calls_per_mib "))
        }
    }

    @Test("an interval across the bound decides nothing")
    func across() throws {
        try TemporaryFolder.with { folder in
            let found = try #require(try run(folder, ratio: 1, claims: [claim(1, nil)]).claims.first)
            #expect(found.verdict == .undecided)
            #expect(found.reason.contains("one side"))
        }
    }

    @Test("five rounds cannot decide, nor can six over two claims", arguments: [(5, 1), (6, 2)])
    func tooFew(legs: Int, claims: Int) throws {
        try TemporaryFolder.with { folder in
            let all = [ClaimSpec](repeating: claim(1.5, nil), count: claims)
            let found = try run(folder, legs: legs, ratio: 2, claims: all).claims
            #expect(found.allSatisfy { $0.verdict == .undecided && $0.reason.contains("\(legs) rounds") })
        }
    }

    @Test("seven rounds decide two claims, as the reason for six says")
    func enough() throws {
        #expect(ClaimJudge.fewestRounds(for: 1) == 6)
        #expect(ClaimJudge.fewestRounds(for: 2) == 7)
        try TemporaryFolder.with { folder in
            let found = try run(folder, legs: 7, ratio: 2, claims: [claim(1.5, nil), claim(1.5, nil)]).claims
            #expect(found.allSatisfy { $0.verdict == .holds })
        }
    }

    @Test("a claim over several cells holds only if each of them does, and one refutes it")
    func severalPairs() throws {
        try TemporaryFolder.with { folder in
            let both = [ClaimSpec.Pair(compare: "c2", against: "c1"), .init(compare: "c1", against: "c2")]
            let found = try run(folder, ratio: 2, claims: [claim(1.5, nil, pairs: both), claim(0.25, 4, pairs: both)])
                .claims
            #expect(found.map(\.verdict) == [.refuted, .holds])
            #expect(found.flatMap(\.rows).count == 4)
        }
    }

    @Test("a value that is the same in every leg keeps the bound that it equals")
    func exact() throws {
        try TemporaryFolder.with { folder in
            let base = try run(folder, ratio: 1, claims: [claim(nil, 1), claim(1, nil), claim(nil, 0.99)])
            var samples = base.samples
            for index in samples.indices { samples[index].metrics["produce_bytes_per_s"] = 7 }
            let found = Run(
                folder: base.folder, plan: base.plan, environment: base.environment, schema: base.schema,
                samples: samples
            ).claims
            #expect(found.map(\.verdict) == [.holds, .holds, .refuted])
        }
    }

    @Test("what cannot be judged is undecided and says why")
    func unjudged() throws {
        try TemporaryFolder.with { folder in
            var removed = claim(1, nil)
            removed.unjudged = "this run has no cell with a=b"
            let zero = claim(1, nil, metric: "load_major_faults")
            let absent = claim(1, nil, pairs: [.init(compare: "c9", against: "c1")])
            let found = try run(folder, ratio: 2, claims: [removed, zero, absent]).claims
            #expect(found.allSatisfy { $0.verdict == .undecided })
            #expect(found[0].reason == "this run has no cell with a=b")
            #expect(found[1].reason.contains("zero"))
            #expect(found[2].reason.contains("lacks"))
        }
    }

    @Test("a claim about single cells bounds the metric itself")
    func absolute() throws {
        try TemporaryFolder.with { folder in
            var spec = claim(nil, 5e9, pairs: [.init(compare: "c1")])
            spec.isRatio = false
            var wrong = spec
            wrong.high = 1e8
            let found = try run(folder, ratio: 1, claims: [spec, wrong]).claims
            #expect(found.map(\.verdict) == [.holds, .refuted])
        }
    }

    @Test("claims.csv has a row for each pair, and the report and the terminal show the verdict")
    func files() throws {
        try TemporaryFolder.with { folder in
            let run = try run(folder, ratio: 2, claims: [claim(1.5, nil)])
            try run.writeSummary()
            let rows = try CommaSeparated.parse(
                String(contentsOf: run.folder.claims, encoding: .utf8), path: "claims.csv")
            #expect(rows.map(\.fields.count) == [ClaimsFile.header.count, ClaimsFile.header.count])
            #expect(rows[1].fields.contains("holds"))
            let text = ClaimsTable(run).text()
            #expect(text.hasPrefix("holds      made up\n") && text.contains("over 10 rounds"))
            try ReportWriter.write(run: run, drawings: [])
            let page = try String(contentsOf: run.folder.reportHTML, encoding: .utf8)
            #expect(page.contains("Of 1 claim, 1 holds.") && page.contains("<li class=\"holds\">"))
            let markdown = try String(contentsOf: run.folder.reportMarkdown, encoding: .utf8)
            #expect(markdown.contains("- **holds** made up (expected "))
        }
    }
}

extension TemporaryFolder {
    /// Does something with a folder that is removed afterwards.
    static func with(_ body: (URL) throws -> Void) throws {
        let folder = try TemporaryFolder()
        try withExtendedLifetime(folder) { try body(folder.url) }
    }
}

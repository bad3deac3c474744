import Foundation
import Results
import Testing

@Suite("The machine's limits beside a run")
struct LimitRunTests {
    private func run(_ choice: String, in scratch: Scratch) throws -> (folder: URL, said: String) {
        let file = try scratch.write(SmallScenario.text(rounds: 1), to: "small.yaml")
        let ending = try Sluice.run(["run", file, "--quick", "--limits", choice], in: scratch)
        try #require(ending.code == 0, "\(ending)")
        return (SmallScenario.latest(in: scratch), ending.errors)
    }

    private func limits(_ folder: URL) throws -> [String: MeasuredLimit] {
        let limits = try #require(try LimitsFile.read(folder.appending(path: "limits.csv")))
        return Dictionary(uniqueKeysWithValues: limits.map { ($0.name, $0) })
    }

    @Test("are measured once, taken again by the next run, and give each result its share")
    func measured() throws {
        let scratch = try Scratch()
        let first = try run("recent", in: scratch)
        #expect(first.said.contains("of the machine's limits"))
        let measured = try limits(first.folder)
        #expect(measured["memory-copy"]?.plain.map { $0.median > 1e8 } == true)
        let write = try #require(measured["write-16KiB"]?.plain)
        let summary = try CommaSeparated.parse(
            String(contentsOf: first.folder.appending(path: "summary.csv"), encoding: .utf8), path: "summary.csv")
        let header = try #require(summary.first).fields
        #expect(summary.count == 1 + 2, "a row for each cell")
        for row in summary.dropFirst() {
            let fields = Dictionary(uniqueKeysWithValues: zip(header, row.fields))
            #expect(fields["produce_bytes_per_s_limit"] == "write-16KiB")
            // Far from exact beside other tests; of another unit or of another loop it would be far from 1.
            let rate = try #require(fields["produce_bytes_per_s"].flatMap(Double.init))
            #expect(rate > 0 && rate < write.median * 4)
            let share = try #require(fields["produce_bytes_per_s_limit_share"].flatMap(Double.init))
            #expect(share > 0 && share < 4)
        }
        // A second later at the earliest, so that it has a folder of its own and times differ if it measured.
        let second = try run("recent", in: scratch)
        #expect(!second.said.contains("of the machine's limits"))
        #expect(try limits(second.folder)["write-16KiB"] == measured["write-16KiB"])
        #expect(scratch.leftovers == [])
    }

    @Test("are left out where that is asked for, which stands in their place")
    func leftOut() throws {
        let scratch = try Scratch()
        let run = try run("none", in: scratch)
        #expect(!run.said.contains("of the machine's limits"))
        let all = try limits(run.folder)
        #expect(!all.isEmpty && all.values.allSatisfy { $0.plain == nil && $0.notMeasured != nil })
        let report = try String(contentsOf: run.folder.appending(path: "report.md"), encoding: .utf8)
        #expect(report.contains("the run was told to leave them out"))
    }
}

import Foundation
import Results
import Testing

@Suite("Resuming from samples.csv")
struct ResumeTests {
    private let scratch: Scratch
    private let arguments: [String]
    private let file: URL

    /// A finished run of four legs.
    init() throws {
        scratch = try Scratch()
        arguments = ["run", try scratch.write(SmallScenario.text(), to: "small.yaml")]
        let ending = try Sluice.run(arguments, in: scratch)
        try #require(ending.code == 0, "\(ending)")
        file = SmallScenario.latest(in: scratch).appending(path: "samples.csv")
    }

    private func resume(_ more: [String] = []) throws -> Sluice.Ending {
        try Sluice.run(arguments + ["--resume"] + more, in: scratch)
    }

    private func change(_ body: (inout [Substring]) -> Void) throws {
        var lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        body(&lines)
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
    }

    @Test("drops a torn last line, says so, and runs its leg again", arguments: [1, 40])
    func torn(_ length: Int) throws {
        try change { lines in
            lines.removeLast()
            lines[4] = lines[4].prefix(length)
        }
        let ending = try resume()
        #expect(ending.code == 0, "\(ending)")
        #expect(ending.errors.contains("samples.csv:5: dropped a last line of \(length) bytes"))
        #expect(ending.errors.contains("3 of 4 legs are done"))
        #expect(try SmallScenario.samples(in: scratch).map(\.leg) == [1, 2, 3, 4])
    }

    @Test("refuses rows that are garbage and keeps the file as it is")
    func garbage() throws {
        try change { $0[2] = "\u{1}garbage" }
        try unchangedAndRefused(says: "samples.csv:3")
        try change { $0[2] = "c1,1,2,ok,\"never closed" }
        try unchangedAndRefused(says: "samples.csv:3")
        try Data([0xff, 0xfe, 0x00, 0x0a]).write(to: file)
        try unchangedAndRefused(says: "samples.csv")
        try Data().write(to: file)
        try unchangedAndRefused(says: "samples.csv:1")
    }

    @Test("refuses the rows of another scenario")
    func header() throws {
        try change { $0[0] = $0[0].replacing("producer.compression.type", with: "broker.placement")[...] }
        try unchangedAndRefused(says: "broker.placement")
    }

    @Test("refuses rows that the plan does not have")
    func rowsOfAnotherPlan() throws {
        try change { $0[3] = "c9" + $0[3].dropFirst(2) }
        try unchangedAndRefused(says: "row 3, cell c9")
    }

    @Test("refuses a leg that stands there twice")
    func twice() throws {
        try change { $0[3] = $0[2] }
        try unchangedAndRefused(says: "row 3, cell")
    }

    @Test("runs failed and contaminated legs again, under numbers of their own, and keeps their rows")
    func again() throws {
        try change { lines in
            for (row, status) in [(2, "failed"), (3, "contaminated")] {
                lines[row] = lines[row].replacing(",ok,,", with: ",\(status),because,")[...]
            }
        }
        let ending = try resume()
        #expect(ending.code == 0, "\(ending)")
        #expect(ending.errors.contains("2 of 4 legs are done"))
        let samples = try SmallScenario.samples(in: scratch)
        #expect(samples.map(\.leg) == [1, 2, 3, 4, 5, 6])
        #expect(samples.map(\.status) == [.ok, .failed, .contaminated, .ok, .ok, .ok])
        #expect(samples[4].cell == samples[1].cell && samples[5].cell == samples[2].cell)
        // A failed leg that was made good is none of the run's ending.
        #expect(try resume().code == 0)
        #expect(try SmallScenario.samples(in: scratch).count == 6)
    }

    @Test("refuses another plan than the one that was interrupted")
    func anotherPlan() throws {
        for more in [["--rounds", "3"], ["--seed", "9"], ["--set", "workload.bytes=1MiB"]] {
            let ending = try resume(more)
            #expect(ending.code == 1)
            #expect(ending.errors.contains("another plan"))
        }
    }

    @Test("refuses the samples of another scenario and those of another run, as `report` does")
    func foreignSamples() throws {
        let own = try String(contentsOf: file, encoding: .utf8)
        let text = SmallScenario.text(bytes: "128KiB").replacing("name: small", with: "name: other")
        let other = ["run", try scratch.write(text, to: "other.yaml")]
        try #require(Sluice.run(other, in: scratch).code == 0)
        let others = scratch.url.appending(path: "Results/other/latest/samples.csv")
        for (foreign, says) in [
            (try String(contentsOf: others, encoding: .utf8), "row 1 is of the run other/"),
            (own.replacing(",small/", with: ",small/2"), "row 1 is of the run small/2"),
            (own.replacing(",gzip,", with: ",zstd,"), "has producer.compression.type=zstd"),
        ] {
            try Data(foreign.utf8).write(to: file)
            try unchangedAndRefused(says: says)
            let report = try Sluice.run(["report", "Results/small/latest"], in: scratch)
            #expect(report.code == 1 && report.errors.contains(says), "\(report)")
        }
    }

    @Test("a damaged plan is named")
    func damagedPlan() throws {
        let plan = file.deletingLastPathComponent().appending(path: "plan.json")
        try Data("{\"plan\":".utf8).write(to: plan)
        let ending = try resume()
        #expect(ending.code == 1)
        #expect(ending.errors.contains("plan.json"))
    }

    @Test("with nothing to resume says so")
    func nothing() throws {
        let ending = try Sluice.run(arguments + ["--resume", "--results", "Elsewhere"], in: scratch)
        #expect(ending.code == 1)
        #expect(ending.errors.contains("there is no run of 'small' to go on with"))
        #expect(!scratch.names.contains("Elsewhere"))
    }

    private func unchangedAndRefused(says: String) throws {
        let before = try Data(contentsOf: file)
        let ending = try resume()
        #expect(ending.code == 1, "\(ending)")
        #expect(ending.errors.contains(says), "\(ending)")
        #expect(try Data(contentsOf: file) == before)
        #expect(scratch.leftovers == [])
    }
}

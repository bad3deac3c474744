import Experiments
import Foundation
import Results
import Runner
import Testing

@Suite("Every scenario of the project, run tiny")
struct ScenarioRunTests {
    static let files =
        (try? FileManager.default.contentsOfDirectory(atPath: Sluice.scenarios.path))?
        .filter { $0.hasSuffix(".yaml") }.sorted() ?? []

    @Test("there are scenarios")
    func exist() { #expect(Self.files.contains("smoke.yaml")) }

    @Test("writes all its files, and every record is verified", arguments: files)
    func runs(_ file: String) throws {
        let scratch = try Scratch()
        let path = Sluice.scenarios.appending(path: file).path
        var arguments = ["run", path, "--quick", "--rounds", "1"]
        // Where the guards are what is varied, they stay, and may find that other tests run beside.
        let variesGuards = try String(contentsOfFile: path, encoding: .utf8).contains("run.steal.limit")
        if !variesGuards { arguments += SmallScenario.besideOthers.flatMap { ["--set", "run.\($0)=1"] } }
        arguments += ["--set", "workload.bytes=512KiB"]
        // Where an axis sets the bytes, its values are as small as the short form made them.
        if try Sluice.run(arguments + ["--dry-run"], in: scratch).code == 64 { arguments.removeLast(2) }
        let ending = try Sluice.run(arguments, in: scratch)
        // What needs emulated disks or hosts cannot run everywhere, and says why.
        let plan = try RunPlanner.plan(URL(filePath: path), overrides: Overrides())
        if let objection = RunPlanner.objection(toEmulationFor: plan) {
            #expect(ending.code == 1 && ending.errors.contains(objection))
            return
        }
        try #require(ending.code == 0 || variesGuards && ending.code == 3, "\(ending)")

        let scenario = file.replacing(".yaml", with: "")
        let folder = try RunFolder.open(
            scratch.url.appending(path: "Results/\(scenario)/latest"), plotsRoot: scratch.url.appending(path: "Plots"))
        let summary = try PlanFile.readReport(from: folder.plan)
        let (samples, _) = try SamplesFile.read(folder.samples, expecting: summary.samplesSchema)
        #expect(Set(samples.map(\.cell)).count == summary.cells.count)
        for sample in samples {
            #expect(sample.status == .ok && sample.reason.isEmpty || variesGuards && sample.status == .contaminated)
        }
        for sample in samples {
            let verified = sample.metrics["verified_records"]
            #expect(verified.map { $0 > 0 } ?? (sample.notMeasured["verified_records"] != nil))
        }
        for url in [folder.summary, folder.environment, folder.reportHTML, folder.reportMarkdown] {
            #expect(try Data(contentsOf: url).count > 100, "\(url.lastPathComponent)")
        }
        // These legs may be shorter than the time between two readings.
        _ = try TimelineFile.read(folder.timeline)
        #expect(try !Data(contentsOf: folder.timeline).isEmpty)
        #expect(scratch.names.contains { $0.hasSuffix(".hgrm") })
        for kind in [".svg", ".png", ".gp"] {
            let charts = scratch.names.filter { $0.hasPrefix("Plots/") && $0.hasSuffix(kind) }
            #expect(charts.count >= summary.charts.count, "\(kind)")
        }
        #expect(scratch.leftovers == [])
        // Results on standard output, progress on standard error, and no colour where there is no terminal.
        #expect(ending.output.contains("Report  Results/\(scenario)/\(folder.id)/report.html"))
        #expect(ending.errors.contains("[0/\(summary.cells.count)]"))
        #expect(!ending.output.contains("\u{1B}") && !ending.errors.contains("\u{1B}"))
    }
}

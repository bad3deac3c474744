internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Results

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Judge stored runs by their scenario's gate.",
        discussion: """
            Takes two runs of one scenario, or the folder of a comparison that `ab` made. Runs of different machines \
            cannot be compared as they are: store a baseline of the first, in shares of its machine's limits, and \
            check against that.

            A regression needs a fresh measurement that agrees: without --confirmation it stays inconclusive.

            Example:
              sluice check Results/gate/ab-20261123T020000Z
              sluice check main/Results/gate/latest Results/gate/latest --confirmation Results/gate/20261123T021500Z
              sluice check Results/gate/latest --write-baseline baseline.json
              sluice check Results/gate/latest --baseline baseline.json
            """)

    @Argument(help: ArgumentHelp("The runs' folders: base and head, or one.", valueName: "run"))
    var runs: [String]

    @Option(help: ArgumentHelp("Another run of head, measured afterwards.", valueName: "run"), completion: .directory)
    var confirmation: String?

    @Option(help: ArgumentHelp("A stored baseline to hold the run against.", valueName: "file"), completion: .file())
    var baseline: String?

    @Option(help: ArgumentHelp("Store the run as a baseline, and stop.", valueName: "file"), completion: .file())
    var writeBaseline: String?

    @Option(help: "How the outcome is printed: text, csv, json, markdown, junit or github.")
    var format = GateDocument.Format.text

    func validate() throws {
        guard (1...2).contains(runs.count) else { throw ValidationError("name one run, or base and head") }
        if runs.count == 2, baseline != nil || writeBaseline != nil {
            throw ValidationError("a baseline stands in for base: name head alone")
        }
        if baseline != nil, writeBaseline != nil {
            throw ValidationError("--baseline and --write-baseline do not go together")
        }
    }

    func run() throws {
        let report = try outcome()
        guard let report else { return }
        print(GateDocument(report).render(format, colour: Terminal.hasColor), terminator: "")
        if let code = GateOutcome(report).exitCode { throw code }
    }

    private func outcome() throws -> GateReport? {
        let folder = URL(filePath: runs[0], directoryHint: .isDirectory)
        if runs.count == 1, FileManager.default.fileExists(atPath: folder.appending(path: "head").path) {
            return try GateCheck.comparison(folder)
        }
        if runs.count == 2 {
            return try GateCheck.runs(
                base: Self.read(runs[0]), head: Self.read(runs[1]), confirmation: try confirmation.map(Self.read))
        }
        let run = try Self.read(runs[0])
        if let writeBaseline {
            let baseline = GateBaseline(run, limits: try MachineLimits.read(besides: run.folder.url))
            try baseline.write(to: URL(filePath: writeBaseline))
            Terminal.note("Baseline \(writeBaseline): \(baseline.summary)")
            return nil
        }
        guard let baseline else {
            throw ValidationError("one run is nothing to compare: name another, or --baseline, or --write-baseline")
        }
        let stored = try GateBaseline.read(URL(filePath: baseline))
        return try GateCheck.baseline(
            stored, head: run, limits: try MachineLimits.read(besides: run.folder.url),
            confirmation: try confirmation.map(Self.read))
    }

    private static func read(_ path: String) throws -> Run {
        try Run(
            reading: RunFolder.open(URL(filePath: path, directoryHint: .isDirectory), plotsRoot: URL(filePath: "Plots"))
        )
    }
}

internal import ArgumentParser
internal import Experiments
internal import Foundation
internal import Reporting
internal import Results
internal import Runner

struct AbCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ab",
        abstract: "Compare two builds on this machine: is head worse than base?",
        discussion: """
            Runs the cells of a scenario with both builds, each pair of legs beside a control leg of the base, in a \
            balanced random order. A metric of the scenario's `gate` fails if its whole interval lies beyond the \
            threshold and beyond what identical builds show here, and if a fresh measurement agrees. Cells that are \
            undecided after 10 pairs get 20, then 32.

            Exit codes: 0 nothing got worse, 2 regression, 3 inconclusive or contaminated, 4 verification failed.

            Example:
              sluice ab --base ../main/.build/release/sluice --head .build/release/sluice Scenarios/gate.yaml
              sluice ab --base BASE --head HEAD Scenarios/gate.yaml --format markdown >> "$GITHUB_STEP_SUMMARY"
            """)

    @Option(help: ArgumentHelp("The build that head is held against.", valueName: "program"), completion: .file())
    var base: String

    @Option(help: ArgumentHelp("The build that is judged. Default: this program.", valueName: "program"))
    var head: String?

    @Argument(help: ArgumentHelp("Scenario files.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @OptionGroup var overrides: OverrideOptions

    @Option(help: ArgumentHelp("The folder that runs are kept in.", valueName: "dir"))
    var results = "Results"

    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "The pairs after which it ends even if undecided: 10, 20 or 32.", valueName: "n"))
    var pairs = GateSpec.stages.max() ?? 32

    @Option(help: "How the outcome is printed: text, csv, json, markdown, junit or github.")
    var format = GateDocument.Format.text

    /// A fault that head's brokers are given, to see whether the gate finds it.
    @Option(help: .hidden)
    var handicap: String?

    func validate() throws {
        guard GateSpec.stages.contains(pairs) else {
            throw ValidationError(
                "--pairs \(pairs): choose \(GateSpec.stages.map(String.init).joined(separator: ", "))")
        }
    }

    func run() async throws {
        try Measuring.refuseDebugBuild()
        try Measuring.checkDescriptors()
        let programs = PairedSession.Programs(
            base: try Self.program(base), head: try head.map(Self.program) ?? Terminal.program(), handicap: handicap)
        let plans = try files.map { file in
            let plan = try RunCommand.plan(file, overrides.overrides)
            guard plan.gate != nil else {
                Terminal.note("\(file): error: the scenario has no 'gate', so there is nothing to judge")
                throw ExitCode.validationFailure
            }
            return plan
        }
        var outcome = GateOutcome.passed
        for (file, plan) in zip(files, plans) {
            let run = GateRun(
                plan: plan, programs: programs, results: URL(filePath: results, directoryHint: .isDirectory),
                data: data.url, mostPairs: pairs,
                command: Terminal.quoted(
                    ["sluice", "ab", "--base", base, "--head", programs.head, file] + overrides.words))
            let (report, folder) = try await Measuring.untilStopped("; nothing is judged") { try await run.report() }
            print(GateDocument(report).render(format, colour: Terminal.hasColor), terminator: "")
            // The verdict is out before a full disk can keep it.
            try Terminal.flush()
            try GateFiles.write(report, to: folder)
            outcome = max(outcome, GateOutcome(report))
        }
        if let code = outcome.exitCode { throw code }
    }

    private static func program(_ path: String) throws -> String {
        let full = URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path
        guard FileManager.default.isExecutableFile(atPath: full) else {
            throw ValidationError("\(path): there is no such program; name a build, such as .build/release/sluice")
        }
        return full
    }
}

extension GateDocument.Format: ExpressibleByArgument {}

/// How a gate ended, the worst last.
enum GateOutcome: Int, Comparable {
    case passed, inconclusive, regression, unverified

    init(_ report: GateReport) {
        self =
            if report.isUnverified {
                .unverified
            } else {
                switch report.verdict {
                case .pass, .improvement: .passed
                case .inconclusive, .contaminated: .inconclusive
                case .regression: .regression
                }
            }
    }

    var exitCode: ExitCode? {
        switch self {
        case .passed: nil
        case .inconclusive: .inconclusive
        case .regression: .regression
        case .unverified: .verificationFailed
        }
    }

    static func < (left: GateOutcome, right: GateOutcome) -> Bool { left.rawValue < right.rawValue }
}

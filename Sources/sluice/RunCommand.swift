internal import ArgumentParser
internal import Experiments
internal import Foundation
internal import Reporting
internal import Results
internal import Runner

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run scenarios and write their results, charts and reports.",
        discussion: """
            Every cell of a scenario's matrix is run once a round, each time in a fresh process and directory. Ctrl-C \
            keeps what is done; --resume goes on from there. Several scenarios also get one report together, \
            report.html in the folder of the results.

            Example:
              sluice run Scenarios/sequential-vs-random.yaml
              sluice run Scenarios/compression.yaml --quick --set producer.batch.size=16KiB,256KiB
            """)

    @Argument(help: ArgumentHelp("Scenario files.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @OptionGroup var places: PlaceOptions
    @OptionGroup var overrides: OverrideOptions

    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "Whether the machine's limits are measured beside the cells: `measure`, `recent` (those of the last hour, "
                + "where there are any) or `none`. Default: measure; with --quick, recent.", valueName: "choice"))
    var limits: LimitsChoice?

    @Flag(help: "Print the plan, with what it will take, and stop.")
    var dryRun = false

    @Flag(help: "Go on with the scenario's newest run, which was interrupted.")
    var resume = false

    @Flag(help: "Let the exit code say how the claims ended: 1 if one is refuted, 3 if one is undecided.")
    var strict = false

    func run() async throws {
        try Measuring.refuseDebugBuild()
        try Measuring.checkDescriptors()
        let plans = try files.map { try Self.plan($0, overrides.overrides) }
        if dryRun {
            for plan in plans {
                print(PlanText.text(plan))
                try Self.checkEmulation(for: plan)
                try checkPlace(for: plan)
            }
            return
        }
        var parts: [RunOutput.Part] = []
        for (file, plan) in zip(files, plans) { parts.append(try await run(plan, file: file)) }
        try RunOutput.writeSuite(parts, results: places.resultsURL)
        if let code = parts.map(\.outcome).max()?.exitCode { throw code }
    }

    /// Reads and resolves a scenario, or says what is wrong with it and ends with the code for usage.
    static func plan(_ file: String, _ overrides: Overrides) throws -> Plan {
        do throws(ScenarioErrors) {
            return try RunPlanner.plan(URL(filePath: file), overrides: overrides)
        } catch {
            Terminal.note("\(error)")
            throw ExitCode.validationFailure
        }
    }

    /// Says why this machine cannot emulate the disks or hosts of a plan, and ends with the code for a failure.
    private static func checkEmulation(for plan: Plan) throws {
        guard let objection = RunPlanner.objection(toEmulationFor: plan) else { return }
        Terminal.note("sluice: \(objection)")
        throw ExitCode.failure
    }

    private func checkPlace(for plan: Plan) throws {
        var directory = (data.url ?? places.resultsURL).standardizedFileURL
        while !FileManager.default.fileExists(atPath: directory.path), directory.path != "/" {
            directory.deleteLastPathComponent()
        }
        let objection = try RunPlanner.objection(toSpaceFor: plan, at: directory.path)
        if let objection = objection ?? RunPlanner.objection(toPathsOf: plan, at: directory.path) {
            Terminal.note("sluice: \(objection)")
            throw ExitCode.failure
        }
    }

    private func run(_ plan: Plan, file: String) async throws -> RunOutput.Part {
        try Self.checkEmulation(for: plan)
        try checkPlace(for: plan)
        for note in plan.notes { Terminal.note("\(plan.scenario): \(note)") }
        let runPlaces = RunSession.Places(
            results: places.resultsURL, plots: places.plotsURL, data: data.url)
        let command = Terminal.quoted(
            ["sluice", "run", file] + overrides.words + (limits.map { ["--limits", $0.rawValue] } ?? []))
        let choice = limits ?? (plan.quick ? .recent : .measure)
        let program = try Terminal.program()
        let session =
            resume
            ? try RunSession.resume(
                plan, places: runPlaces, limits: choice, program: program, notice: Terminal.note)
            : try RunSession.start(plan, places: runPlaces, limits: choice, command: command, program: program)
        Terminal.note(
            "\(plan.scenario): \(plan.legs.count) legs, about \(Progress.text(seconds: plan.estimate.seconds))")
        try await Self.finish(session)
        return try RunOutput.write(session.folder, counts: await session.counts, isStrict: strict)
    }

    /// Runs the session to its end; SIGINT and SIGTERM end it in order and then this process.
    static func finish(_ session: RunSession) async throws {
        try await Measuring.untilStopped(
            "; what is done is kept in \(session.folder.url.relativePath), go on with the same command and --resume"
        ) {
            try await session.run()
        }
    }
}

extension LimitsChoice: ExpressibleByArgument {}

/// How a run ended, the worst last.
enum RunOutcome: Int, Comparable {
    case success, inconclusive, failed, unverified

    var exitCode: ExitCode? {
        switch self {
        case .success: nil
        case .inconclusive: .inconclusive
        case .failed: .failure
        case .unverified: .verificationFailed
        }
    }

    init(_ counts: [LegStatus: Int]) {
        self =
            if counts[.unverified, default: 0] > 0 {
                .unverified
            } else if counts[.failed, default: 0] > 0 {
                .failed
            } else if counts[.contaminated, default: 0] > 0, counts[.ok, default: 0] == 0 {
                .inconclusive
            } else {
                .success
            }
    }

    /// What the verdicts on claims make of a run.
    init(_ verdicts: [ClaimVerdict]) {
        self =
            verdicts.contains(.refuted) ? .failed : verdicts.contains(.undecided) ? .inconclusive : .success
    }

    static func < (left: RunOutcome, right: RunOutcome) -> Bool { left.rawValue < right.rawValue }
}

internal import ArgumentParser
internal import Experiments
internal import Foundation
internal import Reporting
internal import Results
internal import Runner
internal import Statistics

struct NoiseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "noise",
        abstract: "Measure what differs between legs that are alike, and so how small a change this machine can find.",
        discussion: """
            Every cell of the scenario (by default one producer and one consumer through a broker) is run twice a
            round, as A and A again, interleaved. For each headline metric: the coefficient of variation of the legs,
            the smallest change that the scenario's own number of rounds can find, and the share of contaminated legs.

            Example:
              sluice noise
              sluice noise Scenarios/memory-state.yaml --rounds 10 --format markdown
            """)

    @Argument(
        help: ArgumentHelp("A scenario file.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @OptionGroup var places: PlaceOptions
    @OptionGroup var overrides: OverrideOptions

    @OptionGroup var data: DataOptions

    @Option(help: "How the table is printed.")
    var format = Format.text

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, csv, json, markdown
    }

    func run() async throws {
        try Measuring.refuseDebugBuild()
        try Measuring.checkDescriptors()
        // The rounds of the command line are those of the twins; those of the scenario are what they plan for.
        var unchanged = overrides.overrides
        unchanged.rounds = nil
        let plan = try plan(unchanged)
        let (report, counts) = try await Self.measure(
            plan, rounds: overrides.rounds ?? plan.rounds,
            places: RunSession.Places(
                results: places.resultsURL, plots: places.plotsURL, data: data.url))
        switch format {
        case .text:
            Columns.print(report.text)
            for sentence in report.sentences() { Terminal.note(sentence) }
        case .csv: print(report.csv, terminator: "")
        case .markdown: print(report.markdown, terminator: "")
        case .json: print(try NoiseJSON.text(report))
        }
        if let code = RunOutcome(counts).exitCode { throw code }
    }

    private func plan(_ overrides: Overrides) throws -> Plan {
        guard let file else {
            do throws(ScenarioErrors) {
                return try NoiseScenario.plan(overrides)
            } catch {
                Terminal.note("\(error)")
                throw ExitCode.validationFailure
            }
        }
        return try RunCommand.plan(file, overrides)
    }

    /// Runs a plan's twins and says what was found.
    static func measure(
        _ plan: Plan, rounds: Int, places: RunSession.Places
    ) async throws -> (report: NoiseReport, counts: [LegStatus: Int]) {
        let twins = plan.twinned(rounds: rounds)
        let session = try RunSession.start(
            // What is compared are the twins, not the machine.
            twins, places: places, limits: .none, command: Terminal.quoted(CommandLine.arguments),
            program: try Terminal.program())
        try await RunCommand.finish(session)
        let run = try Run(reading: session.folder)
        try run.writeSummary()
        return (
            NoiseReport(run, twinAxis: Plan.twinAxis, plannedRounds: plan.rounds), await session.counts
        )
    }
}

/// The report for programs.
private enum NoiseJSON {
    private struct Record: Encodable {
        var cell: String
        var metric: String
        var legs: Int
        var cv: Double?
        var minimumDetectableEffect: Double?
        var drift: Double?
        var contaminated: Double

        private enum CodingKeys: String, CodingKey {
            case cell, metric, legs, cv, drift, contaminated
            case minimumDetectableEffect = "minimum_detectable_effect"
        }
    }

    static func text(_ report: NoiseReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let records = report.rows.map { row in
            Record(
                cell: row.cell, metric: row.metric.column, legs: row.noise.legs, cv: row.noise.variation,
                minimumDetectableEffect: row.minimumDetectableEffect, drift: row.noise.drift,
                contaminated: row.contaminated)
        }
        return String(decoding: try encoder.encode(records), as: UTF8.self)
    }
}

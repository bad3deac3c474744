internal import ArgumentParser
internal import Experiments
internal import Foundation

/// How a table is printed.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
    case text, csv, json
}

/// Where runs are kept.
struct PlaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder that runs are kept in.", valueName: "dir"))
    var results = "Results"

    @Option(help: ArgumentHelp("The folder that charts are kept in.", valueName: "dir"))
    var plots = "Plots"

    var resultsURL: URL { URL(filePath: results, directoryHint: .isDirectory) }
    var plotsURL: URL { URL(filePath: plots, directoryHint: .isDirectory) }
}

/// What the command line changes in a scenario.
struct OverrideOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Give a key another value, or an axis other values, separated by commas. May be repeated.",
            valueName: "key=value"))
    var assignments: [String] = []

    @Option(help: "How often every cell is run.")
    var rounds: Int?

    @Option(help: "What the order of the legs and the payload are drawn from.")
    var seed: UInt64?

    @Flag(help: "The scenario's short form: fewer rounds and bytes, for a first look.")
    var quick = false

    var overrides: Overrides { Overrides(set: assignments, rounds: rounds, seed: seed, quick: quick) }

    /// The options as they would be typed again.
    var words: [String] {
        assignments.flatMap { ["--set", $0] } + (rounds.map { ["--rounds", "\($0)"] } ?? [])
            + (seed.map { ["--seed", "\($0)"] } ?? []) + (quick ? ["--quick"] : [])
    }
}

internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Results

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Show two runs side by side: medians, ratios, and what can be said of them.",
        discussion: """
            Cells are matched by their axes. What the runs differ in beside that (machine, kernel, settings, axes that \
            vary in one alone) is warned about. A verdict needs six legs on each side.

            Example:
              sluice compare Results/batching/20261122T224500Z Results/batching/latest
              sluice compare base/samples.csv head/samples.csv --metric produce_bytes_per_s --sort change --format csv
            """)

    @Argument(help: ArgumentHelp("A run's folder, or its samples.csv.", valueName: "base"))
    var base: String

    @Argument(help: ArgumentHelp("A run's folder, or its samples.csv.", valueName: "head"))
    var head: String

    @Option(
        name: .customLong("metric"),
        help: ArgumentHelp("Only this metric. May be repeated. Default: the scenario's headline.", valueName: "column"))
    var metrics: [String] = []

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp("Only cells with this value of an axis. May be repeated.", valueName: "axis=value"))
    var filters: [String] = []

    @Option(help: "The order of the rows: cell, metric, change (the largest first) or p (the surest first).")
    var sort = Comparison.Order.cell

    @Option(
        help: ArgumentHelp("How far apart the same may be, in per cent.", valueName: "percent"))
    var margin = 5.0

    @Option(help: "How the table is printed: text, csv, json or markdown.")
    var format = ComparisonTable.Format.text

    func run() throws {
        var choice = Comparison.Choice()
        for metric in metrics {
            guard MetricCatalog.metric(named: metric) != nil else {
                throw ValidationError("there is no metric '\(metric)'; `sluice list --metrics` shows all")
            }
        }
        guard margin > 0, margin < 100 else { throw ValidationError("--margin \(margin): a percentage from 0 to 100") }
        choice.metrics = metrics
        choice.order = sort
        choice.margin = margin / 100
        for filter in filters {
            guard let equals = filter.firstIndex(of: "=") else {
                throw ValidationError("--where \(filter): write axis=value")
            }
            choice.only[String(filter[..<equals])] = String(filter[filter.index(after: equals)...])
        }
        let plots = URL(filePath: "Plots", directoryHint: .isDirectory)
        let comparison = try Comparison(
            base: .init(base, plotsRoot: plots), head: .init(head, plotsRoot: plots), choice: choice)
        print(ComparisonTable(comparison).render(format), terminator: "")
        for warning in comparison.warnings { Terminal.note("warning: \(warning)") }
    }
}

extension Comparison.Order: ExpressibleByArgument {}
extension ComparisonTable.Format: ExpressibleByArgument {}

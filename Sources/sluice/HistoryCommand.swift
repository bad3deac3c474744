internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Results

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Keep the medians of many runs and show where they changed.",
        discussion: """
            Adds the runs to the file, those left out that it has, and lists every change of level (E-divisive, 5 %). \
            It advises and never fails: runs of different days differ in more than the program.

            Example:
              sluice history history.csv Results/gate/latest
              sluice history history.csv --metric broker_cpu_ns_per_byte --format csv
            """)

    @Argument(help: ArgumentHelp("The history, a CSV file; made if there is none.", valueName: "file"))
    var file: String

    @Argument(help: ArgumentHelp("Runs to add, oldest first.", valueName: "run"))
    var runs: [String] = []

    @Option(
        name: .customLong("metric"),
        help: ArgumentHelp("Show only this metric. May be repeated.", valueName: "column"))
    var metrics: [String] = []

    @Option(help: "How the table is printed.")
    var format = TableFormat.text

    func run() throws {
        let url = URL(filePath: file)
        var entries = try HistoryFile.read(url)
        var known = Set(entries.map { [$0.scenario, $0.run] })
        for path in runs {
            let run = try Run(
                reading: RunFolder.open(
                    URL(filePath: path, directoryHint: .isDirectory), plotsRoot: URL(filePath: "Plots")))
            guard known.insert([run.plan.scenario, History.name(of: run)]).inserted else {
                Terminal.note("history: \(path) is there already")
                continue
            }
            entries += History.entries(of: run)
        }
        if !runs.isEmpty { try HistoryFile.write(entries, to: url) }
        show(History(entries, metrics: metrics))
    }

    private func show(_ history: History) {
        let header = ["scenario", "cell", "metric", "run", "before", "after", "ratio", "p"]
        let changes = history.series.flatMap { series in series.changes.map { (series, $0) } }
        switch format {
        case .csv:
            print(CommaSeparated.row(header))
            for (series, change) in changes {
                let numbers = [change.before, change.after, change.ratio, change.pValue].map(CommaSeparated.number)
                print(CommaSeparated.row([series.scenario, series.cell, series.metric, change.run] + numbers))
            }
        case .json:
            let records = changes.map { series, change in
                [
                    "scenario": series.scenario, "cell": series.cell, "metric": series.metric, "run": change.run,
                    "before": change.before, "after": change.after, "ratio": change.ratio, "p": change.pValue,
                ] as [String: Any]
            }
            let data = try? JSONSerialization.data(withJSONObject: records, options: [.prettyPrinted, .sortedKeys])
            print(String(decoding: data ?? Data("[]".utf8), as: UTF8.self))
        case .text:
            let longest = history.series.map(\.runs.count).max() ?? 0
            guard !changes.isEmpty else {
                return print("no change of level in \(history.series.count) series of up to \(longest) runs")
            }
            Columns.print(
                [header]
                    + changes.map { series, change in
                        let metric = MetricCatalog.metric(named: series.metric)
                        return [
                            series.scenario, series.cell, series.metric, change.run,
                            metric?.format(change.before) ?? "\(change.before)",
                            metric?.format(change.after) ?? "\(change.after)",
                            SignificantDigits.format(change.ratio), SignificantDigits.format(change.pValue, digits: 2),
                        ]
                    })
        }
    }
}

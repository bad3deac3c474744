package import Results
import Statistics

/// The medians of one metric in one cell over many runs, and where they changed. It advises: what a history shows
/// happened on different days, and nothing about it was paired.
package struct History: Sendable {
    /// One metric in one cell.
    package struct Series: Sendable {
        package var scenario: String
        package var cell: String
        package var metric: String
        package var runs: [String]
        package var medians: [Double]
        package var changes: [Change]
    }

    /// From one level to another.
    package struct Change: Sendable, Equatable {
        /// The first run at the new level.
        package var run: String
        package var before: Double
        package var after: Double
        package var pValue: Double

        package var ratio: Double { after / before }
    }

    package let series: [Series]

    package init(_ entries: [HistoryFile.Entry], metrics: [String] = []) {
        struct Key: Hashable {
            var scenario: String
            var cell: String
            var metric: String
        }
        var order: [Key] = []
        var found: [Key: [HistoryFile.Entry]] = [:]
        for entry in entries where metrics.isEmpty || metrics.contains(entry.metric) {
            let key = Key(scenario: entry.scenario, cell: entry.cell, metric: entry.metric)
            if found[key] == nil { order.append(key) }
            found[key, default: []].append(entry)
        }
        series = order.map { key in
            let own = found[key, default: []]
            return Series(
                scenario: key.scenario, cell: key.cell, metric: key.metric, runs: own.map(\.run),
                medians: own.map(\.median), changes: Self.changes(own))
        }
    }

    private static func changes(_ entries: [HistoryFile.Entry]) -> [Change] {
        let medians = entries.map(\.median)
        let found = ChangePoints(medians, seed: 1).changes
        let bounds = [0] + found.map(\.index) + [medians.count]
        return found.enumerated().compactMap { place, change in
            guard let before = Quantile.median(Array(medians[bounds[place]..<change.index])),
                let after = Quantile.median(Array(medians[change.index..<bounds[place + 2]]))
            else { return nil }
            return Change(run: entries[change.index].run, before: before, after: after, pValue: change.pValue)
        }
    }

    /// What the history knows a run by. A side of a comparison is called `base` or so, and the comparison has the time.
    package static func name(of run: Run) -> String {
        run.folder.scenario == run.plan.scenario ? run.folder.id : "\(run.folder.scenario)/\(run.folder.id)"
    }

    /// The rows that a run adds: its headline, and what its gate judges.
    package static func entries(of run: Run) -> [HistoryFile.Entry] {
        var columns = run.plan.headline
        for limit in run.plan.gate?.metrics ?? [] where !columns.contains(limit.metric) { columns.append(limit.metric) }
        return run.cells.flatMap { cell in
            columns.compactMap { column in
                cell.metrics[column].map {
                    HistoryFile.Entry(
                        run: name(of: run), scenario: run.plan.scenario, cell: cell.axes.place, metric: column,
                        median: $0.median)
                }
            }
        }
    }
}

package import Foundation

/// A history of runs: `run,scenario,cell,metric,median`, one row for each cell and metric of each run, in the
/// order in which runs were added.
package enum HistoryFile {
    package struct Entry: Sendable, Equatable {
        /// The run's id, which begins with the time of its start.
        package var run: String
        package var scenario: String
        /// The cell's coordinates in words.
        package var cell: String
        package var metric: String
        package var median: Double

        package init(run: String, scenario: String, cell: String, metric: String, median: Double) {
            self.run = run
            self.scenario = scenario
            self.cell = cell
            self.metric = metric
            self.median = median
        }
    }

    private static let header = ["run", "scenario", "cell", "metric", "median"]

    /// The entries of the file; none if there is no file yet.
    ///
    /// - Throws: ``ResultsError`` naming file, line and column.
    package static func read(_ url: URL) throws(ResultsError) -> [Entry] {
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        let text = String(decoding: try Data(results: url), as: UTF8.self)
        let rows = try CommaSeparated.parse(text, path: url.path)
        guard rows.first?.fields == header else {
            throw ResultsError(
                path: url.path, line: 1, problem: "the header is not \(header.joined(separator: ","))",
                remedy: "name another file: this one is no history")
        }
        var entries: [Entry] = []
        for row in rows.dropFirst() {
            guard row.fields.count == header.count, let median = Double(row.fields[4]), median.isFinite else {
                throw ResultsError(
                    path: url.path, line: row.line, problem: "the row is not \(header.joined(separator: ","))",
                    remedy: "mend or delete that line")
            }
            entries.append(
                Entry(
                    run: row.fields[0], scenario: row.fields[1], cell: row.fields[2], metric: row.fields[3],
                    median: median))
        }
        return entries
    }

    /// Replaces the file in one step.
    package static func write(_ entries: [Entry], to url: URL) throws(ResultsError) {
        let rows = entries.map { [$0.run, $0.scenario, $0.cell, $0.metric, CommaSeparated.number($0.median)] }
        try Data(([header] + rows).map { CommaSeparated.row($0) + "\n" }.joined().utf8).write(results: url)
    }
}

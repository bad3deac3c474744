internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Results

/// Writes what follows from a run's samples: summary, charts, report; and prints the table.
enum RunOutput {
    /// - Returns: How the run ended; a chart or report that cannot be made is a failure too, but the data stays.
    ///
    /// - Parameter isStrict: Whether claims decide too: a refuted one fails, an undecided one is inconclusive.
    static func write(_ folder: RunFolder, counts: [LegStatus: Int], isStrict: Bool) throws -> RunOutcome {
        let run = try Run(reading: folder)
        try run.writeSummary()
        var outcome = RunOutcome(counts)
        do {
            try ReportWriter.write(run: run, drawings: draw(run).drawings)
        } catch {
            Terminal.note("sluice: \(error)")
            Terminal.note("sluice: the samples are kept; `sluice report \(folder.url.relativePath)` tries again")
            outcome = max(outcome, .failed)
        }
        print(ResultsTable(run).render(.text, colour: Terminal.hasColor), terminator: "")
        print(ClaimsTable(run).text(colour: Terminal.hasColor), terminator: "")
        print("Report  \(folder.reportHTML.relativePath)")
        print("Charts  \(folder.plots.relativePath)")
        print("Data    \(folder.samples.relativePath)")
        return isStrict ? max(outcome, RunOutcome(run.claims.map(\.verdict))) : outcome
    }

    static func draw(_ run: Run) throws -> ChartWriter.Outcome {
        let charts = try ChartWriter.write(run: run)
        for notice in charts.notices { Terminal.note(notice) }
        return charts
    }
}

internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Results

/// Writes what follows from a run's samples: summary, charts, report; and prints the table.
enum RunOutput {
    /// What was written of one run.
    struct Part {
        /// How the run ended; a chart or report that cannot be made is a failure too, but the data stays.
        var outcome: RunOutcome
        var run: Run
        var drawings: [ChartWriter.Drawing]
    }

    /// - Parameter isStrict: Whether claims decide too: a refuted one fails, an undecided one is inconclusive.
    static func write(_ folder: RunFolder, counts: [LegStatus: Int], isStrict: Bool) throws -> Part {
        let run = try Run(reading: folder)
        var outcome = RunOutcome(counts)
        var drawings: [ChartWriter.Drawing] = []
        var isWritten = false
        do {
            try run.writeSummary()
            drawings = try draw(run).drawings
            try ReportWriter.write(run: run, drawings: drawings)
            isWritten = true
        } catch {
            Terminal.note("sluice: \(error)")
            Terminal.note("sluice: the samples are kept; `sluice report \(folder.url.relativePath)` tries again")
            outcome = max(outcome, .failed)
        }
        print(ResultsTable(run).render(.text, colour: Terminal.hasColor), terminator: "")
        print(ClaimsTable(run).text(colour: Terminal.hasColor), terminator: "")
        for sentence in run.knees + run.missedRates + run.heldBack + run.nearCeiling { print(sentence) }
        if isWritten { print("Report  \(folder.reportHTML.relativePath)") }
        if !drawings.isEmpty { print("Charts  \(folder.plots.relativePath)") }
        print("Data    \(folder.samples.relativePath)")
        // A cell of which nothing is known is no success, however many others went well.
        let spoilt = run.spoiltCells
        for sentence in spoilt { Terminal.note("sluice: \(sentence)") }
        if !spoilt.isEmpty {
            Terminal.note(
                "sluice: start again on a quieter machine, or allow more with the limit that is named, such as "
                    + "--set run.other.load.limit=50%")
            outcome = max(outcome, .inconclusive)
        }
        if isStrict { outcome = max(outcome, RunOutcome(run.claims.map(\.verdict))) }
        return Part(outcome: outcome, run: run, drawings: drawings)
    }

    /// Writes the report of several runs beside their folders; one run has its own alone.
    static func writeSuite(_ parts: [Part], results: URL) throws {
        guard parts.count > 1 else { return }
        let report = try SuiteReport.write(parts.map { ($0.run, $0.drawings) }, to: results)
        print("Suite   \(report.html.relativePath)")
    }

    static func draw(_ run: Run) throws -> ChartWriter.Outcome {
        let charts = try ChartWriter.write(run: run)
        for notice in charts.notices { Terminal.note(notice) }
        return charts
    }
}

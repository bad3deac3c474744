package import Foundation
package import Results

/// The report of several runs: one summary of what each says, with its first chart and a link to its own report.
package enum SuiteReport {
    struct Content {
        struct Entry {
            var id: String
            var title: String
            var question: String?
            var answer: [ReportContent.Answer]
            var verdicts: String?
            var tally: Tally
            var figure: [ReportContent.Figure]
            /// The run's report, relative to this one.
            var page: String
            var markdown: String
            var legs: String
            var verification: String
            var isVerified: Bool
            var conditions: String
            var command: String
        }

        /// How the claims ended, as a table shows it.
        struct Tally {
            var holds: String
            var refuted: String
            var undecided: String
        }

        struct Claim {
            var verdict: String
            var statement: String
            var figures: String
            var page: String
        }

        var title: String
        var summary: String
        var entries: [Entry]
        var claims: [Claim]
        var hasClaims: Bool
    }

    /// Writes `report.html` and `report.md` into `folder`, replacing older ones.
    ///
    /// - Parameter runs: the runs with their charts, as ``ChartWriter/write(run:program:)`` gave them.
    /// - Returns: The files.
    /// - Throws: ``ResultsError`` if a chart cannot be read or the report cannot be written.
    package static func write(
        _ runs: [(run: Run, drawings: [ChartWriter.Drawing])], to folder: URL
    ) throws(ResultsError) -> (html: URL, markdown: URL) {
        var entries: [Content.Entry] = []
        for (index, item) in runs.enumerated() {
            var figures: [ReportContent.Figure] = []
            let first = ReportContent.firstOrigin(of: item.run)
            if let drawing = item.drawings.first(where: { $0.origin == first }) {
                figures = [try ReportWriter.figure(drawing, id: "run\(index + 1)", from: folder)]
            }
            entries.append(entry(item.run, figures, number: index + 1, folder))
        }
        let content = content(runs.map(\.run), entries, folder)
        let html = folder.appending(path: "report.html")
        let markdown = folder.appending(path: "report.md")
        try Data(ReportWriter.render(content, with: SuitePage.template, to: html).utf8).write(results: html)
        try Data(ReportWriter.render(escaped(content), with: SuitePage.markdown, to: markdown).utf8)
            .write(results: markdown)
        return (html, markdown)
    }

    private static func entry(
        _ run: Run, _ figures: [ReportContent.Figure], number: Int, _ folder: URL
    ) -> Content.Entry {
        let whole = ReportContent(run)
        func count(_ verdict: ClaimVerdict) -> String {
            run.claims.isEmpty ? "–" : String(run.claims.count { $0.verdict == verdict })
        }
        return Content.Entry(
            id: "run\(number)", title: whole.title, question: whole.question, answer: whole.answer,
            verdicts: whole.verdicts,
            tally: Content.Tally(holds: count(.holds), refuted: count(.refuted), undecided: count(.undecided)),
            figure: figures, page: ReportWriter.relative(run.folder.reportHTML, to: folder),
            markdown: ReportWriter.relative(run.folder.reportMarkdown, to: folder),
            legs: String(run.samples.count { $0.status == .ok }), verification: whole.verification,
            isVerified: whole.isVerified, conditions: whole.conditions, command: whole.command)
    }

    private static func content(_ runs: [Run], _ entries: [Content.Entry], _ folder: URL) -> Content {
        let claims = runs.flatMap { run in
            run.claims.map { finding in
                Content.Claim(
                    verdict: finding.verdict.rawValue, statement: finding.spec.statement,
                    figures: finding.pairs.compactMap { pair in
                        pair.interval.map { ClaimsTable.value(finding.spec, $0, rounds: pair.rounds) }
                    }.prefix(3).joined(separator: "; "),
                    page: ReportWriter.relative(run.folder.reportHTML, to: folder) + "#claims")
            }
        }
        let legs = runs.flatMap(\.samples)
        let good = legs.count { $0.status == .ok }
        var summary =
            "\(runs.count) scenarios, \(legs.count) legs, "
            + "\(good == legs.count ? "all" : "\(good)") of them good."
        if let verdicts = ReportContent.verdicts(runs.flatMap(\.claims)) { summary += " \(verdicts)" }
        let names = runs.map(\.plan.title)
        return Content(
            title: names.count <= 2 ? names.joined(separator: " · ") : "Report on \(runs.count) scenarios",
            summary: summary,
            entries: entries, claims: claims, hasClaims: !claims.isEmpty)
    }

    private static func escaped(_ content: Content) -> Content {
        var text = content
        text.title = MarkdownText.escaped(content.title)
        text.entries = content.entries.map { entry in
            var entry = entry
            entry.title = MarkdownText.escaped(entry.title)
            entry.question = entry.question.map(MarkdownText.escaped)
            entry.verification = MarkdownText.escaped(entry.verification)
            entry.conditions = MarkdownText.escaped(entry.conditions)
            entry.figure = entry.figure.map { figure in
                var figure = figure
                figure.title = MarkdownText.escaped(figure.title)
                return figure
            }
            entry.command = entry.command.split(whereSeparator: \.isNewline).joined(separator: " ")
            return entry
        }
        text.claims = content.claims.map { claim in
            var claim = claim
            claim.statement = MarkdownText.escaped(claim.statement)
            claim.figures = MarkdownText.escaped(claim.figures)
            return claim
        }
        return text
    }
}

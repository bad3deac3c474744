import Foundation
import Mustache
package import Results

/// Writes a run's `report.html` and `report.md`.
package enum ReportWriter {
    /// - Parameter drawings: the charts, as ``ChartWriter/write(run:program:)`` gave them.
    /// - Throws: ``ResultsError`` if a chart cannot be read or a report cannot be written.
    package static func write(run: Run, drawings: [ChartWriter.Drawing]) throws(ResultsError) {
        var figures: [ChartWriter.Drawing.Origin: [ReportContent.Figure]] = [:]
        for (index, drawing) in drawings.enumerated() {
            figures[drawing.origin, default: []].append(
                try figure(drawing, id: "chart\(index + 1)", from: run.folder.url))
        }
        let content = ReportContent(run, figures: figures)
        try write(render(content, with: ReportPage.template, to: run.folder.reportHTML), to: run.folder.reportHTML)
        let markdown = MarkdownText.escaped(content)
        try write(
            render(markdown, with: MarkdownText.template, to: run.folder.reportMarkdown), to: run.folder.reportMarkdown)
    }

    /// - Parameters:
    ///   - id: the figure's own name on its page.
    ///   - folder: where the page is.
    static func figure(
        _ drawing: ChartWriter.Drawing, id: String, from folder: URL
    ) throws(ResultsError) -> ReportContent.Figure {
        let file: String
        do {
            file = try String(contentsOf: drawing.svg, encoding: .utf8)
        } catch {
            throw ResultsError(
                path: drawing.svg.path, problem: "cannot read the chart: \(error.localizedDescription)",
                remedy: "draw it again with `sluice plot`")
        }
        guard let svg = InlineChart.element(of: file, prefix: id, title: drawing.title) else {
            throw ResultsError(
                path: drawing.svg.path, problem: "the file holds no SVG", remedy: "draw it again with `sluice plot`")
        }
        return ReportContent.Figure(
            title: drawing.title, svg: svg, png: relative(drawing.png, to: folder),
            script: relative(drawing.script, to: folder))
    }

    static func render(
        _ content: some Any, with template: String, to url: URL
    ) throws(ResultsError) -> String {
        do {
            return try MustacheTemplate(string: template).render(content)
        } catch {
            throw ResultsError(
                path: url.path, problem: "the report's template is faulty: \(error)", remedy: "report this as a bug")
        }
    }

    private static func write(_ text: String, to url: URL) throws(ResultsError) {
        try Data(text.utf8).write(results: url)
    }

    /// The path from `folder` to `file`, with `..` where they part; percent-encoded for a link.
    static func relative(_ file: URL, to folder: URL) -> String {
        let target = file.standardizedFileURL.pathComponents
        let base = folder.standardizedFileURL.pathComponents
        let shared = zip(target, base).prefix { $0 == $1 }.count
        let parts = Array(repeating: "..", count: base.count - shared) + target[shared...]
        return parts.map { $0.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? $0 }
            .joined(separator: "/")
    }
}

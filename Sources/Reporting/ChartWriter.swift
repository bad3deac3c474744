package import Foundation
package import Results

/// Draws the charts of a run into its plots folder.
package enum ChartWriter {
    /// One chart's files.
    package struct Drawing: Sendable, Equatable {
        package var spec: ChartSpec
        package var title: String
        package var svg: URL
        package var png: URL
        /// The script that draws the other two again.
        package var script: URL
    }

    /// What came of drawing.
    package struct Outcome: Sendable, Equatable {
        package var drawings: [Drawing] = []
        /// What the user should know: charts that had nothing to show, and what gnuplot warned about.
        package var notices: [String] = []
    }

    /// Draws every chart of the plan as `NN-<metric>-by-<axis>.svg`, `.png` and `.gp`, replacing older ones.
    ///
    /// - Parameter program: the gnuplot to run, looked up in PATH.
    /// - Throws: ``GnuplotError``; the script of the chart that failed stays for a look at it, its pictures do not.
    package static func write(run: Run, program: String = "gnuplot") throws(GnuplotError) -> Outcome {
        var outcome = Outcome()
        let folder = run.folder.plots
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(path: folder.path, text: error.localizedDescription)
        }
        for (index, spec) in run.plan.charts.enumerated() {
            guard let chart = Chart(spec, of: run) else {
                outcome.notices.append("no chart of \(spec.metric) by \(spec.x): no leg measured it")
                continue
            }
            let name = name(of: spec, number: index + 1)
            let drawing = Drawing(
                spec: spec, title: chart.title, svg: folder.appending(path: "\(name).svg"),
                png: folder.appending(path: "\(name).png"), script: folder.appending(path: "\(name).gp"))
            let script = ChartScript(chart, name: name).text
            do {
                try Data(script.utf8).write(to: drawing.script, options: .atomic)
            } catch {
                throw .cannotWrite(path: drawing.script.path, text: error.localizedDescription)
            }
            do {
                let warnings = try Gnuplot.draw(script, in: folder, program: program)
                if !warnings.isEmpty { outcome.notices.append("gnuplot on \(name).gp: \(warnings)") }
            } catch {
                // A picture that was begun must not be taken for one that was finished.
                for picture in [drawing.svg, drawing.png] { try? FileManager.default.removeItem(at: picture) }
                throw error
            }
            outcome.drawings.append(drawing)
        }
        return outcome
    }

    /// A file name made of the chart's parts: letters, digits, `.`, `_` and `-` only.
    static func name(of spec: ChartSpec, number: Int) -> String {
        let parts = [spec.metric, "by", spec.x] + [spec.series, spec.facet].compactMap { $0 }
        let text = parts.joined(separator: "-").map { character in
            character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
                ? character : "-"
        }
        return (number < 10 ? "0" : "") + "\(number)-" + String(text)
    }
}

package import Foundation
import Results

/// Draws the charts of a run into its plots folder.
package enum ChartWriter {
    /// One chart's files.
    package struct Drawing: Sendable, Equatable {
        /// Who asked for it.
        package enum Origin: Sendable, Equatable {
            /// Every run with claims about ratios.
            case claims
            /// The scenario.
            case plan
            /// Every run that has latencies.
            case latency
            /// Every run that has readings over time.
            case timeline
        }

        package var origin: Origin
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

    private struct Job {
        var origin: Drawing.Origin
        var name: String
        var title: String
        var script: String
    }

    /// Draws every chart of the plan as `NN-<metric>-by-<axis>.svg`, `.png` and `.gp`, what came of the claims as
    /// `claims`, the run's latency distributions as `latency-<operation>` and its timelines as `timeline-<series>`,
    /// replacing older ones.
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
        for job in jobs(of: run, notices: &outcome.notices) {
            let drawing = Drawing(
                origin: job.origin, title: job.title, svg: folder.appending(path: "\(job.name).svg"),
                png: folder.appending(path: "\(job.name).png"), script: folder.appending(path: "\(job.name).gp"))
            do {
                try Data(job.script.utf8).write(to: drawing.script, options: .atomic)
            } catch {
                throw .cannotWrite(path: drawing.script.path, text: error.localizedDescription)
            }
            do {
                let warnings = try Gnuplot.draw(job.script, in: folder, program: program)
                if !warnings.isEmpty { outcome.notices.append("gnuplot on \(job.name).gp: \(warnings)") }
            } catch {
                // A picture that was begun must not be taken for one that was finished.
                for picture in [drawing.svg, drawing.png] { try? FileManager.default.removeItem(at: picture) }
                throw error
            }
            outcome.drawings.append(drawing)
        }
        return outcome
    }

    private static func jobs(of run: Run, notices: inout [String]) -> [Job] {
        var jobs: [Job] = []
        if let chart = ClaimsChart(of: run) {
            let script = ClaimsChartScript(chart, name: "claims").text
            jobs.append(Job(origin: .claims, name: "claims", title: chart.title, script: script))
        }
        for (index, spec) in run.plan.charts.enumerated() {
            guard let chart = Chart(spec, of: run) else {
                notices.append("no chart of \(spec.metric) by \(spec.x): no leg measured it")
                continue
            }
            let name = name(of: spec, number: index + 1)
            jobs.append(
                Job(origin: .plan, name: name, title: chart.title, script: ChartScript(chart, name: name).text))
        }
        let groups = CellGroups(run)
        func add(_ origin: Drawing.Origin, _ name: String, _ chart: CurveChart) {
            let name = plain(name)
            jobs.append(Job(origin: origin, name: name, title: chart.title, script: chart.script(name: name)))
        }
        if let chart = LoadChart.chart(of: run) { add(.latency, "latency-against-load", chart) }
        // A damaged file of curves costs the run these charts, not its report.
        do throws(ResultsError) {
            for operation in LatencyChart.operations {
                guard let chart = try LatencyChart.chart(of: operation, run, groups) else { continue }
                add(.latency, "latency-\(operation)", chart)
            }
        } catch {
            notices.append("no chart of latencies: \(error)")
        }
        do throws(ResultsError) {
            for (series, chart) in try TimelineChart.charts(of: run, groups) {
                add(.timeline, "timeline-\(series)", chart)
            }
        } catch {
            notices.append("no timelines: \(error)")
        }
        return jobs
    }

    /// A file name made of the chart's parts: letters, digits, `.`, `_` and `-` only.
    static func name(of spec: ChartSpec, number: Int) -> String {
        let parts = [spec.metric, "by", spec.x] + [spec.series, spec.facet].compactMap { $0 }
        return (number < 10 ? "0" : "") + "\(number)-" + plain(parts.joined(separator: "-"))
    }

    private static func plain(_ name: String) -> String {
        String(
            name.map { character in
                character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
                    ? character : "-"
            })
    }
}

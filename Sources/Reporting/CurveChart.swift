import Results

/// A chart of curves over numbers: distributions, timelines, one metric against another.
struct CurveChart {
    struct Point: Equatable {
        var x: Double
        /// In the unit's base.
        var y: Double
    }

    struct Panel {
        /// Empty for a single panel.
        var heading: String
        /// One for each series; empty where it has nothing here.
        var curves: [[Point]]
        /// A place on the x axis that is pointed out, and how it is called.
        var mark: (x: Double, label: String)?
    }

    var title: String
    var subtitle: String
    var xTitle: String
    var yTitle: String
    var unit: MetricUnit
    var isLogarithmic: Bool
    var series: (title: String, names: [String])
    var panels: [Panel]
    var xRange: ClosedRange<Double>
    var xMarks: [ValueAxis.Mark]
    /// Whether each point is a measurement of its own, and marked.
    var showsPoints: Bool

    private var points: [Point] { panels.flatMap { $0.curves.flatMap(\.self) } }

    /// The gnuplot script of the chart.
    func script(name: String) -> String {
        let values = points.map(\.y)
        let extent = (low: values.min() ?? 0, high: values.max() ?? 1)
        let scale = unit.scale(for: extent.high)
        let showsUnit = !scale.symbol.isEmpty && !isLogarithmic
        let frame = ChartFrame(
            title: title, subtitle: subtitle, yTitle: showsUnit ? "\(yTitle) (\(scale.symbol))" : yTitle,
            xTitle: xTitle, series: series, headings: panels.map(\.heading),
            mark: showsPoints ? .lineWithPoints : .line,
            y: ValueAxis(extent, isLogarithmic: isLogarithmic, scale: scale, unit: unit), isLogarithmic: isLogarithmic,
            xRange: xRange, xMarks: xMarks)
        var data = ["# $p<panel>s<series>: the curve's points."]
        for (panel, content) in panels.enumerated() {
            for (series, curve) in content.curves.enumerated() where !curve.isEmpty {
                data.append("$p\(panel)s\(series) << END")
                data += curve.map { "\(CommaSeparated.number($0.x)) \(CommaSeparated.number($0.y / scale.divisor))" }
                data.append("END")
            }
        }
        return frame.script(name: name, data: data, notes: notes) { panel in
            panels[panel].curves.enumerated().filter { !$0.element.isEmpty }.map { series, curve in
                let marks =
                    showsPoints || curve.count == 1
                    ? "with linespoints pointtype \(Palette.shape(series)) pointsize 0.8" : "with lines"
                return "$p\(panel)s\(series) using 1:2 \(marks) linecolor rgb '\(Palette.color(series))' linewidth 2 "
                    + "dashtype \(Palette.dash(series)) notitle"
            }
        }
    }

    /// The commands that draw a panel's mark: a line from the bottom to the top, and its name beside it.
    private func notes(_ panel: Int) -> [String] {
        guard let mark = panels[panel].mark else { return [] }
        let x = CommaSeparated.number(mark.x)
        let isRight = mark.x > (xRange.lowerBound + xRange.upperBound) / 2
        return [
            "set arrow from first \(x), graph 0 to first \(x), graph 1 nohead linecolor rgb '\(Palette.quiet)' "
                + "linewidth 1 dashtype 3",
            "set label \(ChartCanvas.quoted(mark.label)) at first \(x), graph 0.95 \(isRight ? "right" : "left") "
                + "offset character \(isRight ? -1 : 1),0 textcolor rgb '\(Palette.quiet)'",
        ]
    }
}

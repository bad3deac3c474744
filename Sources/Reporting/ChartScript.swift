import Results

/// Writes a chart as a gnuplot script that holds its data and draws `<name>.svg` and `<name>.png` in the folder it is run
/// in. Numbers in it are in the unit that the chart shows.
struct ChartScript {
    private let chart: Chart
    private let name: String
    private let scale: MetricUnit.Scale
    private let axis: ValueAxis
    private let layout: ChartLayout
    private let places: SeriesPlaces

    /// - Parameter name: the files' name without extension.
    init(_ chart: Chart, name: String) {
        let extent = chart.extent ?? (0, 1)
        self.chart = chart
        self.name = name
        scale = chart.metric.unit.scale(for: extent.high)
        axis = ValueAxis(extent, isLogarithmic: chart.isLogarithmic, scale: scale, unit: chart.metric.unit)
        layout = ChartLayout(chart, longestMark: axis.marks.map(\.label.count).max() ?? 0)
        places = SeriesPlaces(chart)
    }

    /// The script's text.
    var text: String {
        var lines = [
            "# Draws \(name).svg and \(name).png in the folder it is run in: gnuplot \(name).gp",
            "# $p<panel>s<series>: place, median, low, high, top of the marks, label. $p<panel>s<series>legs: place, value.",
        ]
        for (panel, content) in chart.panels.enumerated() {
            for (series, points) in content.series.enumerated() where !points.isEmpty {
                lines += dataBlocks(points, panel: panel, series: series)
            }
        }
        let width = Int(ChartLayout.width)
        let height = Int(layout.height)
        lines += [
            "do for [format in 'svg png'] {",
            "  if (format eq 'svg') {",
            "    set terminal svg size \(width),\(height) dynamic noenhanced font 'sans-serif,12' "
                + "background '#ffffff'",
            "  } else {",
            // Twice the size in pixels, for sharp text on dense screens.
            "    set terminal pngcairo size \(2 * width),\(2 * height) noenhanced font 'DejaVu Sans,9' "
                + "fontscale 2 linewidth 2 pointscale 2 background '#ffffff'",
            "  }",
            "  set output \(Self.quoted(name + ".")).format",
        ]
        lines += frameCommands.map { "  \($0)" }
        for panel in chart.panels.indices { lines += panelCommands(panel).map { "  \($0)" } }
        lines += ["  unset multiplot", "  unset output", "  reset", "}"]
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Titles, legend, axes

    /// What all panels share.
    private var frameCommands: [String] {
        let last = chart.x.positions.last ?? 0
        let margin = chart.style == .lines && last > 0 ? 0.25 : 0.55
        var commands = [
            "set multiplot",
            "set border 1 linecolor rgb '\(Palette.quiet)'",
            "set grid noxtics ytics linetype 1 linecolor rgb '\(Palette.grid)' linewidth 1",
            "set errorbars 0.7",
            // Otherwise gnuplot blanks the surroundings of each point, error bars included; 0 stands for its default.
            "set pointintervalbox 0.001",
            "unset key",
            "set xrange [\(number(-margin)):\(number(last + margin))]",
            "set yrange [\(number(axis.low)):\(number(axis.high))]",
        ]
        if chart.isLogarithmic { commands.append("set logscale y") }
        let right = layout.frames.map(\.right).max() ?? ChartLayout.width
        let middle = (layout.frames[0].left + right) / 2
        commands += [
            label(ChartLayout.fitted(chart.title, size: 1.4), x: 20, y: 26, size: 1.4, color: Palette.ink),
            label(chart.subtitle, x: 20, y: 48, color: Palette.quiet),
            label(axisTitle, x: 20, y: layout.axisTitleTop, color: Palette.quiet),
            label(chart.xTitle, x: middle, y: layout.height - 16, color: Palette.quiet, align: "center"),
        ]
        return commands + legendCommands
    }

    private var legendCommands: [String] {
        guard !layout.legend.isEmpty else { return [] }
        var commands = [
            label(chart.seriesTitle, x: layout.legendTitle.x, y: layout.legendTitle.y, color: Palette.quiet)
        ]
        for (series, spot) in layout.legend.enumerated() {
            let color = "rgb '\(Palette.color(series))'"
            commands.append(label(chart.seriesNames[series], x: spot.x + 30, y: spot.y, color: Palette.ink))
            switch chart.style {
            case .bars:
                commands.append(
                    "set object rectangle from \(screen(x: spot.x + 6, y: spot.y + 5)) "
                        + "to \(screen(x: spot.x + 24, y: spot.y - 5)) fillcolor \(color) fillstyle solid 0.8 noborder")
            case .lines:
                commands.append(
                    "set arrow from \(screen(x: spot.x, y: spot.y)) to \(screen(x: spot.x + 24, y: spot.y)) nohead "
                        + "linecolor \(color) linewidth 2 dashtype \(Palette.dash(series))")
                fallthrough
            case .dots:
                commands.append(
                    "set label '' at \(screen(x: spot.x + 12, y: spot.y)) point pointtype \(Palette.shape(series)) "
                        + "pointsize 1 linecolor \(color)")
            }
        }
        return commands
    }

    private func panelCommands(_ panel: Int) -> [String] {
        let frame = layout.frames[panel]
        let isFirstColumn = panel % layout.columns == 0
        let xMarks = zip(chart.x.labels, chart.x.positions).map {
            "\(Self.quoted(ChartLayout.shortened($0))) \(number($1))"
        }
        // Panels of a row share the labels of the first.
        let yMarks = axis.marks.map { "\(Self.quoted(isFirstColumn ? $0.label : "")) \(number($0.place))" }
        let turn = layout.turnsLabels ? "rotate by 30 right " : ""
        let ink = "textcolor rgb '\(Palette.quiet)'"
        var commands = [
            "set lmargin at screen \(number(frame.left / ChartLayout.width))",
            "set rmargin at screen \(number(frame.right / ChartLayout.width))",
            "set tmargin at screen \(number(1 - frame.top / layout.height))",
            "set bmargin at screen \(number(1 - frame.bottom / layout.height))",
            "set xtics nomirror scale 0 \(turn)(\(xMarks.joined(separator: ", "))) \(ink)",
            "set ytics nomirror scale 0 (\(yMarks.joined(separator: ", "))) \(ink)",
        ]
        if panel > 0 { commands += ["unset label", "unset object", "unset arrow"] }
        let content = chart.panels[panel]
        if !content.heading.isEmpty {
            commands.append(label(content.heading, x: frame.left, y: frame.top - 14, color: Palette.ink))
        }
        if chart.style != .lines {
            for (series, points) in content.series.enumerated() {
                for index in chart.x.labels.indices where !points.contains(where: { $0.x == index }) {
                    let place = number(places.center(of: index, series: series))
                    commands.append(
                        "set label 'n/a' at first \(place), graph 0.03 center font ',10' "
                            + "textcolor rgb '\(Palette.quiet)'")
                }
            }
        }
        commands.append("plot " + plots(panel).joined(separator: ", \\\n    "))
        return commands
    }

    private var axisTitle: String {
        // A logarithmic axis has the unit at each mark.
        scale.symbol.isEmpty || chart.isLogarithmic ? chart.metric.title : "\(chart.metric.title) (\(scale.symbol))"
    }

    private func label(
        _ text: String, x: Double, y: Double, size: Double = 1, color: String, align: String = "left"
    ) -> String {
        let font = size == 1 ? "" : " font ',\(number(ChartLayout.fontSize * size))'"
        return "set label \(Self.quoted(text)) at \(screen(x: x, y: y)) \(align)\(font) textcolor rgb '\(color)'"
    }

    private func screen(x: Double, y: Double) -> String {
        "screen \(number(x / ChartLayout.width)),\(number(1 - y / layout.height))"
    }

    // MARK: Data

    private func dataBlocks(_ points: [Chart.Point], panel: Int, series: Int) -> [String] {
        var medians = ["$p\(panel)s\(series) << END"]
        var legs = ["$p\(panel)s\(series)legs << END"]
        var previous: Int?
        for point in points {
            let center = places.center(of: point.x, series: series)
            // A gap in the data is a gap in the line.
            if let previous, point.x > previous + 1 { medians.append("") }
            previous = point.x
            let estimate = point.estimate
            let top = (point.legs + [estimate.median, estimate.high ?? estimate.median]).max() ?? estimate.median
            let shown = estimate.median / scale.divisor
            medians.append(
                [shown, estimate.low.map(scaled), estimate.high.map(scaled), scaled(top)]
                    .reduce(into: number(center)) { $0 += " " + ($1.map(number) ?? "NaN") }
                    + " \(SignificantDigits.format(shown))")
            for (index, value) in point.legs.enumerated() {
                let place = places.place(ofLeg: index, of: point.legs.count, x: point.x, series: series)
                legs.append("\(number(place)) \(number(scaled(value)))")
            }
        }
        return medians + ["END"] + legs + ["END"]
    }

    private func plots(_ panel: Int) -> [String] {
        var shapes: [String] = []
        var marks: [String] = []
        for (series, points) in chart.panels[panel].series.enumerated() {
            let color = "linecolor rgb '\(Palette.color(series))'"
            let line = "linewidth 2 dashtype \(Palette.dash(series))"
            let point = "pointtype \(Palette.shape(series))"
            guard !points.isEmpty else { continue }
            let data = "$p\(panel)s\(series)"
            switch chart.style {
            case .lines: shapes.append("\(data) using 1:2 with lines \(color) \(line) notitle")
            case .dots: break
            case .bars:
                let width = number(places.boxWidth)
                shapes.append("\(data) using 1:2:(\(width)) with boxes \(color) fillstyle solid 0.8 noborder notitle")
            }
            let isBars = chart.style == .bars
            if points.contains(where: { $0.legs.count > 1 }) {
                let faint = isBars ? Palette.faintInk : Palette.faintColor(series)
                marks.append(
                    "\(data)legs using 1:2 with points \(point) pointsize 0.45 linecolor rgb '\(faint)' notitle")
            }
            if points.contains(where: { $0.estimate.low != nil }) {
                let mark = isBars ? "linecolor rgb '\(Palette.ink)'" : color
                marks.append("\(data) using 1:2:3:4 with yerrorbars \(mark) linewidth 1.5 pointtype 0 notitle")
            }
            if !isBars { marks.append("\(data) using 1:2 with points \(color) \(point) pointsize 1.1 notitle") }
            if showsNumbers {
                marks.append(
                    "\(data) using 1:5:6 with labels offset 0,0.7 font ',10' textcolor rgb '\(Palette.ink)' notitle")
            }
        }
        let drawn = shapes + marks
        // Without any point gnuplot still draws the axes, by a line outside them.
        return drawn.isEmpty ? ["NaN notitle"] : drawn
    }

    /// Numbers above bars, where they have room.
    private var showsNumbers: Bool {
        let frame = layout.frames[0]
        let slots = Double(chart.x.labels.count * chart.seriesNames.count)
        return chart.style == .bars && (frame.right - frame.left) / slots > 44
    }

    private func scaled(_ value: Double) -> Double { value / scale.divisor }

    private func number(_ value: Double) -> String { CommaSeparated.number(value) }

    /// A text as gnuplot takes it literally: in single quotes, within which it substitutes nothing, with quotes doubled;
    /// line breaks and other control characters, which would end the command, become spaces.
    static func quoted(_ text: String) -> String {
        let plain = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return "'" + String(String.UnicodeScalarView(plain)).doubling("'") + "'"
    }
}

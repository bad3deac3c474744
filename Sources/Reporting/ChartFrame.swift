import Results

/// What surrounds the data of a chart: titles, legend, axes, panels. It writes the gnuplot script that draws
/// `<name>.svg` and `<name>.png` in the folder it is run in.
struct ChartFrame {
    /// What the legend shows beside a name.
    enum Mark {
        case box
        case point
        case line
        case lineWithPoints

        init(_ style: Chart.Style) {
            self =
                switch style {
                case .bars: .box
                case .dots: .point
                case .lines: .lineWithPoints
                }
        }
    }

    let title: String
    /// What the chart's marks are.
    let subtitle: String
    let yTitle: String
    let xTitle: String
    /// The names of the series, and what they are values of; a legend takes two.
    let series: (title: String, names: [String])
    /// For each panel; empty for a single one.
    let headings: [String]
    let mark: Mark
    let y: ValueAxis
    let isLogarithmic: Bool
    let xRange: ClosedRange<Double>
    let xMarks: [ValueAxis.Mark]
    /// What dotted lines stand for; nil where there are none.
    let limits: String?
    let layout: ChartLayout
    private let canvas: ChartCanvas

    init(
        title: String, subtitle: String, yTitle: String, xTitle: String, series: (title: String, names: [String]),
        headings: [String], mark: Mark, y: ValueAxis, isLogarithmic: Bool, xRange: ClosedRange<Double>,
        xMarks: [ValueAxis.Mark], limits: String? = nil
    ) {
        self.title = title
        self.subtitle = subtitle
        self.yTitle = yTitle
        self.xTitle = xTitle
        self.series = series
        self.headings = headings
        self.mark = mark
        self.y = y
        self.isLogarithmic = isLogarithmic
        self.xRange = xRange
        self.xMarks = xMarks
        self.limits = limits
        layout = ChartLayout(
            series: series, panels: headings.count, labels: xMarks.map(\.label),
            longestMark: y.marks.map(\.label.count).max() ?? 0)
        canvas = ChartCanvas(height: layout.height)
    }

    /// - Parameters:
    ///   - name: the files' name without extension.
    ///   - data: gnuplot's data blocks.
    ///   - notes: further commands of a panel, such as labels within it.
    ///   - plots: what a panel plots.
    func script(name: String, data: [String], notes: (Int) -> [String] = { _ in [] }, plots: (Int) -> [String])
        -> String
    {
        let panels = headings.indices.flatMap { panel in
            panelCommands(panel) + notes(panel) + [ChartCanvas.plot(plots(panel))]
        }
        return canvas.script(name: name, data: data, commands: frameCommands + panels + ["unset multiplot"])
    }

    /// What all panels share.
    private var frameCommands: [String] {
        var commands = [
            "set multiplot",
            "set border 1 linecolor rgb '\(Palette.quiet)'",
            "set grid noxtics ytics linetype 1 linecolor rgb '\(Palette.grid)' linewidth 1",
            "set errorbars 0.7",
            // Otherwise gnuplot blanks the surroundings of each point, error bars included; 0 stands for its default.
            "set pointintervalbox 0.001",
            "unset key",
            "set xrange [\(number(xRange.lowerBound)):\(number(xRange.upperBound))]",
            "set yrange [\(number(y.low)):\(number(y.high))]",
        ]
        if isLogarithmic { commands.append("set logscale y") }
        let right = layout.frames.map(\.right).max() ?? ChartLayout.width
        let middle = (layout.frames[0].left + right) / 2
        commands += canvas.heading(title, subtitle)
        commands += [
            canvas.label(yTitle, x: 20, y: layout.axisTitleTop, color: Palette.quiet),
            canvas.label(xTitle, x: middle, y: layout.height - 16, color: Palette.quiet, align: "center"),
        ]
        return commands + legendCommands + limitCommands
    }

    /// At the right end of the line that names the vertical axis.
    private var limitCommands: [String] {
        guard let limits else { return [] }
        let right = ChartLayout.width - 20
        let y = layout.axisTitleTop
        return [
            canvas.label(ChartLayout.fitted(limits), x: right - 32, y: y, color: Palette.quiet, align: "right"),
            "set arrow from \(canvas.screen(x: right - 26, y: y)) to \(canvas.screen(x: right, y: y)) nohead "
                + "linecolor rgb '\(Palette.quiet)' linewidth 1.5 dashtype 3",
        ]
    }

    private var legendCommands: [String] {
        guard !layout.legend.isEmpty else { return [] }
        var commands = [
            canvas.label(series.title, x: layout.legendTitle.x, y: layout.legendTitle.y, color: Palette.quiet)
        ]
        for (index, spot) in layout.legend.enumerated() {
            let color = "rgb '\(Palette.color(index))'"
            commands.append(canvas.label(series.names[index], x: spot.x + 30, y: spot.y, color: Palette.ink))
            switch mark {
            case .box:
                commands.append(
                    "set object rectangle from \(canvas.screen(x: spot.x + 6, y: spot.y + 5)) "
                        + "to \(canvas.screen(x: spot.x + 24, y: spot.y - 5)) fillcolor \(color) "
                        + "fillstyle solid 0.8 noborder")
            case .line, .lineWithPoints:
                commands.append(
                    "set arrow from \(canvas.screen(x: spot.x, y: spot.y)) "
                        + "to \(canvas.screen(x: spot.x + 24, y: spot.y)) nohead linecolor \(color) linewidth 2 "
                        + "dashtype \(Palette.dash(index))")
                if case .lineWithPoints = mark { fallthrough }
            case .point:
                commands.append(
                    "set label '' at \(canvas.screen(x: spot.x + 12, y: spot.y)) point "
                        + "pointtype \(Palette.shape(index)) pointsize 1 linecolor \(color)")
            }
        }
        return commands
    }

    private func panelCommands(_ panel: Int) -> [String] {
        let frame = layout.frames[panel]
        let isFirstColumn = panel % layout.columns == 0
        let xTics = xMarks.map { "\(ChartCanvas.mark(ChartLayout.shortened($0.label))) \(number($0.place))" }
        // Panels of a row share the labels of the first.
        let yTics = y.marks.map { "\(ChartCanvas.mark(isFirstColumn ? $0.label : "")) \(number($0.place))" }
        let turn = layout.turnsLabels ? "rotate by 30 right " : ""
        let ink = "textcolor rgb '\(Palette.quiet)'"
        var commands = canvas.margins(frame)
        commands += [
            "set xtics nomirror scale 0 \(turn)(\(xTics.joined(separator: ", "))) \(ink)",
            "set ytics nomirror scale 0 (\(yTics.joined(separator: ", "))) \(ink)",
        ]
        if panel > 0 { commands += ["unset label", "unset object", "unset arrow"] }
        if !headings[panel].isEmpty {
            commands.append(canvas.label(headings[panel], x: frame.left, y: frame.top - 14, color: Palette.ink))
        }
        return commands
    }

    private func number(_ value: Double) -> String { CommaSeparated.number(value) }
}

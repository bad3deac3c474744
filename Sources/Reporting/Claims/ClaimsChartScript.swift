import Results

/// Writes a ``ClaimsChart`` as a gnuplot script that holds its data. Down the plot gnuplot counts in pixels.
struct ClaimsChartScript {
    /// Where a row stands, in pixels from the plot's top.
    private struct Place {
        let row: ClaimsChart.Row
        let statement: [String]
        let remark: [String]
        let top: Double
        let bottom: Double

        /// The middle of the row's line; those of several pairs stand below the statement.
        func middle(ofLine index: Int) -> Double {
            guard row.lines.count > 1 else { return (top + bottom) / 2 }
            return top + ClaimsChartScript.padding
                + ClaimsChartScript.lineHeight * (Double(statement.count + index) + 0.5)
        }

        func middle(ofStatement index: Int) -> Double {
            top + ClaimsChartScript.padding + ClaimsChartScript.lineHeight * (Double(index) + 0.5)
        }

        func middle(ofRemark index: Int) -> Double {
            (top + bottom) / 2 + ClaimsChartScript.lineHeight * (Double(index) - Double(remark.count - 1) / 2)
        }
    }

    private static let lineHeight = 16.0
    private static let padding = 7.0
    private static let margin = 20.0
    /// Between the plot and the texts beside it.
    private static let gap = 16.0
    private static let mostLines = 3

    private let chart: ClaimsChart
    private let name: String
    private let places: [Place]
    private let frame: ChartLayout.Frame
    private let canvas: ChartCanvas
    private let axis: RatioAxis

    /// - Parameter name: the files' name without extension.
    init(_ chart: ClaimsChart, name: String) {
        self.chart = chart
        self.name = name
        let (left, right, top) = (392.0, 736.0, 102.0)
        var bottom = 0.0
        places = chart.rows.map { row in
            let statement = ChartLayout.wrapped(
                row.statement, in: left - Self.margin - Self.gap / 2, lines: Self.mostLines)
            let remark = ChartLayout.wrapped(row.remark ?? "", in: right - left - 2 * Self.gap, lines: Self.mostLines)
            let count = max(statement.count + (row.lines.count > 1 ? row.lines.count : 0), remark.count)
            defer { bottom += Double(count) * Self.lineHeight + 2 * Self.padding }
            return Place(
                row: row, statement: statement, remark: remark, top: bottom,
                bottom: bottom + Double(count) * Self.lineHeight + 2 * Self.padding)
        }
        frame = ChartLayout.Frame(left: left, right: right, top: top, bottom: top + bottom)
        canvas = ChartCanvas(height: top + bottom + 56)
        axis = RatioAxis(chart.values, width: right - left)
    }

    /// The script's text.
    var text: String {
        var data = ["# $<verdict>: ratio, place. $<verdict>intervals: ratio, place, low, high."]
        var shapes: [String] = []
        var points: [String] = []
        for verdict in ClaimVerdict.allCases {
            let found = places.filter { $0.row.verdict == verdict }.flatMap { place in
                place.row.lines.enumerated().compactMap { index, line in
                    line.ratio.map { (ratio: $0, y: place.middle(ofLine: index)) }
                }
            }
            guard !found.isEmpty else { continue }
            let mark = Palette.mark(verdict)
            let block = "$\(verdict.rawValue)"
            let intervals = found.compactMap { item -> String? in
                guard let low = item.ratio.low, let high = item.ratio.high else { return nil }
                return "\(number(item.ratio.median)) \(number(item.y)) \(number(low)) \(number(high))"
            }
            if !intervals.isEmpty {
                data += ["\(block)intervals << END"] + intervals + ["END"]
                shapes.append(
                    "\(block)intervals using 1:2:3:4 with xerrorbars linecolor rgb '\(mark.color)' linewidth 2 "
                        + "pointtype 0 notitle")
            }
            data += ["\(block) << END"] + found.map { "\(number($0.ratio.median)) \(number($0.y))" } + ["END"]
            points.append(
                "\(block) using 1:2 with points linecolor rgb '\(mark.color)' pointtype \(mark.shape) "
                    + "pointsize 1 notitle")
        }
        let commands = canvas.heading(chart.title, chart.subtitle) + legend + axes + places.flatMap(commands)
        return canvas.script(name: name, data: data, commands: commands + [ChartCanvas.plot(shapes + points)])
    }

    /// The verdicts' marks, and what is shaded.
    private var legend: [String] {
        let y = 76.0
        var x = Self.margin
        var commands: [String] = []
        for verdict in ClaimVerdict.allCases {
            commands.append(point(verdict, at: canvas.screen(x: x + 6, y: y)))
            commands.append(canvas.label(verdict.rawValue, x: x + 18, y: y, color: Palette.ink))
            x += 18 + ChartLayout.textWidth(verdict.rawValue.count) + 18
        }
        let (top, bottom) = (y - 7, y + 7)
        return commands + [
            shade(canvas.screen(x: x, y: bottom), canvas.screen(x: x + 24, y: top)),
            bound(canvas.screen(x: x, y: bottom), canvas.screen(x: x, y: top)),
            canvas.label("what the claim expects", x: x + 32, y: y, color: Palette.ink),
        ]
    }

    private var axes: [String] {
        let ink = "textcolor rgb '\(Palette.quiet)'"
        let marks = axis.marks.map { "\(ChartCanvas.mark($0.label)) \(number($0.place))" }.joined(separator: ", ")
        return canvas.margins(frame) + [
            "unset key", "set border 0", "set errorbars 0.7",
            // Otherwise gnuplot blanks the surroundings of each point, its interval included.
            "set pointintervalbox 0.001",
            "set logscale x", "set xrange [\(number(axis.low)):\(number(axis.high))]",
            "set yrange [\(number(frame.bottom - frame.top)):0]",
            "set grid xtics noytics linetype 1 linecolor rgb '\(Palette.grid)' linewidth 1",
            "set xtics nomirror scale 0 (\(marks)) \(ink)", "unset ytics",
            "set arrow from first 1,graph 0 to first 1,graph 1 nohead back linecolor rgb '\(Palette.quiet)' "
                + "linewidth 1",
            canvas.label(
                chart.xTitle, x: (frame.left + frame.right) / 2, y: canvas.height - 16, color: Palette.quiet,
                align: "center"),
        ]
    }

    private func commands(_ place: Place) -> [String] {
        let top = frame.top + place.top
        var commands = [
            "set arrow from \(canvas.screen(x: Self.margin, y: top)) "
                + "to \(canvas.screen(x: ChartLayout.width - Self.margin, y: top)) nohead front "
                + "linecolor rgb '\(Palette.grid)' linewidth 1"
        ]
        commands += place.statement.enumerated().map { index, text in
            canvas.label(text, x: Self.margin, y: frame.top + place.middle(ofStatement: index), color: Palette.ink)
        }
        for (index, line) in place.row.lines.enumerated() {
            let y = frame.top + place.middle(ofLine: index)
            if let text = line.place {
                let room = frame.left - Self.margin - 2 * Self.gap
                commands.append(
                    canvas.label(
                        ChartLayout.fitted(text, in: room), x: Self.margin + Self.gap, y: y, color: Palette.quiet))
            }
            let x = frame.right + Self.gap
            let room = ChartLayout.width - Self.margin - x
            commands.append(canvas.label(ChartLayout.fitted(line.figure, in: room), x: x, y: y, color: Palette.ink))
        }
        return commands + (place.row.remark == nil ? expectation(place) : remark(place))
    }

    /// The shaded side of the bounds, and a line at each.
    private func expectation(_ place: Place) -> [String] {
        let row = place.row
        let (top, bottom) = (number(place.top + 3), number(place.bottom - 3))
        let left = row.low.map { "first \(number($0))" } ?? "graph 0"
        let right = row.high.map { "first \(number($0))" } ?? "graph 1"
        return [shade("\(left),first \(bottom)", "\(right),first \(top)")]
            + [row.low, row.high].compactMap { $0 }.map { value in
                bound("first \(number(value)),first \(bottom)", "first \(number(value)),first \(top)")
            }
    }

    /// The verdict and the words in place of a ratio, with no axis behind them.
    private func remark(_ place: Place) -> [String] {
        let (top, bottom) = (frame.top + place.top, frame.top + place.bottom)
        return [
            "set object rectangle from \(canvas.screen(x: frame.left, y: bottom)) "
                + "to \(canvas.screen(x: frame.right, y: top)) front fillcolor rgb '\(Palette.paper)' "
                + "fillstyle solid 1 noborder",
            point(
                place.row.verdict,
                at: canvas.screen(x: frame.left + Self.gap / 2, y: frame.top + place.middle(ofRemark: 0))) + " front",
        ]
            + place.remark.enumerated().map { index, text in
                canvas.label(
                    text, x: frame.left + 1.5 * Self.gap, y: frame.top + place.middle(ofRemark: index),
                    color: Palette.quiet) + " front"
            }
    }

    // MARK: Marks

    private func point(_ verdict: ClaimVerdict, at spot: String) -> String {
        let mark = Palette.mark(verdict)
        return "set label '' at \(spot) point pointtype \(mark.shape) pointsize 1 linecolor rgb '\(mark.color)'"
    }

    private func shade(_ from: String, _ to: String) -> String {
        "set object rectangle from \(from) to \(to) behind fillcolor rgb '\(Palette.grid)' "
            + "fillstyle transparent solid 0.6 noborder"
    }

    private func bound(_ from: String, _ to: String) -> String {
        "set arrow from \(from) to \(to) nohead linecolor rgb '\(Palette.quiet)' linewidth 1.5"
    }

    private func number(_ value: Double) -> String { CommaSeparated.number(value) }
}

import Results

/// Writes a chart as a gnuplot script that holds its data. Numbers in it are in the unit that the chart shows.
struct ChartScript {
    private let chart: Chart
    private let name: String
    private let scale: MetricUnit.Scale
    private let frame: ChartFrame
    private let places: SeriesPlaces
    private let limits: LimitLines

    /// - Parameter name: the files' name without extension.
    init(_ chart: Chart, name: String) {
        let extent = chart.extent ?? (0, 1)
        self.chart = chart
        self.name = name
        scale = chart.metric.unit.scale(for: extent.high)
        places = SeriesPlaces(chart)
        let last = chart.x.positions.last ?? 0
        let margin = chart.style == .lines && last > 0 ? 0.25 : 0.55
        // A logarithmic axis has the unit at each mark.
        let showsUnit = !scale.symbol.isEmpty && !chart.isLogarithmic
        let y = ValueAxis(extent, isLogarithmic: chart.isLogarithmic, scale: scale, unit: chart.metric.unit)
        limits = LimitLines(chart, places, scale, top: y.high)
        frame = ChartFrame(
            title: chart.title, subtitle: chart.subtitle,
            yTitle: showsUnit ? "\(chart.metric.title) (\(scale.symbol))" : chart.metric.title, xTitle: chart.xTitle,
            series: (chart.seriesTitle, chart.seriesNames), headings: chart.panels.map(\.heading),
            mark: .init(chart.style),
            y: y, isLogarithmic: chart.isLogarithmic, xRange: -margin...(last + margin),
            xMarks: zip(chart.x.labels, chart.x.positions).map { .init(place: $1, label: $0) }, limits: limits.legend)
    }

    /// The script's text.
    var text: String {
        var data = [
            "# $p<panel>s<series>: place, median, low, high, top of the marks, label.",
            "# $p<panel>s<series>legs: place, value.",
            "# $p<panel>s<series>ideal: place, ideal, median, share of the ideal.",
            "# $p<panel>limit<number>: place, limit.",
        ]
        for (panel, content) in chart.panels.enumerated() {
            for (series, points) in content.series.enumerated() where !points.isEmpty {
                data += dataBlocks(points, panel: panel, series: series)
            }
            data += limits.data(panel)
        }
        return frame.script(name: name, data: data, notes: notes, plots: plots)
    }

    /// What stands in the place of marks that are missing.
    private func notes(_ panel: Int) -> [String] {
        guard chart.style != .lines else { return [] }
        return chart.panels[panel].series.enumerated().flatMap { series, points in
            chart.x.labels.indices.filter { index in !points.contains { $0.x == index } }.map { index in
                "set label 'n/a' at first \(number(places.center(of: index, series: series))), graph 0.03 center "
                    + "font ',10' textcolor rgb '\(Palette.quiet)'"
            }
        }
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
        return medians + ["END"] + legs + ["END"] + idealBlock(points, panel: panel, series: series)
    }

    private func idealBlock(_ points: [Chart.Point], panel: Int, series: Int) -> [String] {
        let lines = points.compactMap { point in
            point.ideal.map { ideal in
                let share = Int((point.estimate.median / ideal * 100).rounded())
                return "\(number(places.center(of: point.x, series: series))) \(number(scaled(ideal))) "
                    + "\(number(scaled(point.estimate.median))) \"\(share) %\""
            }
        }
        return lines.isEmpty ? [] : ["$p\(panel)s\(series)ideal << END"] + lines + ["END"]
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
            if points.contains(where: { $0.ideal != nil }) {
                let grey = "rgb '\(Palette.quiet)'"
                shapes.append("\(data)ideal using 1:2 with lines linecolor \(grey) linewidth 1 dashtype 2 notitle")
                // The first point is where the line begins.
                marks.append(
                    "\(data)ideal every ::1 using 1:3:4 with labels offset 0,-1 font ',10' textcolor \(grey) notitle")
            }
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
        return shapes + limits.plots(panel) + marks
    }

    /// Numbers above bars, where they have room.
    private var showsNumbers: Bool {
        let frame = frame.layout.frames[0]
        let slots = Double(chart.x.labels.count * chart.seriesNames.count)
        return chart.style == .bars && (frame.right - frame.left) / slots > 44
    }

    private func scaled(_ value: Double) -> Double { value / scale.divisor }

    private func number(_ value: Double) -> String { CommaSeparated.number(value) }
}

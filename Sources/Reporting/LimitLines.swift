import Results

/// What the machine can do at most, drawn over a panel's marks: a dotted line for each kind of limit with its name at its
/// end, or the name alone where the line lies above the chart.
struct LimitLines {
    private struct Line {
        var title: String
        /// Pieces from x to x at one height, in base units; a line through points has one piece.
        var pieces: [[(x: Double, y: Double)]]

        var highest: Double { pieces.joined().map(\.y).max() ?? 0 }
        var lowest: Double { pieces.joined().map(\.y).min() ?? 0 }
    }

    private let lines: [Line]
    private let metric: Metric
    private let scale: MetricUnit.Scale
    private let panel: Int
    private let y: ValueAxis

    init(_ chart: Chart, panel: Int, _ places: SeriesPlaces, _ scale: MetricUnit.Scale, _ y: ValueAxis) {
        self.metric = chart.metric
        self.scale = scale
        self.panel = panel
        self.y = y
        let series = chart.panels[panel].series
        var titles: [String] = []
        for title in series.joined().compactMap({ $0.limit?.title }) where !titles.contains(title) {
            titles.append(title)
        }
        lines = titles.map { title in
            var pieces: [[(x: Double, y: Double)]] = []
            var through: [Int: Double] = [:]
            for (index, points) in series.enumerated() {
                for point in points {
                    guard let limit = point.limit, limit.title == title else { continue }
                    if chart.style == .lines {
                        through[point.x] = max(through[point.x] ?? 0, limit.value)
                    } else {
                        let center = places.center(of: point.x, series: index)
                        let half = places.boxWidth / 2
                        pieces.append([(center - half, limit.value), (center + half, limit.value)])
                    }
                }
            }
            if chart.style == .lines {
                pieces = [through.sorted { $0.key < $1.key }.map { (chart.x.positions[$0.key], $0.value) }]
            }
            return Line(title: title, pieces: pieces)
        }
    }

    private func isShown(_ line: Line) -> Bool { line.lowest / scale.divisor <= y.high }

    /// gnuplot's data blocks.
    var data: [String] {
        lines.indices.filter { isShown(lines[$0]) }.flatMap { index in
            // An empty line parts the pieces.
            let pieces = lines[index].pieces.map { piece in
                piece.map { "\(number($0.x)) \(number($0.y / scale.divisor))" }.joined(separator: "\n")
            }
            return ["$p\(panel)limit\(index) << END", pieces.joined(separator: "\n\n"), "END"]
        }
    }

    var plots: [String] {
        lines.indices.filter { isShown(lines[$0]) }.map { index in
            let isPoint = lines[index].pieces.allSatisfy { $0.count < 2 }
            return "$p\(panel)limit\(index) using 1:2 with \(isPoint ? "points pointtype 2" : "lines") "
                + "linecolor rgb '\(Palette.quiet)' linewidth 1.5 dashtype 3 notitle"
        }
    }

    /// The names: above the right end of a line, and in the corner of the panel for what lies beyond.
    var notes: [String] {
        let ink = "font ',10' textcolor rgb '\(Palette.quiet)'"
        var commands: [String] = []
        for line in lines where isShown(line) {
            guard let end = line.pieces.joined().max(by: { $0.x < $1.x }) else { continue }
            let text = ChartFrame.quoted("limit: \(line.title)")
            commands.append(
                "set label \(text) at first \(number(end.x)),\(number(end.y / scale.divisor)) right offset 0,0.6 \(ink)"
            )
        }
        let beyond = lines.filter { !isShown($0) }.map { "\($0.title) \(metric.format($0.highest))" }
        if !beyond.isEmpty {
            let text = ChartFrame.quoted("limit beyond the chart: \(beyond.joined(separator: ", "))")
            commands.append("set label \(text) at graph 0.99,0.97 right \(ink)")
        }
        return commands
    }

    private func number(_ value: Double) -> String { CommaSeparated.number(value) }
}

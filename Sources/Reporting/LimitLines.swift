import Results

/// What the machine can do at most, as dotted lines over a chart's marks; the chart's legend names them.
struct LimitLines {
    /// The lines of one kind of limit in one panel.
    private struct Line {
        var title: String
        /// Each from point to point, in base units.
        var pieces: [[(x: Double, y: Double)]]
    }

    /// For each panel.
    private let panels: [[Line]]
    private let metric: Metric
    private let scale: MetricUnit.Scale
    /// The top of the axis, in its unit.
    private let top: Double

    init(_ chart: Chart, _ places: SeriesPlaces, _ scale: MetricUnit.Scale, top: Double) {
        metric = chart.metric
        self.scale = scale
        self.top = top
        panels = chart.panels.map { panel in
            Self.titles(panel.series.joined().compactMap(\.limit)).map { title in
                Line(title: title, pieces: Self.pieces(of: title, panel.series, chart, places))
            }
        }
    }

    private static func titles(_ limits: [Chart.Limit]) -> [String] {
        var seen: Set<String> = []
        return limits.map(\.title).filter { seen.insert($0).inserted }
    }

    /// A line through the points of a chart of lines; a short one over each mark of others.
    private static func pieces(
        of title: String, _ series: [[Chart.Point]], _ chart: Chart, _ places: SeriesPlaces
    ) -> [[(x: Double, y: Double)]] {
        var pieces: [[(x: Double, y: Double)]] = []
        var through: [Int: Double] = [:]
        for (index, points) in series.enumerated() {
            for point in points {
                guard let limit = point.limit, limit.title == title else { continue }
                through[point.x] = max(through[point.x] ?? 0, limit.value)
                let center = places.center(of: point.x, series: index)
                let half = places.boxWidth / 2
                pieces.append([(center - half, limit.value), (center + half, limit.value)])
            }
        }
        guard chart.style == .lines, through.count > 1 else { return pieces }
        return [through.sorted { $0.key < $1.key }.map { (chart.x.positions[$0.key], $0.value) }]
    }

    private func isShown(_ line: Line) -> Bool {
        line.pieces.joined().contains { $0.y / scale.divisor <= top }
    }

    /// gnuplot's data blocks.
    func data(_ panel: Int) -> [String] {
        panels[panel].enumerated().filter { isShown($0.element) }.flatMap { index, line in
            // An empty line parts the pieces.
            let pieces = line.pieces.map { piece in
                piece.map { "\(CommaSeparated.number($0.x)) \(CommaSeparated.number($0.y / scale.divisor))" }
                    .joined(separator: "\n")
            }
            return ["$p\(panel)limit\(index) << END", pieces.joined(separator: "\n\n"), "END"]
        }
    }

    func plots(_ panel: Int) -> [String] {
        panels[panel].enumerated().filter { isShown($0.element) }.map { index, _ in
            "$p\(panel)limit\(index) using 1:2 with lines linecolor rgb '\(Palette.quiet)' "
                + "linewidth 1.5 dashtype 3 notitle"
        }
    }

    /// What the lines are, such as `limit: plain pwrite 3.5 GB/s`; a limit above the chart is named all the same. Nil
    /// without limits.
    var legend: String? {
        let names = Self.titles(panels.joined().map { Chart.Limit(title: $0.title, value: 0) }).map { title in
            let lines = panels.joined().filter { $0.title == title }
            let values = Set(lines.flatMap { $0.pieces.joined().map { metric.format($0.y) } })
            let value = values.count == 1 ? values.first.map { " \($0)" } ?? "" : ""
            return "\(title)\(value)\(lines.contains(where: isShown) ? "" : ", above the chart")"
        }
        return names.isEmpty ? nil : "limit: \(names.joined(separator: "; "))"
    }
}

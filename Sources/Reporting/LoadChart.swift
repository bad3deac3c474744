import Results

/// Latency against the load that was carried, where a run varies the rate that producers send at: the curve that stays
/// flat until the broker has more to do than it can.
enum LoadChart {
    static let axis = "workload.rate"

    private static let percentiles = [("p50", "median"), ("p99", "p99"), ("p999", "p99.9")]
    /// Whose knee is marked: the p99's, or else the median's. Stalls of the machine can make the p99 rise all along.
    private static let marked = [1, 0]

    /// nil where the run does not vary the rate over three values at least.
    static func chart(of run: Run) -> CurveChart? {
        guard Set(run.plan.cells.compactMap { $0.axes[axis] }).count > 2 else { return nil }
        let keys = run.plan.axes.map(\.key).filter { key in
            key != axis && Set(run.plan.cells.map { $0.axes[key] }).count > 1
        }
        var places: [[String]] = []
        for cell in run.plan.cells {
            let place = keys.map { cell.axes[$0] ?? "" }
            if !places.contains(place) { places.append(place) }
        }
        let shown = places.prefix(6)
        var knees: [String] = []
        let panels = shown.map { place -> CurveChart.Panel in
            let cells = run.cells.filter { cell in keys.map { cell.axes[$0] ?? "" } == place }
            let loads = percentiles.map { LoadPoint.curve(cells, metric: "produce_latency_\($0.0)_ns") }
            let curves = loads.map { $0.map { CurveChart.Point(x: $0.rate, y: $0.latency) } }
            let heading = place.map(ChartLayout.shortened).joined(separator: ", ")
            for index in marked {
                guard let knee = Knee.index(of: loads[index]).map({ curves[index][$0].x }) else { continue }
                let text = "knee of the \(percentiles[index].1) at \(MetricUnit.recordsPerSecond.format(knee))"
                knees.append((heading.isEmpty ? "" : "\(heading): ") + text)
                return CurveChart.Panel(heading: heading, curves: curves, mark: (knee, text))
            }
            return CurveChart.Panel(heading: heading, curves: curves)
        }
        let points: [CurveChart.Point] = panels.flatMap { $0.curves.flatMap { $0 } }
        guard let most = points.map(\.x).max(), points.count > 2 else { return nil }
        let scale = MetricUnit.recordsPerSecond.scale(for: most)
        let marks = ValueAxis((0, most), isLogarithmic: false, scale: scale, unit: .recordsPerSecond).marks
        let knee = knees.isEmpty ? "there is no knee in this range" : knees.joined(separator: "; ")
        let end = most * 1.03
        let xMarks = marks.map { ValueAxis.Mark(place: $0.place * scale.divisor, label: $0.label) }
        return CurveChart(
            title: "Append latency against the load",
            subtitle: ChartLayout.fitted("Medians over legs, from the intended start of each request; \(knee)"),
            xTitle: "records carried (\(scale.symbol))", yTitle: "Append latency", unit: .nanoseconds,
            isLogarithmic: true, series: ("percentile", percentiles.map { $0.1 }), panels: panels, xRange: 0...end,
            xMarks: xMarks.filter { $0.place <= end }, showsPoints: true)
    }
}

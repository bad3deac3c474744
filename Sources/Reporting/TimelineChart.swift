import Results

/// How legs went: one chart for each series of `timeline.csv`, in which every cell is shown by one leg, that of its
/// middle round. What varies within a leg is never a sample.
enum TimelineChart {
    static func charts(of run: Run, _ groups: CellGroups) throws(ResultsError) -> [(series: String, chart: CurveChart)]
    {
        let legs = try TimelineFile.read(run.folder.timeline)
        guard !legs.isEmpty else { return [] }
        var order: [String] = []
        var shown: [String: [TimelineRow]] = [:]
        for cell in run.plan.cells {
            let samples = run.measuredLegs(of: cell.id).sorted { $0.round < $1.round }
            guard !samples.isEmpty else { continue }
            let sample = samples[samples.count / 2]
            let rows = legs[.init(cell: sample.cell, round: sample.round, leg: sample.leg)] ?? []
            shown[cell.id] = rows
            for row in rows where !order.contains(row.series) { order.append(row.series) }
        }
        return order.filter { isTelling($0, among: order, shown) }.compactMap { series in
            chart(of: series, shown.mapValues { $0.filter { $0.series == series } }, groups).map { (series, $0) }
        }
    }

    /// Whether a series shows what no other does: a total is told by its rate, and of the percentiles of an interval
    /// the 99th is enough. One that is zero all the time says nothing.
    private static func isTelling(_ series: String, among all: [String], _ rows: [String: [TimelineRow]]) -> Bool {
        let better =
            switch series {
            case "produced_bytes": "produce_bytes_per_s"
            case "consumed_bytes": "consume_bytes_per_s"
            default: series.replacing("_p50_ns", with: "_p99_ns").replacing("_max_ns", with: "_p99_ns")
            }
        guard better == series || !all.contains(better) else { return false }
        return rows.values.contains { $0.contains { $0.series == series && $0.value != 0 } }
    }

    /// nil where no leg has enough readings for a line.
    private static func chart(of series: String, _ rows: [String: [TimelineRow]], _ groups: CellGroups) -> CurveChart? {
        guard rows.values.contains(where: { $0.count > 2 }) else { return nil }
        let panels = groups.panels.map { panel in
            CurveChart.Panel(
                heading: panel.heading,
                curves: panel.cells.map { cell in
                    (cell.flatMap { rows[$0] } ?? []).map {
                        CurveChart.Point(x: Double($0.elapsedNanoseconds) / 1e9, y: $0.value)
                    }
                })
        }
        let end = panels.flatMap { $0.curves.flatMap { $0.map(\.x) } }.max() ?? 1
        let axis = ValueAxis(
            (0, max(end, 1e-3)), isLogarithmic: false, scale: MetricUnit.Scale(divisor: 1, symbol: "s"), unit: .count)
        let title = MetricCatalog.metric(named: series)?.title ?? words(series)
        return CurveChart(
            title: "\(title) over time",
            subtitle:
                "The leg of each cell's middle round; "
                + "time from the beginning of the measured window\(groups.panelsText)",
            xTitle: "seconds", yTitle: title, unit: unit(series), isLogarithmic: false,
            series: (groups.seriesTitle, groups.seriesNames), panels: panels, xRange: 0...max(end * 1.02, 1e-3),
            xMarks: axis.marks.filter { $0.place <= end * 1.02 }, showsPoints: false)
    }

    private static let units: [(suffix: String, unit: MetricUnit)] = [
        ("_bytes_per_s", .bytesPerSecond), ("_records_per_s", .recordsPerSecond), ("_bytes", .bytes),
        ("_ns", .nanoseconds), ("_share", .share),
    ]

    /// The unit that a series' name ends in.
    private static func unit(_ series: String) -> MetricUnit {
        MetricCatalog.metric(named: series)?.unit ?? units.first { series.hasSuffix($0.suffix) }?.unit ?? .count
    }

    /// `dirty_bytes` as `Dirty bytes`.
    private static func words(_ series: String) -> String {
        let suffix = ["_ns", "_share", "_per_s"].first { series.hasSuffix($0) } ?? ""
        let text = series.dropLast(suffix.count).replacing("_", with: " ")
        return text.prefix(1).uppercased() + text.dropFirst()
    }
}

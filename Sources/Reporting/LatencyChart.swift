import Glibc
import Results

/// The latency distributions of a run's operations, over an axis on which each further nine of the percentile takes as
/// much room as the one before.
enum LatencyChart {
    static let operations = ["produce", "produce-uncorrected", "consume", "flush"]

    /// nil if no leg recorded the operation.
    static func chart(of operation: String, _ run: Run, _ groups: CellGroups) throws(ResultsError) -> CurveChart? {
        var panels: [CurveChart.Panel] = []
        var most: Int64 = 0
        var legCounts: Set<Int> = []
        for panel in groups.panels {
            var curves: [[CurveChart.Point]] = []
            for cell in panel.cells {
                var parts: [LatencyCurve] = []
                for sample in cell.map({ run.measuredLegs(of: $0) }) ?? [] {
                    if let part = try run.folder.latency(of: sample, operation: operation) { parts.append(part) }
                }
                let whole = LatencyCurve.merged(parts, operation: operation)
                if !parts.isEmpty { legCounts.insert(parts.count) }
                most = max(most, whole.steps.last?.cumulativeCount ?? 0)
                curves.append(points(whole))
            }
            panels.append(CurveChart.Panel(heading: panel.heading, curves: curves))
        }
        // A single value has no distribution.
        guard most > 1, let low = legCounts.min(), let high = legCounts.max() else { return nil }
        let end = place(of: most, of: most)
        let nines = ["50", "90", "99", "99.9", "99.99", "99.999", "99.9999"].map { label in
            (label: label, place: -log10(1 - (Double(label) ?? 0) / 100))
        }
        let marks = nines.filter { $0.place < end + 0.05 }.map { ValueAxis.Mark(place: $0.place, label: $0.label) }
        let legs = low == high ? "\(high)" : "\(low)–\(high)"
        return CurveChart(
            title: "\(title(operation)) by percentile",
            subtitle:
                "All requests of \(legs == "1" ? "one leg" : "\(legs) legs") of a cell together; "
                + "logarithmic scales\(groups.panelsText)",
            xTitle: "percentile", yTitle: title(operation), unit: .nanoseconds, isLogarithmic: true,
            series: (groups.seriesTitle, groups.seriesNames), panels: panels, xRange: -0.02...(end + 0.05),
            xMarks: marks,
            showsPoints: false)
    }

    private static func title(_ operation: String) -> String {
        MetricCatalog.metric(named: "\(operation.replacing("-", with: "_"))_latency_p50_ns")
            .map { String($0.title.prefix { $0 != "," }) } ?? operation
    }

    /// Half a value is left beyond the last one, which otherwise stood at infinity.
    private static func place(of count: Int64, of total: Int64) -> Double {
        -log10(1 - (Double(count) - 0.5) / Double(total))
    }

    /// The curve, with no more points than a chart can show.
    private static func points(_ curve: LatencyCurve) -> [CurveChart.Point] {
        guard let last = curve.steps.last else { return [] }
        var points: [CurveChart.Point] = []
        for (index, step) in curve.steps.enumerated() {
            let x = place(of: step.cumulativeCount, of: last.cumulativeCount)
            if let previous = points.last, x - previous.x < 0.01, index < curve.steps.count - 1 { continue }
            points.append(CurveChart.Point(x: max(0, x), y: Double(max(1, step.nanoseconds))))
        }
        return points
    }
}

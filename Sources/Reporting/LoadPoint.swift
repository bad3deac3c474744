import Results

/// A cell's place on a curve of latency against load.
struct LoadPoint {
    /// The rate that was asked for, as the scenario has it.
    var label: String
    /// Records a second that were carried.
    var rate: Double
    /// Nanoseconds.
    var latency: Double

    /// The cells' places from the least rate that was asked for to the most.
    static func curve(_ cells: [CellSummary], metric: String) -> [LoadPoint] {
        let points = cells.compactMap { cell -> (asked: Double, point: LoadPoint)? in
            guard let label = cell.axes[LoadChart.axis], let asked = AxisScale.number(label),
                let rate = cell.metrics["produce_records_per_s"]?.median, let latency = cell.metrics[metric]?.median
            else { return nil }
            return (asked, LoadPoint(label: label, rate: rate, latency: max(1, latency)))
        }
        return points.sorted { $0.asked < $1.asked }.map(\.point)
    }
}

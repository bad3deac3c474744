import Glibc
import Results

/// Where a curve of latency against rate turns from flat to steep.
///
/// Source: V. Satopää, J. Albrecht, D. Irwin and B. Raghavan, "Finding a 'Kneedle' in a Haystack: Detecting Knee
/// Points in System Behavior" (2011): of the curve scaled to the unit square, the point that is farthest below the
/// diagonal. Latency is taken by its logarithm, as it is drawn: a hundred times the latency at half the load is the
/// turn, whatever comes at the end.
enum Knee {
    /// A curve that stays closer to its diagonal than this has no knee: it rises all along.
    private static let leastDistance = 0.2

    /// - Parameter points: From the least load to the most, y above zero; at least three are needed. What is carried, x,
    ///   may fall again where more was asked for than can be carried.
    /// - Returns: The index of the last point before the curve turns up; nil where it does not.
    static func index(of points: [(x: Double, y: Double)]) -> Int? {
        guard points.count >= 3, let first = points.first, let last = points.last,
            let most = points.map(\.x).max(), most > first.x,
            let low = points.map(\.y).min(), let high = points.map(\.y).max(), high > low, low > 0, last.y > first.y
        else { return nil }
        let distances = points.map { point in
            (point.x - first.x) / (most - first.x) - log(point.y / low) / log(high / low)
        }
        guard let farthest = distances.indices.max(by: { distances[$0] < distances[$1] }),
            distances[farthest] >= leastDistance, farthest > 0, farthest < points.count - 1
        else { return nil }
        return farthest
    }
}

extension Knee {
    /// Where latency turns up, by the load that was carried.
    static func index(of curve: [LoadPoint]) -> Int? { index(of: curve.map { ($0.rate, $0.latency) }) }
}

extension Run {
    /// For each chart of a latency against the rate, where each of its curves has its knee, in a sentence.
    package var knees: [String] {
        plan.charts.filter { $0.x == LoadChart.axis && $0.metric.contains("_latency_") }.flatMap(knees)
    }

    /// Cells whose rate was missed by more than 3 %, in a sentence each.
    package var missedRates: [String] {
        cells.compactMap { cell in
            guard let share = cell.metrics["produce_asked_share"]?.median, share < 0.97 else { return nil }
            let place = cell.axes.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            return
                "\(place.isEmpty ? cell.cell : place): only \(SignificantDigits.format(share * 100)) % of the rate "
                + "that was asked for was reached, so its latencies are those of a backlog"
        }
    }

    private func knees(_ chart: ChartSpec) -> [String] {
        guard let metric = MetricCatalog.metric(named: chart.metric) else { return [] }
        let shown = cells.filter { cell in chart.only.allSatisfy { cell.axes[$0.key] == $0.value } }
        var curves: [(name: String, cells: [CellSummary])] = []
        for cell in shown where cell.metrics[chart.metric] != nil {
            let others = cell.axes.filter { $0.key != LoadChart.axis }
            let name = others.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            if let index = curves.firstIndex(where: { $0.name == name }) {
                curves[index].cells.append(cell)
            } else {
                curves.append((name, [cell]))
            }
        }
        return curves.map { curve in
            let points = LoadPoint.curve(curve.cells, metric: chart.metric)
            let subject = curve.name.isEmpty ? metric.title : "\(metric.title) (\(curve.name))"
            guard let index = Knee.index(of: points) else {
                return "\(subject) has no knee between \(points.first?.label ?? "–") and \(points.last?.label ?? "–")"
            }
            let (at, next) = (points[index], points[index + 1])
            return "\(subject) has its knee at \(at.label): \(metric.format(at.latency)) there, "
                + "\(metric.format(next.latency)) at \(next.label)"
        }
    }
}

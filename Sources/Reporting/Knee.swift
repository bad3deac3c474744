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

    /// - Parameter points: By rising x, y above zero; at least three are needed.
    /// - Returns: The index of the last point before the curve turns up; nil where it does not.
    static func index(of points: [(x: Double, y: Double)]) -> Int? {
        guard points.count >= 3, let first = points.first, let last = points.last, last.x > first.x,
            let low = points.map(\.y).min(), let high = points.map(\.y).max(), high > low, low > 0, last.y > first.y
        else { return nil }
        let distances = points.map { point in
            (point.x - first.x) / (last.x - first.x) - log(point.y / low) / log(high / low)
        }
        guard let farthest = distances.indices.max(by: { distances[$0] < distances[$1] }),
            distances[farthest] >= leastDistance, farthest > 0, farthest < points.count - 1
        else { return nil }
        return farthest
    }
}

extension Run {
    private static let rate = "workload.rate"

    /// For each chart of a latency against the rate, where each of its curves has its knee, in a sentence.
    package var knees: [String] {
        plan.charts.filter { $0.x == Self.rate && $0.metric.contains("_latency_") }.flatMap(knees)
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
        var curves: [(name: String, points: [(label: String, x: Double, y: Double)])] = []
        for cell in shown {
            guard let label = cell.axes[Self.rate], let y = cell.metrics[chart.metric]?.median,
                let x = AxisScale.number(label)
            else { continue }
            let name = cell.axes.filter { $0.key != Self.rate }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            if let index = curves.firstIndex(where: { $0.name == name }) {
                curves[index].points.append((label, x, y))
            } else {
                curves.append((name, [(label, x, y)]))
            }
        }
        return curves.map { curve in
            let points = curve.points.sorted { $0.x < $1.x }
            let subject = curve.name.isEmpty ? metric.title : "\(metric.title) (\(curve.name))"
            guard let index = Knee.index(of: points.map { ($0.x, $0.y) }) else {
                return "\(subject) has no knee between \(points.first?.label ?? "–") and \(points.last?.label ?? "–")"
            }
            let (at, next) = (points[index], points[index + 1])
            return "\(subject) has its knee at \(at.label): \(metric.format(at.y)) there, \(metric.format(next.y)) at "
                + next.label
        }
    }
}

package import Results
import Statistics

/// Reduces the legs of each cell to medians with 95 % bootstrap intervals.
package enum Summarizer {
    /// The fewest legs that an interval is given for. Even the whole range of `n` values covers the true median only
    /// with probability 1 − 2·0.5ⁿ, which reaches 95 % at six.
    package static let fewestLegs = 6

    /// One summary for each of `cells`, in that order; of the legs, only those with status `ok` are counted in.
    ///
    /// A cell with fewer than ``fewestLegs`` legs has medians without intervals.
    package static func summarize(
        _ samples: [Sample], cells: [PlanSummary.Cell], seed: UInt64
    ) -> [CellSummary] {
        let byCell = Dictionary(grouping: samples, by: \.cell)
        var bootstraps: [Int: MedianBootstrap] = [:]
        return cells.map { cell in
            let all = byCell[cell.id] ?? []
            let legs = all.filter { $0.status == .ok }
            let columns = Set(legs.flatMap(\.metrics.keys))
            var metrics: [String: Estimate] = [:]
            for column in columns {
                let values = legs.compactMap { $0.metrics[column] }
                if bootstraps[values.count] == nil {
                    bootstraps[values.count] = MedianBootstrap(size: values.count, seed: seed)
                }
                let interval = bootstraps[values.count]?.interval(of: values)
                metrics[column] = interval.map {
                    values.count >= fewestLegs
                        ? Estimate(median: $0.median, low: $0.low, high: $0.high)
                        : Estimate(median: $0.median, low: nil, high: nil)
                }
            }
            return CellSummary(
                cell: cell.id, axes: cell.axes, legs: legs.count, failed: all.count - legs.count, metrics: metrics)
        }
    }
}

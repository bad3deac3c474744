package import Foundation

/// `summary.csv`: `cell,<axes>,legs,failed`, then `<metric>,<metric>_low,<metric>_high` for each metric. What a
/// limit is known for has two columns more: `<metric>_limit`, its name in `limits.csv`, and
/// `<metric>_limit_share`, where 1 is at the limit.
package enum SummaryFile {
    /// The file's text.
    package static func text(_ cells: [CellSummary], schema: SamplesSchema) -> String {
        var header = ["cell"] + schema.axes + ["legs", "failed"]
        for metric in schema.metrics {
            header += [metric.column, "\(metric.column)_low", "\(metric.column)_high"]
            if isLimited(metric) { header += ["\(metric.column)_limit", "\(metric.column)_limit_share"] }
        }
        let rows = cells.map { cell in
            var fields =
                [cell.cell] + schema.axes.map { cell.axes[$0] ?? "" } + [String(cell.legs), String(cell.failed)]
            for metric in schema.metrics {
                let estimate = cell.metrics[metric.column]
                fields += [estimate?.median, estimate?.low, estimate?.high].map { $0.map(CommaSeparated.number) ?? "" }
                guard isLimited(metric) else { continue }
                let limit = cell.limits[metric.column]
                fields += [limit?.limit ?? "", limit.map { SignificantDigits.format($0.share, digits: 4) } ?? ""]
            }
            return fields
        }
        return ([header] + rows).map { CommaSeparated.row($0) + "\n" }.joined()
    }

    private static func isLimited(_ metric: Metric) -> Bool { CellLimit.metrics.contains(metric.column) }

    /// Replaces the file in one step.
    package static func write(_ cells: [CellSummary], schema: SamplesSchema, to url: URL) throws(ResultsError) {
        try Data(text(cells, schema: schema).utf8).write(results: url)
    }
}

extension Data {
    /// Replaces a results file in one step.
    package func write(results url: URL) throws(ResultsError) {
        do {
            try write(to: url, options: .atomic)
        } catch {
            throw ResultsError.cannotWrite(url, error)
        }
    }
}

import Foundation
import Results

/// The cells of a run by its headline metrics, for people and for programs.
package struct ResultsTable: Sendable {
    package enum Format: String, Sendable, CaseIterable {
        case text
        case csv
        case json
    }

    /// A median and its interval, as read by people.
    struct Value: Equatable {
        var median: String
        /// Nil where the legs are too few, or all agree.
        var interval: String?

        /// `1.23 GB/s` and `1.20–1.25`, the interval in the median's unit.
        init(_ estimate: Estimate, of metric: Metric) {
            median = metric.format(estimate.median)
            guard let low = estimate.low, let high = estimate.high, low < high else { return }
            guard metric.unit != .count else {
                interval = "\(metric.format(low))–\(metric.format(high))"
                return
            }
            let divisor = metric.unit.scale(for: estimate.median).divisor
            interval = "\(SignificantDigits.format(low / divisor))–\(SignificantDigits.format(high / divisor))"
        }
    }

    struct Row {
        var summary: CellSummary
        /// One for each metric; nil where no leg measured it.
        var values: [Value?]
        /// One for each metric: the median as a share of what the machine can do; nil where no limit is known.
        var shares: [String?]
        /// What is wrong with the cell's legs; empty if nothing is.
        var warning: String
    }

    let axes: [String]
    let metrics: [Metric]
    let rows: [Row]

    /// The table of a run's headline metrics.
    package init(_ run: Run) {
        self.init(run, metrics: run.plan.headline.compactMap(MetricCatalog.metric(named:)))
    }

    /// The table of `metrics`, those left out that no cell has.
    ///
    /// - Parameter cells: the run's cells, where they are summarised otherwise than in the run.
    init(_ run: Run, cells: [CellSummary]? = nil, metrics: [Metric]) {
        let cells = cells ?? run.cells
        let present = metrics.filter { metric in cells.contains { $0.metrics[metric.column] != nil } }
        axes = run.plan.axes.map(\.key)
        self.metrics = present
        rows = cells.map { cell in
            Row(
                summary: cell,
                values: present.map { metric in cell.metrics[metric.column].map { Value($0, of: metric) } },
                shares: present.map { cell.limits[$0.column].map(LimitShares.text) },
                warning: Self.warning(run.samples.filter { $0.cell == cell.cell }))
        }
    }

    private static func warning(_ legs: [Sample]) -> String {
        guard !legs.isEmpty else { return "no leg was run" }
        let parts = LegStatus.allCases.filter { $0 != .ok }.compactMap { status -> String? in
            let count = legs.count { $0.status == status }
            return count == 0 ? nil : "\(count) \(status.rawValue)"
        }
        return parts.isEmpty ? "" : parts.joined(separator: ", ") + " of \(legs.count) legs"
    }

    /// The table as text, CSV or JSON, with a line end at its end.
    ///
    /// - Parameter colour: whether text is emphasised with the escape sequences of a terminal.
    package func render(_ format: Format, colour: Bool = false) -> String {
        switch format {
        case .text: text(colour: colour)
        case .csv: csv
        case .json: json
        }
    }

    /// The axes that tell cells apart.
    var varyingAxes: [String] { axes.filter { key in Set(rows.map { $0.summary.axes[key] }).count > 1 } }

    private func text(colour: Bool) -> String {
        // A terminal is narrow: an axis that has one value in all cells is left out.
        let shown = varyingAxes
        let header = shown + metrics.map(\.title) + ["legs", ""]
        let body = rows.map { row in
            shown.map { Self.printable(row.summary.axes[$0] ?? "") }
                + row.values.map { value in
                    guard let value else { return "–" }
                    return value.interval.map { "\(value.median) [\($0)]" } ?? value.median
                } + [String(row.summary.legs), row.warning]
        }
        let widths = header.indices.map { column in ([header] + body).map { $0[column].count }.max() ?? 0 }
        func line(_ fields: [String]) -> String {
            let padded = fields.enumerated().map { column, field in
                column < shown.count || column == fields.count - 1
                    ? field.rightPadded(to: widths[column]) : field.leftPadded(to: widths[column])
            }
            return padded.joined(separator: "  ").replacing(/\ +$/, with: "")
        }
        var lines = [colour ? "\u{1B}[1m\(line(header))\u{1B}[0m" : line(header)]
        for (row, fields) in zip(rows, body) {
            lines.append(colour && !row.warning.isEmpty ? "\u{1B}[31m\(line(fields))\u{1B}[0m" : line(fields))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Without control characters, which a terminal would obey.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }

    private var csv: String {
        let columns = metrics.flatMap { [$0.column, "\($0.column)_low", "\($0.column)_high"] }
        let header = ["cell"] + axes + ["legs", "failed"] + columns
        let body = rows.map { row in
            let summary = row.summary
            return [summary.cell] + summary.axes.map(\.value) + [String(summary.legs), String(summary.failed)]
                + metrics.flatMap { metric in
                    let estimate = summary.metrics[metric.column]
                    return [estimate?.median, estimate?.low, estimate?.high].map {
                        $0.map(CommaSeparated.number) ?? ""
                    }
                }
        }
        return ([header] + body).map { CommaSeparated.row($0) + "\n" }.joined()
    }

    private struct Record: Encodable {
        var cell: String
        var axes: [String: String]
        var legs: Int
        var failed: Int
        var metrics: [String: Estimate]
    }

    private var json: String {
        let columns = Set(metrics.map(\.column))
        let records = rows.map { row in
            Record(
                cell: row.summary.cell,
                axes: Dictionary(uniqueKeysWithValues: row.summary.axes.map { ($0.key, $0.value) }),
                legs: row.summary.legs, failed: row.summary.failed,
                metrics: row.summary.metrics.filter { columns.contains($0.key) })
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(records), as: UTF8.self) + "\n"
        } catch {
            // Texts and finite numbers, which are all that a samples file can hold, always have a JSON form.
            preconditionFailure("the table has no JSON form: \(error)")
        }
    }
}

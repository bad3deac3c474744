import Foundation
import Results

/// A comparison for people and for programs.
package struct ComparisonTable: Sendable {
    package enum Format: String, Sendable, CaseIterable {
        case text
        case csv
        case json
        case markdown
    }

    private let comparison: Comparison

    package init(_ comparison: Comparison) { self.comparison = comparison }

    /// The table with a line end at its end; warnings are part of JSON and Markdown alone.
    package func render(_ format: Format) -> String {
        switch format {
        case .text: text
        case .csv: csv
        case .json: json
        case .markdown: markdown
        }
    }

    private static let header = ["cell", "metric", "base", "head", "ratio", "p", "verdict"]

    private var fields: [[String]] {
        comparison.rows.map { row in
            let metric = MetricCatalog.metric(named: row.metric)
            func value(_ value: Double) -> String { metric?.format(value) ?? SignificantDigits.format(value) }
            var ratio = row.ratio.map { SignificantDigits.format($0) } ?? "–"
            if let low = row.low, let high = row.high {
                ratio += " [\(SignificantDigits.format(low))–\(SignificantDigits.format(high))]"
            }
            return [
                row.cell.isEmpty ? "–" : row.cell, metric?.title ?? row.metric, value(row.base), value(row.head), ratio,
                SignificantDigits.format(row.p, digits: 2), row.verdict.rawValue,
            ]
        }
    }

    private var text: String {
        let rows = [Self.header] + fields
        let widths = Self.header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0.rightPadded(to: $1) }.joined(separator: "  ").replacing(/\ +$/, with: "") + "\n"
        }.joined()
    }

    private var csv: String {
        func number(_ value: Double?) -> String { value.map(CommaSeparated.number) ?? "" }
        let header = ["cell", "metric", "base", "head", "ratio", "low", "high", "p", "verdict"]
        let rows = comparison.rows.map { row in
            [row.cell, row.metric] + [row.base, row.head, row.ratio, row.low, row.high, row.p].map(number)
                + [row.verdict.rawValue]
        }
        return ([header] + rows).map { CommaSeparated.row($0) + "\n" }.joined()
    }

    private struct Document: Encodable {
        var rows: [Comparison.Row]
        var warnings: [String]
    }

    private var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            let document = Document(rows: comparison.rows, warnings: comparison.warnings)
            return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
        } catch {
            preconditionFailure("texts and finite numbers always have a JSON form: \(error)")
        }
    }

    private var markdown: String {
        var lines = ["| \(Self.header.joined(separator: " | ")) |", "| --- | --- | ---: | ---: | ---: | ---: | --- |"]
        lines += fields.map { "| \($0.map(MarkdownText.escaped).joined(separator: " | ")) |" }
        if !comparison.warnings.isEmpty {
            lines.append("")
            lines += comparison.warnings.map { "- \(MarkdownText.escaped($0))" }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

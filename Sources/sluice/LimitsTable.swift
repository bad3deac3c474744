internal import Foundation
internal import Limits
internal import Results
internal import Statistics

/// What `limits` found, for people and for programs.
enum LimitsTable {
    // MARK: Text

    static func text(_ results: [LimitResult]) -> [[String]] {
        [["component", "ours", "plain", "ratio", "95 %", "target", ""]]
            + results.map { result in
                switch result.finding {
                case .notMeasured: [result.component.name, "–", "–", "–", "–", "–", "not measured"]
                case .measured(let figures): row(result.component, figures)
                }
            }
    }

    private static func row(_ component: LimitComponent, _ figures: LimitResult.Figures) -> [String] {
        [
            component.name,
            figures.ours.map { component.unit.format($0.median) } ?? "–",
            component.unit.format(figures.plain.median),
            figures.ratio.map { fixed($0.median) } ?? "–",
            figures.ratio.map { "\(fixed($0.low))–\(fixed($0.high))" } ?? "–",
            component.target.map { text($0, component.unit) } ?? "–",
            figures.verdict?.rawValue ?? "",
        ]
    }

    /// What the table has no room for.
    static func notes(_ results: [LimitResult]) -> [String] {
        results.compactMap { result in
            switch result.finding {
            case .notMeasured(let reason): "\(result.component.name) was not measured: \(reason)"
            case .measured(let figures) where figures.diskWasQuiet == false:
                "\(result.component.name): other programs kept the disk busy when it began"
            case .measured: nil
            }
        }
    }

    private static func text(_ target: LimitTarget, _ unit: LimitUnit) -> String {
        switch target {
        case .ratio(let least): "ratio ≥ \(fixed(least))"
        case .rate(let least): "ours ≥ \(unit.format(least))"
        case .cost(let most): "ours ≤ \(unit.format(most))"
        }
    }

    private static func fixed(_ ratio: Double) -> String { String(format: "%.3f", ratio) }

    // MARK: CSV

    /// What was not measured, and the side that a limit does not have, are empty.
    static func csv(_ results: [LimitResult]) -> String {
        let rows = results.map { result -> [String] in
            guard case .measured(let figures) = result.finding else {
                return [result.component.name, "", "", result.component.unit.rawValue, ""]
            }
            return [
                result.component.name, figures.ours.map { number($0.median) } ?? "", number(figures.plain.median),
                result.component.unit.rawValue, figures.ratio.map { number($0.median) } ?? "",
            ]
        }
        return ([["component", "ours", "plain", "unit", "ratio"]] + rows)
            .map { CommaSeparated.row($0) }.joined(separator: "\n")
    }

    /// Four significant digits are more than a measurement has.
    private static func number(_ value: Double) -> String { SignificantDigits.format(value, digits: 4) }

    // MARK: JSON

    private struct Row: Encodable {
        var component: String
        var summary: String
        var unit: String
        var ours: Span?
        var plain: Span?
        var ratio: Span?
        var pairs: Int?
        var target: String?
        var verdict: String?
        var diskWasQuiet: Bool?
        var notMeasured: String?
    }

    private struct Span: Encodable {
        var median: Double
        var low: Double
        var high: Double

        init(_ interval: Interval) {
            median = interval.median
            low = interval.low
            high = interval.high
        }
    }

    static func json(_ results: [LimitResult]) throws -> String {
        let rows = results.map { result -> Row in
            let component = result.component
            var row = Row(
                component: component.name, summary: component.summary, unit: component.unit.rawValue,
                target: component.target.map { text($0, component.unit) })
            switch result.finding {
            case .notMeasured(let reason): row.notMeasured = reason
            case .measured(let figures):
                row.ours = figures.ours.map(Span.init)
                row.plain = Span(figures.plain)
                row.ratio = figures.ratio.map(Span.init)
                row.pairs = figures.pairs
                row.verdict = figures.verdict?.rawValue
                row.diskWasQuiet = figures.diskWasQuiet
            }
            return row
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(rows), as: UTF8.self)
    }
}

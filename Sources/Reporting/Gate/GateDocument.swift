import Foundation
package import Results

/// A gate's outcome in the forms that people and programs read.
package struct GateDocument: Sendable {
    /// How the outcome is written.
    package enum Format: String, Sendable, CaseIterable {
        case text
        case csv
        case json
        case markdown
        /// JUnit's XML, as continuous integration shows test results.
        case junit
        /// GitHub's workflow commands, which become annotations of a change.
        case github
    }

    let report: GateReport

    package init(_ report: GateReport) { self.report = report }

    /// The whole outcome with a line end at its end.
    ///
    /// - Parameter colour: whether text is emphasised with the escape sequences of a terminal.
    package func render(_ format: Format, colour: Bool = false) -> String {
        switch format {
        case .text: text(colour: colour)
        case .csv: csv
        case .json: json
        case .markdown: markdown
        case .junit: junit
        case .github: github
        }
    }

    // MARK: - Text

    private func text(colour: Bool) -> String {
        let header = ["cell", "metric", "base", "head", "ratio", "p", "floor", "threshold", "pairs", "verdict"]
        // What went wrong is read first where the terminal ends: last.
        let ordered = report.findings.sorted { $0.verdict < $1.verdict }
        let rows = ordered.map { finding in
            [
                finding.cell.isEmpty ? "–" : finding.cell, finding.metric, value(finding.base, finding.metric),
                value(finding.head, finding.metric), Self.interval(finding),
                finding.p.map { SignificantDigits.format($0, digits: 2) } ?? "–", Self.percent(finding.floor),
                Self.percent(finding.threshold), Self.pairs(finding), finding.verdict.rawValue,
            ]
        }
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        var lines = ([header] + rows).map { row in
            zip(row, widths).map { $0.rightPadded(to: $1) }.joined(separator: "  ").replacing(/\ +$/, with: "")
        }
        if colour {
            for (index, finding) in ordered.enumerated() {
                lines[index + 1] = "\u{1B}[\(Self.colour(of: finding.verdict))m\(lines[index + 1])\u{1B}[0m"
            }
        }
        for finding in ordered where finding.verdict != .pass {
            let why = Self.explanation(finding)
            if !why.isEmpty { lines.append("\(finding.verdict.rawValue): \(Self.name(finding)): \(why)") }
        }
        lines += report.notes.map { "note: \($0)" }
        lines.append("\(report.scenario): \(sentence)")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func colour(of verdict: GateVerdict) -> Int {
        switch verdict {
        case .pass: 0
        case .improvement: 32
        case .inconclusive, .contaminated: 33
        case .regression: 31
        }
    }

    /// The verdict with how it came about.
    private var sentence: String {
        let counts = GateVerdict.allCases.reversed().compactMap { verdict -> String? in
            let count = report.findings.count { $0.verdict == verdict }
            return count == 0 ? nil : "\(count) \(verdict.rawValue)"
        }
        let all = counts.isEmpty ? "nothing was judged" : counts.joined(separator: ", ")
        return "\(report.verdict.rawValue) (\(all))" + (report.isUnverified ? "; head's records are not verified" : "")
    }

    /// The cell and the metric.
    private static func name(_ finding: GateFinding) -> String {
        finding.cell.isEmpty ? finding.metric : "\(finding.cell), \(finding.metric)"
    }

    /// Why, with the mechanism and the confirmation.
    static func explanation(_ finding: GateFinding) -> String {
        var parts: [String] = []
        if let ratio = finding.ratio {
            parts.append("\(interval(finding)) of base, \(percent(abs(ratio - 1))) \(ratio < 1 ? "less" : "more")")
        }
        if !finding.reason.isEmpty { parts.append(finding.reason) }
        if !finding.evidence.isEmpty { parts.append("mechanism: \(finding.evidence)") }
        if let again = finding.confirmation, let ratio = again.ratio {
            parts.append(
                "measured again over \(again.pairs) pairs: ratio \(SignificantDigits.format(ratio))"
                    + (again.agrees ? ", confirmed" : ""))
        }
        return parts.joined(separator: "; ")
    }

    private func value(_ value: Double?, _ column: String) -> String {
        guard let value else { return "–" }
        guard let metric = MetricCatalog.metric(named: column) else { return Self.percent(value) }
        if report.isInShares == true, metric.unit.isTimed { return "\(SignificantDigits.format(value)) × limit" }
        return metric.format(value)
    }

    private static func interval(_ finding: GateFinding) -> String {
        guard let ratio = finding.ratio else { return "–" }
        guard let low = finding.low, let high = finding.high else { return SignificantDigits.format(ratio, digits: 4) }
        return "\(SignificantDigits.format(ratio, digits: 4)) [\(SignificantDigits.format(low, digits: 4))–"
            + "\(SignificantDigits.format(high, digits: 4))]"
    }

    private static func percent(_ share: Double?) -> String {
        share.map { "\(SignificantDigits.format($0 * 100, digits: 2)) %" } ?? "–"
    }

    private static func pairs(_ finding: GateFinding) -> String {
        finding.contaminated == 0 ? "\(finding.pairs)" : "\(finding.pairs) (\(finding.contaminated) contaminated)"
    }

    // MARK: - CSV and JSON

    /// The columns that every table of comparisons has.
    private var csv: String {
        func number(_ value: Double?) -> String { value.map(CommaSeparated.number) ?? "" }
        let header = ["cell", "metric", "base", "head", "ratio", "low", "high", "p", "verdict"]
        let rows = report.findings.map { finding in
            [finding.cell, finding.metric]
                + [finding.base, finding.head, finding.ratio, finding.low, finding.high, finding.p].map(number)
                + [finding.verdict.rawValue]
        }
        return ([header] + rows).map { CommaSeparated.row($0) + "\n" }.joined()
    }

    private var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
        } catch {
            // Infinite ends of intervals are left out, so that all numbers have a JSON form.
            preconditionFailure("the report has no JSON form: \(error)")
        }
    }

    // MARK: - Markdown

    private var markdown: String {
        func text(_ text: String) -> String { MarkdownText.escaped(text) }
        var lines = ["## \(text(report.scenario)): \(report.verdict.rawValue)", ""]
        lines += ["\(text(report.head)) against \(text(report.base)): \(text(sentence)).", ""]
        lines += ["| cell | metric | base | head | ratio | floor | threshold | pairs | verdict |"]
        lines += ["| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"]
        for finding in report.findings.sorted(by: { $0.verdict > $1.verdict }) {
            let verdict = finding.verdict == .pass ? "pass" : "**\(finding.verdict.rawValue)**"
            let cells = [
                text(finding.cell), text(finding.metric), value(finding.base, finding.metric),
                value(finding.head, finding.metric), text(Self.interval(finding)), Self.percent(finding.floor),
                Self.percent(finding.threshold), Self.pairs(finding), verdict,
            ]
            lines.append("| \(cells.joined(separator: " | ")) |")
        }
        let why = report.findings.filter { $0.verdict != .pass && !Self.explanation($0).isEmpty }
        if !why.isEmpty {
            lines.append("")
            lines += why.map { "- **\($0.verdict.rawValue)** \(text(Self.name($0))): \(text(Self.explanation($0)))" }
        }
        if !report.notes.isEmpty {
            lines.append("")
            lines += report.notes.map { "- \(text($0))" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: - JUnit

    /// A regression is a failure; what says nothing is an error, because a test that says nothing has not passed.
    private var junit: String {
        let failures = report.findings.count { $0.verdict == .regression }
        let errors = report.findings.count { $0.verdict == .inconclusive || $0.verdict == .contaminated }
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
        let name = Self.xml(report.scenario)
        let counts = "tests=\"\(report.findings.count)\" failures=\"\(failures)\" errors=\"\(errors)\""
        lines.append("<testsuites name=\"sluice\" \(counts)>")
        lines.append("  <testsuite name=\"\(name)\" \(counts)>")
        for finding in report.findings {
            let place = "classname=\"\(name).\(Self.xml(finding.cell))\" name=\"\(Self.xml(finding.metric))\""
            let why = Self.xml(Self.explanation(finding))
            switch finding.verdict {
            case .pass, .improvement:
                lines.append("    <testcase \(place)><system-out>\(why)</system-out></testcase>")
            case .regression:
                lines.append(
                    "    <testcase \(place)><failure type=\"regression\" message=\"\(why)\"></failure></testcase>")
            case .inconclusive, .contaminated:
                let kind = finding.verdict.rawValue
                lines.append("    <testcase \(place)><error type=\"\(kind)\" message=\"\(why)\"></error></testcase>")
            }
        }
        lines += ["  </testsuite>", "</testsuites>"]
        return lines.joined(separator: "\n") + "\n"
    }

    /// Without what no XML may hold.
    private static func xml(_ text: String) -> String {
        let allowed = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
        return InlineChart.escaped(String(String.UnicodeScalarView(allowed)))
    }

    // MARK: - GitHub

    private var github: String {
        let lines = report.findings.compactMap { finding -> String? in
            let command: String? =
                switch finding.verdict {
                case .pass: nil
                case .improvement: "notice"
                case .inconclusive, .contaminated: "warning"
                case .regression: "error"
                }
            return command.map {
                "::\($0) title=\(Self.property("\(finding.verdict.rawValue): \(finding.metric)"))::"
                    + Self.data("\(Self.name(finding)): \(Self.explanation(finding))")
            }
        }
        return (lines + ["::notice title=sluice::" + Self.data("\(report.scenario): \(sentence)")])
            .joined(separator: "\n") + "\n"
    }

    /// A message of a workflow command; the escapes are those of GitHub's own toolkit.
    private static func data(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    /// A property of a workflow command.
    private static func property(_ text: String) -> String {
        data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}

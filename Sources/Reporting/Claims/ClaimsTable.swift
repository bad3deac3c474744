import Foundation
import Results
import Statistics

/// A run's claims for a terminal.
package struct ClaimsTable: Sendable {
    private let findings: [ClaimFinding]

    package init(_ run: Run) { findings = run.claims }

    /// One line a claim and one for its reason, its pairs or its evidence; empty if there are no claims.
    ///
    /// - Parameter colour: whether verdicts are coloured with the escape sequences of a terminal.
    package func text(colour: Bool = false) -> String {
        guard !findings.isEmpty else { return "" }
        let width = ClaimVerdict.allCases.map(\.rawValue.count).max() ?? 0
        let indent = String(repeating: " ", count: width + 2)
        return findings.map { finding in
            var lines = [Self.painted(finding.verdict, width: width, colour) + "  " + finding.spec.statement]
            lines += Self.details(finding).map { indent + $0 }
            return lines.joined(separator: "\n") + "\n"
        }.joined()
    }

    /// What stands below a claim: its figures, the mechanism's evidence, and why it is undecided.
    static func details(_ finding: ClaimFinding) -> [String] {
        var lines: [String] = []
        for pair in finding.pairs {
            guard let interval = pair.interval else { continue }
            // Where the claim has one pair, its statement says which.
            let place = finding.pairs.count > 1 ? "\(pair.compare.place): " : ""
            lines.append(place + figures(finding.spec, interval, rounds: pair.rounds))
            if !pair.evidence.isEmpty {
                lines.append(pair.evidence.prefix(3).map(\.text).joined(separator: "; "))
            }
        }
        if !finding.reason.isEmpty { lines.append(finding.reason) }
        return lines
    }

    /// `ratio 0.501 [0.500–0.502] over 10 rounds; expected ratio at most 0.6`.
    static func figures(_ spec: ClaimSpec, _ interval: Interval, rounds: Int) -> String {
        value(spec, interval, rounds: rounds)
            + " over \(rounds) \(rounds == 1 ? "round" : "rounds"), expected \(spec.expectation)"
    }

    /// `ratio 0.501 [0.500–0.502]`.
    static func value(_ spec: ClaimSpec, _ interval: Interval, rounds: Int) -> String {
        (spec.isRatio ? "ratio " : "") + figure(spec, interval, rounds: rounds)
    }

    /// `0.501 [0.500–0.502]`, without an interval where the rounds are too few for one, or all agree.
    static func figure(_ spec: ClaimSpec, _ interval: Interval, rounds: Int) -> String {
        let estimate = Estimate(
            median: interval.median, low: rounds < Summarizer.fewestLegs ? nil : interval.low,
            high: rounds < Summarizer.fewestLegs ? nil : interval.high)
        let metric =
            spec.isRatio
            ? Metric(spec.metric, "ratio", .ratio) : MetricCatalog.metric(named: spec.metric) ?? Metric("", "", .count)
        let value = ResultsTable.Value(estimate, of: metric)
        return value.median.replacing(" ×", with: "") + (value.interval.map { " [\($0)]" } ?? "")
    }

    private static func painted(_ verdict: ClaimVerdict, width: Int, _ colour: Bool) -> String {
        let text = verdict.rawValue.rightPadded(to: width)
        guard colour else { return text }
        let code =
            switch verdict {
            case .holds: 32
            case .refuted: 31
            case .undecided: 33
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}

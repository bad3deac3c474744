package import Foundation

/// One row of `claims.csv`: a claim on one pair of its cells, with the verdict on the whole claim.
package struct ClaimRow: Sendable, Equatable {
    /// The claim's place in the scenario, counted from 1.
    package var claim: Int
    package var spec: ClaimSpec
    package var verdict: ClaimVerdict
    /// The cell that is compared, by its coordinates; empty if the claim was not judged.
    package var cell: String
    /// The cell that it is divided by; empty where there is none.
    package var against: String
    /// How many rounds have both cells.
    package var rounds: Int
    package var comparedMedian: Double?
    package var againstMedian: Double?
    /// The median ratio, or the median itself where the claim is about single cells, with its interval.
    package var estimate: Estimate?
    /// What the claim's verdict rests on, corrected for the number of claims; nil where nothing was tested.
    package var pValue: Double?
    /// What the mechanism's counters say, as `column compared/against` in base units.
    package var evidence: String
    /// Why the claim is undecided; empty otherwise.
    package var reason: String

    package init(
        claim: Int, spec: ClaimSpec, verdict: ClaimVerdict, cell: String = "", against: String = "", rounds: Int = 0,
        comparedMedian: Double? = nil, againstMedian: Double? = nil, estimate: Estimate? = nil, pValue: Double? = nil,
        evidence: String = "", reason: String = ""
    ) {
        self.claim = claim
        self.spec = spec
        self.verdict = verdict
        self.cell = cell
        self.against = against
        self.rounds = rounds
        self.comparedMedian = comparedMedian
        self.againstMedian = againstMedian
        self.estimate = estimate
        self.pValue = pValue
        self.evidence = evidence
        self.reason = reason
    }
}

/// `claims.csv`: one row for each pair of cells of each claim.
package enum ClaimsFile {
    package static let header = [
        "claim", "statement", "metric", "expect", "across", "cell", "against", "rounds", "cell_median",
        "against_median", "estimate", "low", "high", "p", "verdict", "reason", "evidence",
    ]

    package static func text(_ rows: [ClaimRow]) -> String {
        func number(_ value: Double?) -> String {
            value.flatMap { $0.isFinite ? CommaSeparated.number($0) : nil } ?? ""
        }
        let lines = rows.map { row in
            [
                String(row.claim), row.spec.statement, row.spec.metric, row.spec.expectation,
                row.spec.across.joined(separator: " "), row.cell, row.against, String(row.rounds),
                number(row.comparedMedian), number(row.againstMedian), number(row.estimate?.median),
                number(row.estimate?.low), number(row.estimate?.high), number(row.pValue), row.verdict.rawValue,
                row.reason, row.evidence,
            ]
        }
        return ([header] + lines).map { CommaSeparated.row($0) + "\n" }.joined()
    }

    /// Replaces the file in one step.
    package static func write(_ rows: [ClaimRow], to url: URL) throws(ResultsError) {
        try Data(text(rows).utf8).write(results: url)
    }
}

import Results
import Statistics

/// All claims of a run at once: for each a row with its statement, its ratios on an axis that all share, the side of
/// its bounds on which it expects them, and its figures. What is not a ratio has its row too, and says so.
struct ClaimsChart {
    struct Row: Equatable {
        var statement: String
        var verdict: ClaimVerdict
        /// The bounds of the ratios that the claim expects.
        var low: Double?
        var high: Double?
        var lines: [Line]
        /// Why nothing of it stands on the axis; nil if something does.
        var remark: String?
    }

    /// What was found on one pair of a claim's cells.
    struct Line: Equatable {
        /// What tells it from the claim's other pairs; nil for an only one.
        var place: String?
        /// Nil where there is none. Without an interval where the rounds are too few for one, or all agree.
        var ratio: Estimate?
        var figure: String
    }

    /// The fewest claims with a ratio that deserve a picture.
    static let fewest = 2

    let title = "What came of the claims"
    let subtitle: String
    let xTitle: String
    /// In the scenario's order.
    let rows: [Row]

    /// nil where fewer than ``fewest`` claims have a ratio.
    init?(of run: Run) {
        let rows = run.claims.map(Row.init)
        guard rows.count(where: { $0.remark == nil }) >= Self.fewest else { return nil }
        self.rows = rows
        let tally = ReportContent.verdicts(run.claims).map { Sentence.inner(String($0.dropLast())) } ?? ""
        subtitle = ChartLayout.fitted("\(run.plan.title): \(tally)")
        xTitle = Self.marks(run.claims)
    }

    /// What has to have a place on the axis.
    var values: [Double] {
        rows.filter { $0.remark == nil }.flatMap { row in
            [row.low, row.high].compactMap { $0 }
                + row.lines.flatMap { [$0.ratio?.median, $0.ratio?.low, $0.ratio?.high].compactMap { $0 } }
        }
    }

    /// What the marks are.
    private static func marks(_ claims: [ClaimFinding]) -> String {
        let rounds = claims.filter(\.spec.isRatio).flatMap(\.pairs).filter { $0.interval != nil }.map(\.rounds)
        let (low, high) = (rounds.min() ?? 0, rounds.max() ?? 0)
        let count = low == high ? "\(high)" : "\(low)–\(high)"
        let what =
            if high >= Summarizer.fewestLegs {
                "median ratio of \(count) rounds, with 95 % interval"
            } else if high > 1 {
                "median ratio of \(count) rounds, too few for an interval"
            } else {
                "ratio of one round, so no interval"
            }
        return "\(what); logarithmic scale"
    }
}

extension ClaimsChart.Row {
    init(_ finding: ClaimFinding) {
        let spec = finding.spec
        let varying = finding.varyingAxes
        let lines = finding.pairs.map { pair in
            ClaimsChart.Line(
                place: finding.pairs.count == 1
                    ? nil : varying.map { ChartLayout.shortened(pair.compare.axes[$0] ?? "") }.joined(separator: ", "),
                ratio: spec.isRatio ? pair.interval.map { Estimate($0, rounds: pair.rounds) } : nil,
                figure: pair.interval.map { ClaimsTable.figure(spec, $0, rounds: pair.rounds) } ?? "–")
        }
        let isDrawn = lines.contains { $0.ratio != nil }
        let reasons = (spec.isRatio ? [] : ["no ratio; expected \(spec.expectation)"]) + [finding.reason]
        self.init(
            statement: spec.statement, verdict: finding.verdict, low: spec.low, high: spec.high, lines: lines,
            remark: isDrawn ? nil : reasons.filter { !$0.isEmpty }.joined(separator: "; "))
    }
}

extension Estimate {
    /// What of `interval` is worth drawing.
    fileprivate init(_ interval: Interval, rounds: Int) {
        let isInterval = rounds >= Summarizer.fewestLegs && interval.low < interval.high
        self.init(
            median: interval.median, low: isInterval ? interval.low : nil, high: isInterval ? interval.high : nil)
    }
}

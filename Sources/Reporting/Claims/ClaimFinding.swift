package import Results
import Statistics

/// A claim of a run, judged.
package struct ClaimFinding: Sendable {
    /// What was found on one pair of cells.
    struct Pair: Sendable {
        var compare: CellSummary
        /// Nil where the claim is about single cells.
        var against: CellSummary?
        /// How many rounds have what is needed.
        var rounds: Int
        /// Of the ratio, or of the metric itself; nil if there is none.
        var interval: Interval?
        /// How the pair stands to the claim, before the number of tests is regarded.
        var position: Position
        /// The p-value of that position.
        var pValue: Double
        /// What the mechanism's counters say beside it.
        var evidence: [Evidence]
    }

    /// Where an interval lies.
    enum Position: Sendable, Equatable {
        case inside
        case outside
        case across
    }

    /// A counter of the mechanism that differs between the two cells of a pair beyond doubt.
    struct Evidence: Sendable, Equatable {
        var metric: Metric
        var compare: Double
        var against: Double

        /// `Broker bytes copied per byte 2.03 against 4.06 B/B`: the unit once where both have the same.
        var text: String {
            let (here, there) = (metric.format(compare), metric.format(against))
            let (ours, theirs) = (here.split(separator: " "), there.split(separator: " "))
            let shared = ours.count == 2 && theirs.count == 2 && ours[1] == theirs[1]
            return "\(metric.title) \(shared ? String(ours[0]) : here) against \(there)"
        }
    }

    /// The claim's place in the scenario, counted from 1.
    package let number: Int
    package let spec: ClaimSpec
    package var verdict: ClaimVerdict
    /// Why it is undecided; empty otherwise.
    package var reason: String
    /// Corrected for the number of claims; nil where nothing was tested.
    var pValue: Double?
    var pairs: [Pair]

    /// The axes that tell its pairs apart: coordinates that all share say nothing about one of them.
    var varyingAxes: [String] {
        let places = pairs.map(\.compare.axes)
        return (places.first ?? []).map(\.key).filter { key in Set(places.map { $0[key] }).count > 1 }
    }

    /// The rows of `claims.csv`: one for each pair, or one for a claim without any.
    package var rows: [ClaimRow] {
        let whole = ClaimRow(claim: number, spec: spec, verdict: verdict, reason: reason)
        guard !pairs.isEmpty else { return [whole] }
        return pairs.map { pair in
            var row = whole
            row.cell = pair.compare.place
            row.against = pair.against?.place ?? ""
            row.rounds = pair.rounds
            row.comparedMedian = pair.compare.metrics[spec.metric]?.median
            row.againstMedian = pair.against?.metrics[spec.metric]?.median
            row.estimate = pair.interval.map { Estimate(median: $0.median, low: $0.low, high: $0.high) }
            row.pValue = pValue
            row.evidence = pair.evidence.map {
                "\($0.metric.column) \(CommaSeparated.number($0.compare))/\(CommaSeparated.number($0.against))"
            }.joined(separator: "; ")
            return row
        }
    }
}

extension CellSummary {
    /// The coordinates in words: `broker.fetch.path=sendfile producer.batch.size=64KiB`.
    var place: String { axes.place }
}

extension [AxisValue] {
    /// The coordinates in words.
    package var place: String { map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
}

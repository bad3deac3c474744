/// What the gate says of one metric in one cell, or of a whole run; the worst last.
package enum GateVerdict: String, Sendable, Codable, CaseIterable, Comparable {
    /// The whole interval lies within the threshold.
    case pass
    /// The whole interval lies beyond the threshold, on the good side.
    case improvement
    /// Too little is known to say anything.
    case inconclusive
    /// The machine was too unsteady to say anything.
    case contaminated
    /// The whole interval lies beyond the threshold and the noise floor, and a fresh measurement agrees.
    case regression

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    package static func < (left: GateVerdict, right: GateVerdict) -> Bool { left.rank < right.rank }
}

/// One metric in one cell: base beside head.
package struct GateFinding: Sendable, Equatable, Codable {
    /// What measuring a suspected regression again gave.
    package struct Confirmation: Sendable, Equatable, Codable {
        package var pairs: Int
        package var ratio: Double?
        package var low: Double?
        package var high: Double?
        package var agrees: Bool

        package init(pairs: Int, ratio: Double?, low: Double?, high: Double?, agrees: Bool) {
            self.pairs = pairs
            self.ratio = ratio
            self.low = low
            self.high = high
            self.agrees = agrees
        }
    }

    /// The column that stands for whether legs end in good order.
    package static let legStatus = "leg_status"

    /// The cell's coordinates in words.
    package var cell: String
    /// The metric's column, or ``legStatus``.
    package var metric: String
    /// The medians, in base units.
    package var base: Double?
    package var head: Double?
    /// Head over base, with its 95 % interval; nil where there are too few pairs for one.
    package var ratio: Double?
    package var low: Double?
    package var high: Double?
    /// Corrected for the number of metrics and cells.
    package var p: Double?
    /// How much worse the metric may get, as a share.
    package var threshold: Double
    /// How far runs of the same program lie apart here, as a share.
    package var floor: Double?
    /// The pairs that count, and those that do not because the machine drifted within them.
    package var pairs: Int
    package var contaminated: Int
    package var confirmation: Confirmation?
    package var verdict: GateVerdict
    /// Why the verdict is what it is, where the numbers do not say it; empty otherwise.
    package var reason: String
    /// What the mechanism's counters did in this cell; empty where nothing moved.
    package var evidence: String

    package init(cell: String, metric: String, threshold: Double) {
        self.cell = cell
        self.metric = metric
        self.threshold = threshold
        pairs = 0
        contaminated = 0
        verdict = .inconclusive
        reason = ""
        evidence = ""
    }
}

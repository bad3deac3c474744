import Results

/// All that a report says, ready to be set by a template: nothing is computed while it is rendered, and every text is
/// plain, for the template to escape.
struct ReportContent {
    struct Cell {
        var text: String
        var detail: String?
    }

    struct Row {
        var coordinates: [String]
        var values: [Cell]
        var legs: String
        var warning: String
        var hasWarning: Bool
    }

    struct Column {
        var title: String
        /// `higher is better`, `lower is better`, or nil.
        var note: String?
    }

    struct Table {
        var axes: [String]
        var columns: [Column]
        var rows: [Row]
    }

    /// A claim with its verdict.
    struct Claim {
        var statement: String
        var verdict: String
        var figures: [Figures]
        var reason: String?
        /// What it compares across on purpose.
        var across: String?
    }

    /// What was found on one pair of a claim's cells.
    struct Figures {
        var place: String?
        var text: String
        var evidence: String?
    }

    struct Figure {
        var title: String
        /// The chart's SVG element.
        var svg: String
        /// The PNG's path, relative to the report.
        var png: String
        /// The script's path, relative to the report.
        var script: String
    }

    struct Fact {
        var name: String
        var value: String
        var isMissing: Bool
    }

    struct Section {
        var name: String
        var facts: [Fact]
    }

    struct Leg {
        var place: String
        var status: String
        var reason: String
    }

    var title: String
    var question: String?
    var description: [DescriptionText.Block]
    var conditions: String
    var start: String
    var firstFigure: [Figure]
    var otherFigures: [Figure]
    var hasOtherFigures: Bool
    var claims: [Claim]
    var hasClaims: Bool
    /// What came of the claims, in one sentence.
    var answer: String?
    var results: Table
    var mechanism: Table
    var hasMechanism: Bool
    /// The legs that do not count, with the reason.
    var badLegs: [Leg]
    var hasBadLegs: Bool
    var verification: String
    var isVerified: Bool
    var method: [String]
    var fixed: [Fact]
    var environment: [Section]
    var notMeasured: [Fact]
    var hasNotMeasured: Bool
    var command: String
    var seed: String
    var runID: String
}

import Results

/// All that a report says, ready to be set by a template: nothing is computed while it is rendered, and every text is
/// plain, for the template to escape.
struct ReportContent {
    struct Cell {
        var text: String
        var detail: String?
        /// What part of the machine's limit it is, and of which.
        var share: String?
        /// The number to sort by; nil to sort by the text.
        var number: String?
        /// It is words, not a figure.
        var isText = false
    }

    struct Row {
        var coordinates: [Cell]
        var values: [Cell]
        var legs = ""
        var warning = ""
        var hasWarning = false
    }

    struct Column {
        var title: String
        /// `higher is better`, `lower is better`, or nil.
        var note: String?
        var isText = false
    }

    struct Table {
        var axes: [String]
        var columns: [Column]
        var rows: [Row]
    }

    /// A sentence, set for the page and for Markdown.
    struct Line {
        var spans: [DescriptionText.Span]
        var markdown: String

        init(_ sentence: Sentence) {
            spans = sentence.spans
            markdown = sentence.markdown
        }
    }

    /// A claim in one line.
    struct Statement {
        var verdict: String
        var text: String
        var figures: String?
    }

    /// What the run says about its question.
    struct Answer {
        var lead: Line
        /// What the mechanism's counters show beside it.
        var reason: [Line]
        /// By the metrics that come after the first.
        var others: [Line]
        /// The claims are the answer: the lead says what came of them.
        var isVerdicts = false
        /// They one by one.
        var statements: [Statement] = []
        var hasStatements = false
        /// The situations one by one; empty for a single one.
        var cases: [Table]
        /// How it was decided.
        var basis: String?
    }

    /// A claim with its verdict.
    struct Claim {
        var statement: String
        var verdict: String
        /// `expected ratio at most 0.7`, and over how many rounds.
        var expectation: String
        var figures: [Figures]
        var reason: String?
        /// What it compares across on purpose.
        var across: String?
    }

    /// What was found on one pair of a claim's cells.
    struct Figures {
        var place: String?
        /// The ratio or the metric with its interval.
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
    var latencyFigures: [Figure]
    var hasLatencyFigures: Bool
    var timelineFigures: [Figure]
    var hasTimelineFigures: Bool
    var claims: [Claim]
    var hasClaims: Bool
    /// What came of the claims, in one sentence.
    var verdicts: String?
    var answer: [Answer]
    var results: Table
    /// The values of axes that do not vary, in a sentence.
    var shared: String?
    /// What the machine can do at most.
    var limits: Table
    var hasLimits: Bool
    /// Why results stand without one.
    var limitNotes: [String]
    var mechanism: Table
    var hasMechanism: Bool
    /// The legs that do not count, with the reason.
    var badLegs: [Leg]
    var hasBadLegs: Bool
    var verification: String
    var isVerified: Bool
    var method: [String]
    /// What the guards saw over all legs.
    var guards: Table
    var hasGuards: Bool
    var fixed: [Fact]
    var environment: [Section]
    var notMeasured: [Fact]
    var hasNotMeasured: Bool
    var command: String
    var seed: String
    var runID: String
}

/// A scenario as its file says it: names are known and values have their type, but nothing is expanded, defaulted or
/// checked against another key. Every part remembers where it was written.
package struct Scenario: Sendable {
    package var file: String
    package var name: String
    package var title: String
    /// The sentence that the report answers.
    package var question: String
    package var description: String
    package var target: Target
    package var seed: UInt64
    package var settings: [Assignment]
    package var axes: [Axis]
    package var excludes: [Selection]
    package var quick: Quick?
    package var claims: [Claim]
    /// What a change of the program must not worsen; nil if the scenario gates nothing.
    package var gate: Plan.Gate?
    package var charts: [Chart]
    /// The metrics that sum up a run in its table; empty leaves the choice to the report.
    package var headline: [String]
    /// The file's lines, for the caret of errors that are found only when the plan is made.
    package var lines: [String]

    /// A key and its value, in the one canonical text of its type.
    package struct Assignment: Sendable {
        package var key: String
        package var text: String
        package var location: SourceLocation
    }

    /// A dimension of the matrix: a key with several values, or a name for several bundles of settings.
    package struct Axis: Sendable {
        package var name: String
        package var points: [Point]
        package var location: SourceLocation
        /// The points are named sets of settings, not values of the key `name`.
        package var isBundle: Bool
    }

    /// One value of an axis.
    package struct Point: Sendable {
        /// As written.
        package var label: String
        package var settings: [Assignment]
        package var location: SourceLocation
    }

    /// Chosen labels of some axes; every other axis is free.
    package struct Selection: Sendable {
        package var labels: [String: [String]]
        package var location: SourceLocation

        func contains(_ point: [AxisPoint]) -> Bool {
            labels.allSatisfy { name, labels in
                point.contains { $0.key == name && labels.contains($0.value) }
            }
        }
    }

    /// What `--quick` changes.
    package struct Quick: Sendable {
        package var settings: [Assignment]
        /// The labels that remain of some axes.
        package var axes: [String: [String]]
    }

    /// A hypothesis about cells, judged after the run.
    package struct Claim: Sendable {
        package var statement: String
        package var metric: String
        /// By axis, the label of the cells that the metric is taken from.
        package var compare: [String: String]
        /// And of those it is divided by.
        package var against: [String: String]?
        package var expect: Expectation
        /// The guarantees that the claim says it compares across.
        package var across: Set<Guarantee>
        package var location: SourceLocation
    }

    /// A chart of one metric over one axis.
    package struct Chart: Sendable {
        package var title: String?
        package var metric: String
        package var x: String
        package var series: String?
        package var facet: String?
        package var ideal: IdealLine?
        package var `where`: [String: String]
        package var location: SourceLocation
    }
}

/// What a claim expects of its metric, in base units.
package enum Expectation: Sendable, Hashable {
    /// Compared over against, within a round.
    case ratioAtMost(Double)
    case ratioAtLeast(Double)
    case ratioBetween(Double, Double)
    /// Of the compared cells alone.
    case atMost(Double)
    case atLeast(Double)
}

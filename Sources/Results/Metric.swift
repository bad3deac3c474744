/// One measured quantity of a leg: its column in every CSV, its unit and its name for people.
package struct Metric: Sendable, Hashable {
    /// Which way a change of the metric is an improvement.
    package enum Direction: String, Sendable {
        case higher
        case lower
        /// The metric describes the run or the workload; no change of it is good or bad by itself.
        case neither
    }

    /// The column's name, `<what>_<stat>_<unit>` in base units.
    package var column: String
    /// The name in charts, tables and reports, without the unit.
    package var title: String
    /// The base unit of the stored numbers.
    package var unit: MetricUnit
    /// Which direction is an improvement.
    package var better: Direction

    package init(_ column: String, _ title: String, _ unit: MetricUnit, better: Direction = .neither) {
        self.column = column
        self.title = title
        self.unit = unit
        self.better = better
    }

    /// `value` as people read it, with its unit.
    package func format(_ value: Double) -> String { unit.format(value) }
}

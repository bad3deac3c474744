/// One leg's row of `samples.csv`.
package struct Sample: Sendable, Equatable {
    /// The cell's id in the plan, such as `c1`.
    package var cell: String
    /// The round, counted from 1.
    package var round: Int
    /// The leg's place in the order of execution, counted from 1.
    package var leg: Int
    package var status: LegStatus
    /// Why the status is not `ok`; empty otherwise.
    package var reason: String
    /// The cell's coordinates, in the plan's order.
    package var axes: [AxisValue]
    /// What was measured, by column name of ``MetricCatalog``, in base units.
    package var metrics: [String: Double]
    /// Why a metric was not measured, by column name.
    package var notMeasured: [String: String]
    /// The run that the leg belongs to, as its plan names it; nil in files that do not say.
    package var run: String?

    package init(
        cell: String, round: Int, leg: Int, status: LegStatus, reason: String = "", axes: [AxisValue],
        metrics: [String: Double] = [:], notMeasured: [String: String] = [:], run: String? = nil
    ) {
        self.cell = cell
        self.round = round
        self.leg = leg
        self.status = status
        self.reason = reason
        self.axes = axes
        self.metrics = metrics
        self.notMeasured = notMeasured
        self.run = run
    }
}

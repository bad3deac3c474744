/// One cell's row of `summary.csv`.
package struct CellSummary: Sendable, Equatable {
    /// The cell's id in the plan.
    package var cell: String
    /// The cell's coordinates, in the plan's order.
    package var axes: [AxisValue]
    /// The legs that the estimates rest on: those with status `ok`.
    package var legs: Int
    /// The legs that failed, were unverified or contaminated, and are not in the estimates.
    package var failed: Int
    /// The estimates by column name; a metric that no leg measured is absent.
    package var metrics: [String: Estimate]
    /// What the machine could do at most, by column name; a metric without a limit that was measured is absent.
    package var limits: [String: LimitShare]

    package init(
        cell: String, axes: [AxisValue], legs: Int, failed: Int, metrics: [String: Estimate],
        limits: [String: LimitShare] = [:]
    ) {
        self.cell = cell
        self.axes = axes
        self.legs = legs
        self.failed = failed
        self.metrics = metrics
        self.limits = limits
    }
}

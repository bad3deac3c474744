/// One reading of a quantity during a leg. Readings inside a leg show how it went; they are never samples.
package struct TimelineRow: Sendable, Equatable, Codable {
    /// The time since the measured window began.
    package var elapsedNanoseconds: Int64
    /// What was read, named like a metric's column: `produced_bytes`, `dirty_bytes`.
    package var series: String
    /// The reading, in the base unit that the series' name ends in.
    package var value: Double

    package init(elapsedNanoseconds: Int64, series: String, value: Double) {
        self.elapsedNanoseconds = elapsedNanoseconds
        self.series = series
        self.value = value
    }
}

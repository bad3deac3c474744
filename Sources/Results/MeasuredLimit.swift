/// What this machine can do at most of one thing, measured by the plainest loop that does it.
package struct MeasuredLimit: Sendable, Equatable, Codable {
    package var name: String
    /// A few words, the same for all sizes, such as `plain pwrite`; what charts call it.
    package var title: String
    /// What the loop does, and how much of it at a time.
    package var summary: String
    package var unit: LimitUnit
    /// A rate or a duration, in base units; nil where it was not measured.
    package var plain: Estimate?
    /// The best sample: what was possible at least once, whatever else the machine did meanwhile.
    package var best: Double?
    /// Why it was not measured.
    package var notMeasured: String?
    /// When it was measured: seconds since 1970.
    package var time: Int

    package init(
        name: String, title: String, summary: String, unit: LimitUnit, plain: Estimate?, best: Double? = nil,
        notMeasured: String? = nil, time: Int
    ) {
        self.name = name
        self.title = title
        self.summary = summary
        self.unit = unit
        self.plain = plain
        self.best = best
        self.notMeasured = notMeasured
        self.time = time
    }

    /// What results are held against; nil where it was not measured.
    package var most: Double? { best ?? plain?.median }

    /// The figure as people read it.
    package var text: String {
        guard let value = most else { return "not measured: \(notMeasured ?? "no reason given")" }
        return unit.format(value)
    }
}

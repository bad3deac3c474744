/// What a change of the program must not worsen: the scenario's `gate`.
package struct GateSpec: Sendable, Equatable, Codable {
    /// One metric and how much worse it may get, as a share: 0.05 is 5 %.
    package struct Limit: Sendable, Equatable, Codable {
        /// The metric's column.
        package var metric: String
        package var threshold: Double

        package init(metric: String, threshold: Double) {
            self.metric = metric
            self.threshold = threshold
        }
    }

    /// How many pairs a cell is measured with: first the least, then more while it is undecided, as this fixed rule says.
    package static let stages = [10, 20, 32]

    /// How many fresh pairs confirm what `pairs` pairs made suspect: the next stage.
    package static func confirmationPairs(after pairs: Int) -> Int { stages.first { $0 > pairs } ?? pairs }

    package var metrics: [Limit]
    /// How far two runs of the same program may lie apart within a pair before the pair is contaminated, as a share.
    package var drift: Double

    package init(metrics: [Limit], drift: Double) {
        self.metrics = metrics
        self.drift = drift
    }
}

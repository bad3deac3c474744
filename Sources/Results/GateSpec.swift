/// What a change of the program must not worsen: the scenario's `gate`.
package struct GateSpec: Sendable, Equatable, Codable {
    /// One metric and how much worse it may get, as a share: 0.05 is 5 %.
    package struct Limit: Sendable, Equatable, Codable {
        /// The metric's column.
        package var metric: String
        package var threshold: Double
        /// Whether it is judged only where base measures it: not every machine does, and not every older build.
        package var isOptional: Bool

        package init(metric: String, threshold: Double, isOptional: Bool = false) {
            self.metric = metric
            self.threshold = threshold
            self.isOptional = isOptional
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            metric = try container.decode(String.self, forKey: .metric)
            threshold = try container.decode(Double.self, forKey: .threshold)
            // Stored runs may be older than this.
            isOptional = try container.decodeIfPresent(Bool.self, forKey: .isOptional) ?? false
        }
    }

    /// How many pairs a cell is measured with: first the least, then more while it is undecided, as
    /// this fixed rule says.
    package static let stages = [10, 20, 32]

    /// How many fresh pairs confirm what `pairs` pairs of times made suspect: the next stage, because the first look
    /// picked what lay far out. Counters hardly vary: the least is enough for them.
    package static func confirmationPairs(after pairs: Int, isTimed: Bool) -> Int {
        isTimed ? stages.first { $0 > pairs } ?? pairs : stages[0]
    }

    package var metrics: [Limit]
    /// How far two runs of the same program may lie apart within a pair before the pair is contaminated, as a share.
    package var drift: Double

    package init(metrics: [Limit], drift: Double) {
        self.metrics = metrics
        self.drift = drift
    }
}

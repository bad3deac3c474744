/// A hypothesis of a scenario, as far as a report needs it.
package struct ClaimSpec: Sendable, Hashable, Codable {
    /// Two cells that the claim compares, by id; `against` is nil where it is about single cells.
    package struct Pair: Sendable, Hashable, Codable {
        package var compare: String
        package var against: String?

        package init(compare: String, against: String? = nil) {
            self.compare = compare
            self.against = against
        }
    }

    package var statement: String
    /// The metric's column.
    package var metric: String
    /// The expectation in words, such as `ratio at most 0.6`.
    package var expectation: String
    /// Whether ``low`` and ``high`` bound the ratio of each pair's cells; otherwise they bound the metric itself.
    package var isRatio: Bool
    package var low: Double?
    package var high: Double?
    package var pairs: [Pair]
    /// The guarantees that the claim says it compares across, such as `durability`.
    package var across: [String]
    /// Why the plan cannot judge it.
    package var unjudged: String?

    package init(
        statement: String, metric: String, expectation: String, isRatio: Bool, low: Double? = nil, high: Double? = nil,
        pairs: [Pair], across: [String] = [], unjudged: String? = nil
    ) {
        self.statement = statement
        self.metric = metric
        self.expectation = expectation
        self.isRatio = isRatio
        self.low = low
        self.high = high
        self.pairs = pairs
        self.across = across
        self.unjudged = unjudged
    }

    /// A claim of an older version may lack what came later.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        statement = try container.decode(String.self, forKey: .statement)
        metric = try container.decode(String.self, forKey: .metric)
        expectation = try container.decode(String.self, forKey: .expectation)
        isRatio = try container.decode(Bool.self, forKey: .isRatio)
        low = try container.decodeIfPresent(Double.self, forKey: .low)
        high = try container.decodeIfPresent(Double.self, forKey: .high)
        pairs = try container.decode([Pair].self, forKey: .pairs)
        across = try container.decodeIfPresent([String].self, forKey: .across) ?? []
        unjudged = try container.decodeIfPresent(String.self, forKey: .unjudged)
    }
}

/// What was found of a claim.
package enum ClaimVerdict: String, Sendable, Codable, CaseIterable {
    case holds
    case refuted
    case undecided
}

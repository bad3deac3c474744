/// A run with everything resolved: which cells, with which settings, in which order. What it names exists, and what it
/// asks for this machine can do. `plan.json` is this value.
package struct Plan: Sendable, Codable, Equatable {
    package static let schema = "sluice/plan/1"

    package var schema: String
    /// The scenario's name.
    package var scenario: String
    package var title: String
    package var question: String
    package var description: String
    package var target: Target
    package var seed: UInt64
    package var rounds: Int
    package var quick: Bool
    package var axes: [Axis]
    package var cells: [Cell]
    /// For each round, the ids of all cells in the order they run.
    package var order: [[String]]
    package var headline: [String]
    package var charts: [Chart]
    package var claims: [Claim]
    /// What a change of the program must not worsen; nil if the scenario gates nothing.
    package var gate: Gate?
    package var estimate: PlanEstimate
    /// What is allowed but should be known, in sentences.
    package var notes: [String]

    /// An axis and its labels, in the order of the file.
    package struct Axis: Sendable, Codable, Equatable {
        /// The columns of results are called by this.
        package var key: String
        package var values: [String]
        /// The labels name sets of settings; otherwise `key` is a setting's and the labels are its values.
        package var isBundle: Bool
    }

    /// A chart whose axes exist.
    package struct Chart: Sendable, Codable, Equatable {
        package var title: String?
        package var metric: String
        package var x: String
        package var series: String?
        package var facet: String?
        package var ideal: IdealLine?
        /// Only the cells with these labels, by axis, are drawn.
        package var `where`: [String: String]
    }

    /// A hypothesis. Cells of `compare` and `against` are paired by their labels on all axes that neither names.
    package struct Claim: Sendable, Codable, Equatable {
        package var statement: String
        package var metric: String
        package var compare: [String: String]
        package var against: [String: String]?
        package var expect: Expectation
        /// The cells that it is about.
        package var pairs: [Pair]
        /// The guarantees that the claim says it compares across.
        package var across: [Guarantee]
        /// Why this plan cannot judge it, when an override has removed what it is about.
        package var unjudged: String?
    }
}

/// One point of the matrix.
package struct Cell: Sendable, Codable, Equatable, Identifiable {
    /// `c1`, `c2`, … in the order of the matrix, the last axis varying fastest.
    package var id: String
    package var axes: [AxisPoint]
    package var settings: Settings

    /// `broker.append.path=buffered producer.batch.size=64KiB`
    package var label: String { axes.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
}

/// A cell's place on one axis.
package struct AxisPoint: Sendable, Codable, Hashable {
    /// The axis: a full key, or a bundle's name.
    package var key: String
    /// As written in the scenario: one of the key's values, or the bundle's label.
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// One cell in one round.
package struct Leg: Sendable, Equatable {
    /// From 1, in the order of the run.
    package var number: Int
    /// From 1.
    package var round: Int
    package var cell: Cell

    package init(number: Int, round: Int, cell: Cell) {
        self.number = number
        self.round = round
        self.cell = cell
    }
}

extension Plan {
    /// All legs, in the order they run.
    package var legs: [Leg] {
        let byID = Dictionary(uniqueKeysWithValues: cells.map { ($0.id, $0) })
        let visits = order.enumerated().flatMap { round, ids in ids.map { (round: round + 1, id: $0) } }
        return visits.enumerated().map { index, visit in
            guard let cell = byID[visit.id] else { preconditionFailure("the order names the unknown cell \(visit.id)") }
            return Leg(number: index + 1, round: visit.round, cell: cell)
        }
    }
}

/// Written as `{ "kind": "ratio_at_most", "values": [0.6] }`.
extension Expectation: Codable {
    private enum CodingKeys: String, CodingKey {
        case kind, values
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decode(String.self, forKey: .kind)
        let values = try container.decode([Double].self, forKey: .values)
        guard let expectation = Expectation(kind: kind, values: values) else {
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container, debugDescription: "no expectation '\(kind)' of \(values.count) numbers")
        }
        self = expectation
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(values, forKey: .values)
    }

    static let kinds = ["ratio_at_most", "ratio_at_least", "ratio_between", "at_most", "at_least"]

    init?(kind: String, values: [Double]) {
        switch (kind, values.count) {
        case ("ratio_at_most", 1): self = .ratioAtMost(values[0])
        case ("ratio_at_least", 1): self = .ratioAtLeast(values[0])
        case ("ratio_between", 2): self = .ratioBetween(values[0], values[1])
        case ("at_most", 1): self = .atMost(values[0])
        case ("at_least", 1): self = .atLeast(values[0])
        default: return nil
        }
    }

    /// The key of the scenario file.
    package var kind: String {
        switch self {
        case .ratioAtMost: "ratio_at_most"
        case .ratioAtLeast: "ratio_at_least"
        case .ratioBetween: "ratio_between"
        case .atMost: "at_most"
        case .atLeast: "at_least"
        }
    }

    package var values: [Double] {
        switch self {
        case .ratioAtMost(let value), .ratioAtLeast(let value), .atMost(let value), .atLeast(let value): [value]
        case .ratioBetween(let low, let high): [low, high]
        }
    }
}

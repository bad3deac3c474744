/// One chart that a scenario asks for.
package struct ChartSpec: Sendable, Hashable, Codable {
    /// How the values are drawn.
    package enum Kind: String, Sendable, Codable {
        /// Lines over an axis of numbers, sizes or durations; bars over any other.
        case auto
        case lines
        case bars
    }

    /// A line that values are held against.
    package enum Ideal: String, Sendable, Codable {
        /// The first value times as many as x has grown: what adding more of something can bring at best.
        case proportional
    }

    /// The metric's column, drawn upwards.
    package var metric: String
    /// The key of the axis drawn to the right.
    package var x: String
    /// The key of the axis that is told apart by colour; nil for a single series.
    package var series: String?
    /// The key of the axis whose values are drawn side by side, each in a panel of its own.
    package var facet: String?
    package var kind: Kind
    package var ideal: Ideal?
    /// By the keys of axes, the one value that drawn cells have; empty to draw all cells.
    package var only: [String: String]
    /// The chart's title; nil for one made from the metric and the scenario.
    package var title: String?

    package init(
        metric: String, x: String, series: String? = nil, facet: String? = nil, kind: Kind = .auto,
        ideal: Ideal? = nil, only: [String: String] = [:], title: String? = nil
    ) {
        self.metric = metric
        self.x = x
        self.series = series
        self.facet = facet
        self.kind = kind
        self.ideal = ideal
        self.only = only
        self.title = title
    }

    /// A chart of an older version may lack what came later.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metric = try container.decode(String.self, forKey: .metric)
        x = try container.decode(String.self, forKey: .x)
        series = try container.decodeIfPresent(String.self, forKey: .series)
        facet = try container.decodeIfPresent(String.self, forKey: .facet)
        kind = try container.decodeIfPresent(Kind.self, forKey: .kind) ?? .auto
        ideal = try container.decodeIfPresent(Ideal.self, forKey: .ideal)
        only = try container.decodeIfPresent([String: String].self, forKey: .only) ?? [:]
        title = try container.decodeIfPresent(String.self, forKey: .title)
    }
}

/// How much a metric varies between legs that are alike.
package struct NoiseEstimate: Sendable, Equatable {
    /// One leg of a pair of twins.
    package struct Leg: Sendable, Equatable {
        package var round: Int
        /// Its place in the order of the run.
        package var place: Int
        package var isSecond: Bool
        package var value: Double

        package init(round: Int, place: Int, isSecond: Bool, value: Double) {
            self.round = round
            self.place = place
            self.isSecond = isSecond
            self.value = value
        }
    }

    package var legs: Int
    /// The standard deviation over the mean of all legs; nil of fewer than two.
    package var variation: Double?
    /// The standard deviation of the twins' log-ratios within a round; nil where there are fewer than two pairs.
    package var pairDeviation: Double?
    /// By how much the metric changed from the first leg to the last, along the line with the median slope (Theil 1950,
    /// Sen 1968), as a share; nil of fewer than three legs.
    package var drift: Double?

    package init(_ legs: [Leg]) {
        let values = legs.map(\.value)
        self.legs = values.count
        let mean = values.reduce(0, +) / Double(max(1, values.count))
        variation = Self.deviation(values).flatMap { mean == 0 ? nil : $0 / mean.magnitude }
        let rounds = Dictionary(grouping: legs, by: \.round)
        let ratios = rounds.values.compactMap { legs -> Double? in
            guard let first = legs.first(where: { !$0.isSecond }), let second = legs.first(where: \.isSecond),
                first.value > 0, second.value > 0
            else { return nil }
            return Logarithm.natural(second.value / first.value)
        }
        // Twins have no order, so the true mean of their log-ratios is zero.
        pairDeviation =
            ratios.count < 2 ? nil : (ratios.reduce(0) { $0 + $1 * $1 } / Double(ratios.count)).squareRoot()
        drift = Self.drift(legs)
    }

    /// The smallest relative change (0.05 is 5 %) that so many rounds can find; nil where nothing is known.
    package func minimumDetectableEffect(rounds: Int) -> Double? {
        pairDeviation.flatMap { MinimumDetectableEffect.shift(deviation: $0, pairs: rounds) }
            .map { Logarithm.inverse($0) - 1 }
    }

    /// The fewest rounds that find a relative change; nil when a thousand do not.
    package func rounds(toFind effect: Double) -> Int? {
        (2...1000).first { rounds in minimumDetectableEffect(rounds: rounds).map { $0 <= effect } ?? false }
    }

    private static func deviation(_ values: [Double]) -> Double? {
        guard values.count > 1 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }

    private static func drift(_ legs: [Leg]) -> Double? {
        let legs = legs.filter { $0.value > 0 }.sorted { $0.place < $1.place }
        guard legs.count > 2, let first = legs.first, let last = legs.last else { return nil }
        var slopes: [Double] = []
        for (index, leg) in legs.enumerated() {
            for later in legs[(index + 1)...] where later.place > leg.place {
                slopes.append(Logarithm.natural(later.value / leg.value) / Double(later.place - leg.place))
            }
        }
        guard !slopes.isEmpty else { return nil }
        slopes.sort()
        return Logarithm.inverse(slopes[slopes.count / 2] * Double(last.place - first.place)) - 1
    }
}

/// Where a series changes its level: E-divisive (Matteson and James, "A Nonparametric Approach for Multiple Change
/// Point Analysis of Multivariate Data", JASA 109, 2014), with the distance |x − y|.
///
/// A segment is cut where the energy distance of its two parts is largest, and the cut is kept if no more than a share
/// of `level` of random orders within the segments has a larger one; then the segments are looked at again. As in its
/// use for performance histories (Daly and others, ICPE 2020), the right part always reaches to the segment's end.
package struct ChangePoints: Sendable {
    /// The fewest values on either side of a change.
    package static let shortestSegment = 3
    private static let permutations = 199

    /// One change.
    package struct Change: Sendable, Hashable {
        /// The index of the first value after it.
        package var index: Int
        /// The share of random orders that looked at least as changed.
        package var pValue: Double
    }

    /// The changes, by rising index.
    package let changes: [Change]

    package init(_ values: [Double], level: Double = 0.05, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var bounds = [0, values.count]
        var found: [Change] = []
        while let cut = Self.best(values, bounds) {
            var asLarge = 1
            for _ in 0..<Self.permutations {
                let shuffled = Self.shuffled(values, within: bounds, using: &generator)
                if let other = Self.best(shuffled, bounds), other.statistic >= cut.statistic { asLarge += 1 }
            }
            let pValue = Double(asLarge) / Double(Self.permutations + 1)
            guard pValue <= level else { break }
            found.append(Change(index: cut.index, pValue: pValue))
            bounds = (bounds + [cut.index]).sorted()
        }
        changes = found.sorted { $0.index < $1.index }
    }

    struct Cut: Equatable {
        var index: Int
        var statistic: Double
    }

    /// The best cut of all segments, or nil if all are too short.
    static func best(_ values: [Double], _ bounds: [Int]) -> Cut? {
        zip(bounds, bounds.dropFirst()).compactMap { best(values[$0..<$1]) }
            .max { $0.statistic < $1.statistic }
    }

    /// The best cut of one segment. The sums of distances are carried along while one value after another goes from the
    /// right part to the left.
    private static func best(_ segment: ArraySlice<Double>) -> Cut? {
        guard segment.count >= 2 * shortestSegment else { return nil }
        var (left, right, between) = (0.0, 0.0, 0.0)
        for index in segment.indices {
            for other in segment.indices where other > index { right += (segment[index] - segment[other]).magnitude }
        }
        var found: Cut?
        for index in segment.indices.dropLast() {
            var (toLeft, toRight) = (0.0, 0.0)
            for other in segment.indices where other != index {
                let distance = (segment[index] - segment[other]).magnitude
                if other < index { toLeft += distance } else { toRight += distance }
            }
            left += toLeft
            right -= toRight
            between += toRight - toLeft
            let size = index + 1 - segment.startIndex
            let rest = segment.count - size
            guard size >= shortestSegment, rest >= shortestSegment else { continue }
            let (m, n) = (Double(size), Double(rest))
            let energy = 2 * between / (m * n) - left / (m * (m - 1) / 2) - right / (n * (n - 1) / 2)
            let statistic = m * n / (m + n) * energy
            if statistic > (found?.statistic ?? -.infinity) { found = Cut(index: index + 1, statistic: statistic) }
        }
        return found
    }

    private static func shuffled(
        _ values: [Double], within bounds: [Int], using generator: inout SeededGenerator
    ) -> [Double] {
        var values = values
        for (start, end) in zip(bounds, bounds.dropFirst()) {
            for last in stride(from: end - 1, to: start, by: -1) {
                values.swapAt(last, start + generator.next(below: last - start + 1))
            }
        }
        return values
    }
}

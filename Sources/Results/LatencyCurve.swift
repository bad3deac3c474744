import Foundation

/// The distribution of one operation's latency in one leg, as the recorded steps of its histogram: every recorded value
/// with the number of values up to it, so that curves of several legs can be merged without loss.
package struct LatencyCurve: Sendable, Equatable, Codable {
    /// One recorded value.
    package struct Step: Sendable, Equatable, Codable {
        /// The latency.
        package var nanoseconds: Int64
        /// How many recorded values are at most ``nanoseconds``.
        package var cumulativeCount: Int64

        package init(nanoseconds: Int64, cumulativeCount: Int64) {
            self.nanoseconds = nanoseconds
            self.cumulativeCount = cumulativeCount
        }
    }

    /// The operation, such as `produce`, `consume` or `flush`; a part of the file's name.
    package var operation: String
    /// The steps, by rising latency.
    package var steps: [Step]

    package init(operation: String, steps: [Step]) {
        self.operation = operation
        self.steps = steps
    }

    /// The curve in HdrHistogram's text form (`.hgrm`): value, percentile as 0…1, total count, 1/(1 − percentile).
    /// Values are in nanoseconds.
    package var hgrm: String {
        let total = steps.last?.cumulativeCount ?? 0
        var text = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
        for step in steps {
            let percentile = Double(step.cumulativeCount) / Double(total)
            let value = String(step.nanoseconds).leftPadded(to: 12)
            let share = Self.fixed(percentile, places: 12)
            let count = String(step.cumulativeCount).leftPadded(to: 10)
            let odds =
                step.cumulativeCount == total
                ? ""
                : " \(Self.fixed(Double(total) / Double(total - step.cumulativeCount), places: 2).leftPadded(to: 14))"
            text += "\(value) \(share) \(count)\(odds)\n"
        }
        return text + footer(total: total)
    }

    /// Reads what ``hgrm`` writes, or HdrHistogram itself with values in nanoseconds.
    ///
    /// - Returns: nil if a line is not one of such a file, or the values or counts fall.
    package init?(operation: String, hgrm text: String) {
        var steps: [Step] = []
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let fields = line.split(separator: " ")
            if fields.isEmpty || fields[0] == "Value" { continue }
            guard fields.count >= 3, let value = Double(fields[0]), let count = Int64(fields[2]), value.isFinite,
                value >= 0, value < 9e18
            else { return nil }
            let step = Step(nanoseconds: Int64(value), cumulativeCount: count)
            if let last = steps.last {
                guard step.nanoseconds >= last.nanoseconds, step.cumulativeCount >= last.cumulativeCount else {
                    return nil
                }
            }
            steps.append(step)
        }
        self.init(operation: operation, steps: steps)
    }

    /// The distribution of all values of `curves` together, as if one histogram had recorded them.
    package static func merged(_ curves: [LatencyCurve], operation: String) -> LatencyCurve {
        var counts: [Int64: Int64] = [:]
        for curve in curves {
            var before: Int64 = 0
            for step in curve.steps {
                counts[step.nanoseconds, default: 0] += step.cumulativeCount - before
                before = step.cumulativeCount
            }
        }
        var total: Int64 = 0
        let steps = counts.sorted { $0.key < $1.key }.map { value, count in
            total += count
            return Step(nanoseconds: value, cumulativeCount: total)
        }
        return LatencyCurve(operation: operation, steps: steps)
    }

    /// The lines that end a file of HdrHistogram's own; mean and deviation are those of the recorded steps.
    private func footer(total: Int64) -> String {
        var counts: [(value: Double, count: Double)] = []
        var before: Int64 = 0
        for step in steps {
            counts.append((Double(step.nanoseconds), Double(step.cumulativeCount - before)))
            before = step.cumulativeCount
        }
        let mean = counts.reduce(0) { $0 + $1.value * $1.count } / Double(max(1, total))
        let variance =
            counts.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) * $1.count } / Double(max(1, total))
        func column(_ value: Double) -> String { Self.fixed(value, places: 3).leftPadded(to: 12) }
        return "#[Mean    = \(column(mean)), StdDeviation   = \(column(variance.squareRoot()))]\n"
            + "#[Max     = \(column(Double(steps.last?.nanoseconds ?? 0))), "
            + "Total count    = \(String(total).leftPadded(to: 12))]\n"
    }

    private static func fixed(_ value: Double, places: Int) -> String {
        String(format: "%.\(places)f", value)
    }
}

extension String {
    /// The text with spaces before it, so that it takes `width` characters.
    package func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: Swift.max(0, width - count)) + self
    }

    /// The text with spaces after it, so that it takes `width` characters.
    package func rightPadded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}

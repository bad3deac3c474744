import Glibc

/// The standard normal distribution.
enum Normal {
    /// The probability of a value above `value`.
    static func upperTail(_ value: Double) -> Double { erfc(value / 2.0.squareRoot()) / 2 }

    /// The value below which a share of `probability` (above 0, below 1) lies, by bisection: exact to the last digits,
    /// and never asked for in a loop.
    static func quantile(_ probability: Double) -> Double {
        Bisection.root(from: -40, to: 40) { 1 - upperTail($0) < probability }
    }
}

/// Student's t distribution with a whole number of degrees of freedom.
enum StudentT {
    /// The probability of a value up to `value`: the finite sums of Abramowitz and Stegun (1964), 26.7.3 and 26.7.4.
    static func cumulative(_ value: Double, degrees: Int) -> Double {
        precondition(degrees > 0, "a t distribution has at least one degree of freedom")
        let angle = atan(value / Double(degrees).squareRoot())
        let (sine, cosine) = (sin(angle), cos(angle))
        var inside: Double
        if degrees.isMultiple(of: 2) {
            inside = sine * series(cosine, first: 1, steps: (degrees - 2) / 2) { Double(2 * $0 - 1) / Double(2 * $0) }
        } else {
            inside = angle
            if degrees > 1 {
                inside +=
                    sine
                    * series(cosine, first: cosine, steps: (degrees - 3) / 2) { Double(2 * $0) / Double(2 * $0 + 1) }
            }
            inside *= 2 / Double.pi
        }
        return 0.5 + inside / 2
    }

    /// The value below which a share of `probability` (above 0, below 1) lies.
    static func quantile(_ probability: Double, degrees: Int) -> Double {
        Bisection.root(from: -1e8, to: 1e8) { cumulative($0, degrees: degrees) < probability }
    }

    /// `first` · (1 + f(1)·c² + f(1)·f(2)·c⁴ + …), with `steps` terms after the first.
    private static func series(
        _ cosine: Double, first: Double, steps: Int, factor: (Int) -> Double
    ) -> Double {
        var term = first
        var sum = first
        for step in stride(from: 1, through: steps, by: 1) {
            term *= factor(step) * cosine * cosine
            sum += term
        }
        return sum
    }
}

private enum Bisection {
    /// Where a condition that holds below a place and not above it changes.
    static func root(from low: Double, to high: Double, isBelow: (Double) -> Bool) -> Double {
        var (low, high) = (low, high)
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if middle == low || middle == high { break }
            if isBelow(middle) { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}

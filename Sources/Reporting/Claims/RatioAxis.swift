import Glibc
import Results

/// A logarithmic axis of ratios, 1 among them.
struct RatioAxis: Equatable {
    let low: Double
    let high: Double
    let marks: [ValueAxis.Mark]

    /// - Parameters:
    ///   - values: what has to have a place, all above 0.
    ///   - width: the axis's length in pixels.
    init(_ values: [Double], width: Double) {
        let first = min(1, values.min() ?? 1)
        let last = max(1, values.max() ?? 1)
        // Room for a mark at either end; where all values are 1, something to tell them from.
        let margin = max(pow(last / first, 0.05), 1.02)
        let (low, high) = (first / margin, last * margin)
        self.low = low
        self.high = high
        let room = width / log(high / low)
        let fitting = Self.choices(low, high).filter { marks in
            zip(marks, marks.dropFirst()).allSatisfy { log($1 / $0) * room >= Self.spacing }
        }
        let most = fitting.max { $0.count < $1.count }
        marks = (most ?? [1]).map { ValueAxis.Mark(place: $0, label: CommaSeparated.number($0)) }
    }

    /// The room that a mark's label takes.
    private static let spacing = 36.0

    /// Ways to set marks between two numbers: evenly while that is nearly what a logarithm does, by a few digits of
    /// each decade, by decades.
    private static func choices(_ low: Double, _ high: Double) -> [[Double]] {
        let steps = high / low < 20 ? [1, 2, 5, 10, 20, 50] : []
        let even = steps.map { hundredths -> [Double] in
            let first = Int((low * 100 / Double(hundredths)).rounded(.up))
            let last = Int(high * 100 / Double(hundredths))
            return (first...last).map { Double($0 * hundredths) / 100 }
        }
        let digits = [[10, 15, 20, 30, 40, 50, 70], [10, 20, 30, 50], [10, 20, 50], [10, 30]]
        return even + digits.map { decades(low, high, step: 1, digits: $0) }
            + (1...12).map { decades(low, high, step: $0, digits: [10]) }
    }

    /// - Parameter digits: in tenths.
    private static func decades(_ low: Double, _ high: Double, step: Int, digits: [Int]) -> [Double] {
        var marks: [Double] = []
        for exponent in Int(floor(log10(low)))...Int(floor(log10(high))) where exponent.isMultiple(of: step) {
            // A division by a power of ten gives the number that the decimal digits name.
            let power = pow(10, Double(abs(exponent - 1)))
            for digit in digits {
                let mark = exponent > 0 ? Double(digit) * power : Double(digit) / power
                if low <= mark, mark <= high { marks.append(mark) }
            }
        }
        return marks
    }
}

import Glibc
import Results

/// The range and the marks of a chart's vertical axis, in the unit that the chart shows.
struct ValueAxis: Equatable {
    struct Mark: Equatable {
        var place: Double
        var label: String
    }

    let low: Double
    let high: Double
    let marks: [Mark]

    /// - Parameters:
    ///   - extent: the smallest and the largest number to show, in base units.
    ///   - scale: what the numbers are divided by.
    init(_ extent: (low: Double, high: Double), isLogarithmic: Bool, scale: MetricUnit.Scale, unit: MetricUnit) {
        if isLogarithmic {
            // Marks fall on whole numbers of a unit's prefixes: decades, or powers of four where prefixes are binary.
            let base = unit == .bytes ? 4.0 : 10.0
            let unitOfMarks = unit == .bytes ? 1 : scale.divisor
            func exponent(of value: Double) -> Double { log(value / unitOfMarks) / log(base) }
            let first = Int(floor(exponent(of: extent.low) + 1e-9))
            let last = max(first + 1, Int(ceil(exponent(of: extent.high) - 1e-9)))
            func place(_ exponent: Int) -> Double { pow(base, Double(exponent)) * unitOfMarks / scale.divisor }
            // A little more than the marks, because gnuplot may drop one that stands exactly at the end.
            low = place(first) * 0.995
            high = place(last) * 1.005
            // At most seven marks, each with its own unit: the numbers would span too many digits.
            let step = max(1, (last - first + 5) / 6)
            marks = stride(from: first, through: last, by: step).map { exponent in
                Mark(place: place(exponent), label: Self.short(unit.format(place(exponent) * scale.divisor)))
            }
        } else {
            let top = extent.high > 0 ? extent.high / scale.divisor : 1
            let step = Self.step(top / 4.5)
            let count = Int(ceil(top * 1.02 / step))
            let places = max(0, -Int(floor(log10(step) + 1e-9)) + (Self.isQuarter(step) ? 1 : 0))
            low = 0
            high = step * Double(count)
            marks = (0...count).map { Mark(place: step * Double($0), label: Self.fixed(step * Double($0), places)) }
        }
    }

    /// The smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `rough`.
    private static func step(_ rough: Double) -> Double {
        let power = pow(10, floor(log10(rough)))
        return ([1, 2, 2.5, 5].first { $0 * power >= rough * (1 - 1e-9) } ?? 10) * power
    }

    private static func isQuarter(_ step: Double) -> Bool {
        let digits = step / pow(10, floor(log10(step) + 1e-9))
        return (digits - 2.5).magnitude < 0.01
    }

    private static func fixed(_ value: Double, _ places: Int) -> String {
        let power = pow(10, Double(places))
        let whole = Int64((value * power).rounded())
        guard places > 0 else { return String(whole) }
        let digits = String(whole)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return "\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    /// `1.00 µs` as `1 µs`, `10.0 ms` as `10 ms`.
    private static func short(_ text: String) -> String {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard let number = parts.first, number.contains(".") else { return text }
        var digits = String(number)
        while digits.hasSuffix("0") { digits.removeLast() }
        if digits.hasSuffix(".") { digits.removeLast() }
        return ([digits] + parts.dropFirst().map(String.init)).joined(separator: " ")
    }
}

/// The base unit a metric is stored in, and how its values are shown to people.
///
/// Rates of bytes are shown with decimal prefixes (1 MB/s is 10⁶ bytes a second), as device data sheets and `fio`'s SI
/// output do; amounts of bytes with binary prefixes (1 MiB is 2²⁰ bytes), as the sizes in a scenario are written.
package enum MetricUnit: String, Sendable, Hashable, CaseIterable {
    case bytesPerSecond
    case recordsPerSecond
    case bytes
    case nanoseconds
    case nanosecondsPerByte
    case count
    case countPerMebibyte
    case bytesPerByte
    /// A dimensionless quotient, such as a compression ratio.
    case ratio
    /// A part of a whole, stored as 0…1 and shown in per cent.
    case share

    /// One step of a unit's ladder of prefixes.
    package struct Scale: Sendable, Hashable {
        /// What a stored value is divided by to be shown in ``symbol``.
        package var divisor: Double
        /// The unit as printed after the number; empty for a plain number.
        package var symbol: String

        package init(divisor: Double, symbol: String) {
            self.divisor = divisor
            self.symbol = symbol
        }
    }

    /// The prefixes of this unit, smallest first.
    package var scales: [Scale] {
        switch self {
        case .bytesPerSecond: Self.decimal(["B/s", "kB/s", "MB/s", "GB/s", "TB/s"])
        case .recordsPerSecond: Self.decimal(["rec/s", "k rec/s", "M rec/s", "G rec/s"])
        case .bytes: Self.binary(["B", "KiB", "MiB", "GiB", "TiB"])
        case .nanoseconds: Self.decimal(["ns", "µs", "ms", "s"])
        case .nanosecondsPerByte: [Scale(divisor: 1, symbol: "ns/B")]
        case .count: Self.decimal(["", "k", "M", "G"])
        case .countPerMebibyte: [Scale(divisor: 1, symbol: "/MiB")]
        case .bytesPerByte: [Scale(divisor: 1, symbol: "B/B")]
        case .ratio: [Scale(divisor: 1, symbol: "×")]
        case .share: [Scale(divisor: 0.01, symbol: "%")]
        }
    }

    /// The largest prefix that leaves `magnitude` at 1 or more; the smallest prefix for anything below one unit.
    package func scale(for magnitude: Double) -> Scale {
        let size = magnitude.magnitude
        // A value that three significant digits round up to the next prefix (999.7 kB/s) takes that prefix.
        return scales.last { size >= $0.divisor * 0.9995 } ?? scales[0]
    }

    /// `value` with three significant digits and the unit that suits it, such as `1.23 GB/s`, `45.6 µs`, `12.3 MiB`.
    package func format(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        // Counts up to a hundred thousand are numbers that people recognise.
        if self == .count, value.magnitude < 100_000, value.magnitude >= 100 || value == value.rounded() {
            return String(Int(value.rounded()))
        }
        let scale = scale(for: value)
        let number = SignificantDigits.format(value / scale.divisor)
        return scale.symbol.isEmpty ? number : "\(number) \(scale.symbol)"
    }

    private static func decimal(_ symbols: [String]) -> [Scale] { ladder(symbols, step: 1000) }

    private static func binary(_ symbols: [String]) -> [Scale] { ladder(symbols, step: 1024) }

    private static func ladder(_ symbols: [String], step: Double) -> [Scale] {
        var divisor = 1.0
        return symbols.map { symbol in
            defer { divisor *= step }
            return Scale(divisor: divisor, symbol: symbol)
        }
    }
}

import Glibc

/// Where the values of a chart's horizontal axis stand.
struct AxisScale: Equatable {
    enum Spacing: Equatable {
        /// Names, evenly spaced.
        case names
        /// Numbers at a distance that is their difference.
        case linear
        /// Numbers at a distance that is the logarithm of their ratio.
        case logarithmic
        /// Numbers, evenly spaced in rising order, because true distances would put labels over each other.
        case even
    }

    let spacing: Spacing
    /// The values as written, from left to right.
    let labels: [String]
    /// Their places: 0 is the first, and neighbours are 1 apart on average.
    let positions: [Double]

    /// - Parameters:
    ///   - values: the values as written, in the plan's order.
    ///   - slots: how many labels of these values' length fit side by side.
    ///   - forceNames: treat numbers as names.
    init(_ values: [String], slots: Double, forceNames: Bool = false) {
        let numbers = values.compactMap(Self.number)
        guard !forceNames, numbers.count == values.count, Set(numbers).count == values.count, values.count > 1 else {
            self.init(.names, values)
            return
        }
        let order = values.indices.sorted { numbers[$0] < numbers[$1] }
        let rising = order.map { numbers[$0] }
        let isWide = rising[0] > 0 && rising[rising.count - 1] / rising[0] >= 8
        let raw = isWide ? rising.map { log2($0) } : rising
        let span = raw[raw.count - 1] - raw[0]
        let gaps = zip(raw, raw.dropFirst()).map { ($1 - $0) / span }
        let labels = order.map { values[$0] }
        guard let narrowest = gaps.min(), narrowest * slots >= 1 else {
            self.init(.even, labels)
            return
        }
        let width = Double(values.count - 1)
        self.init(isWide ? .logarithmic : .linear, labels, raw.map { ($0 - raw[0]) / span * width })
    }

    private init(_ spacing: Spacing, _ labels: [String], _ positions: [Double]? = nil) {
        self.spacing = spacing
        self.labels = labels
        self.positions = positions ?? labels.indices.map(Double.init)
    }

    /// The number in a value such as `10`, `0.5`, `64KiB` `500ms` or `10k/s`, in bytes, nanoseconds or
    /// per second where it has a unit.
    static func number(_ text: String) -> Double? {
        // A rate is what it is per second.
        let text = text.hasSuffix("/s") ? String(text.dropLast(2)) : text
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
        guard let number = Double(digits), let factor = units[String(text.dropFirst(digits.count))] else { return nil }
        return number * factor
    }

    private static let units: [String: Double] = [
        "": 1, "B": 1, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824, "TiB": 1_099_511_627_776,
        "k": 1e3, "M": 1e6, "G": 1e9,
        "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
        "ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 6e10, "min": 6e10, "h": 3.6e12, "d": 8.64e13,
    ]
}

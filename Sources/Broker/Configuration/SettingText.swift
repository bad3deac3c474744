/// Reads the values of settings: Kafka's bare numbers, whose unit is in the key's name, and numbers with a unit.
enum SettingText {
    private static let byteUnits: [(suffix: String, factor: Int)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("B", 1),
    ]
    private static let millisecondUnits: [(suffix: String, factor: Int)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// A number of bytes: `65536` or `64KiB`.
    static func bytes(_ text: String, key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
        try number(text, key: key, in: range, units: byteUnits, example: "65536 or 64KiB")
    }

    /// A number of `unit` milliseconds, or -1, which is unlimited: nil.
    static func unlimited(
        _ text: String, key: String, unit: Int64
    ) throws(ConfigurationError) -> Int64? {
        let number = try count(text, key: key, in: -1...Int(Int32.max))
        return number < 0 ? nil : Int64(number) * unit
    }

    /// Milliseconds in a larger unit, rounded up so that a time that there is does not read as none; -1 for nil.
    static func count(of milliseconds: Int64?, unit: Int64) -> String {
        guard let milliseconds else { return "-1" }
        return "\(milliseconds / unit + (milliseconds % unit > 0 ? 1 : 0))"
    }

    /// A duration in milliseconds: `500`, `500ms` or `7d`.
    static func milliseconds(
        _ text: String, key: String, in range: ClosedRange<Int>
    ) throws(ConfigurationError) -> Int {
        try number(text, key: key, in: range, units: millisecondUnits, example: "500 or 500ms")
    }

    static func count(_ text: String, key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
        try number(text, key: key, in: range, units: [], example: "\(range.lowerBound)")
    }

    static func flag(_ text: String, key: String) throws(ConfigurationError) -> Bool {
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw ConfigurationError(key, "'\(text)' is neither true nor false")
        }
    }

    static func choice(_ text: String, key: String, among names: [String]) throws(ConfigurationError) -> String {
        guard names.contains(text) else {
            throw ConfigurationError(key, "there is no '\(text)'; choose one of \(names.joined(separator: ", "))")
        }
        return text
    }

    /// Accepts the one value of a setting that Kafka has and that cannot be changed here, for a reason.
    static func fixed(
        _ text: String, key: String, to value: String, because reason: String
    ) throws(ConfigurationError) {
        guard text == value else {
            throw ConfigurationError(key, "'\(text)' cannot be had: \(reason); write \(value), or leave it out")
        }
    }

    /// The parts of a list, which commas separate; blanks around them and empty parts say nothing, as in Kafka.
    static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
    }

    private static func number(
        _ text: String, key: String, in range: ClosedRange<Int>, units: [(suffix: String, factor: Int)],
        example: String
    ) throws(ConfigurationError) -> Int {
        var digits = text
        var factor = 1
        // The longest suffix that fits: "ms" before "s".
        if let unit = units.filter({ text.hasSuffix($0.suffix) }).max(by: { $0.suffix.count < $1.suffix.count }) {
            digits = String(text.dropLast(unit.suffix.count))
            factor = unit.factor
        }
        guard let value = Int(digits) else {
            throw ConfigurationError(key, "'\(text)' is no number; write for example \(example)")
        }
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        guard !overflow, range.contains(product) else {
            throw ConfigurationError(
                key, "\(text) is out of range: it may be \(range.lowerBound) to \(range.upperBound)")
        }
        return product
    }
}

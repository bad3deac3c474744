/// A key of the configuration whose value has the type `Value`.
///
/// The keys themselves are the static members in `SettingCatalog/`, a file for each section;
/// `settings[.segmentBytes]` reads one.
package struct Setting<Value: SettingValue>: Sendable {
    package let name: String
    package let defaultValue: Value
    let row: SettingDefinition

    init(_ name: String, default defaultValue: Value, _ use: SettingDefinition.Use, _ summary: String) {
        self.init(name, default: defaultValue, allowed: nil, use, summary) { _ in true }
    }

    init(
        _ name: String, default defaultValue: Value, in range: ClosedRange<Value>, _ use: SettingDefinition.Use,
        _ summary: String
    ) where Value: Comparable {
        self.init(name, default: defaultValue, allowed: Self.text(of: range), use, summary) { range.contains($0) }
    }

    init<Wrapped>(
        _ name: String, default defaultValue: Value, in range: ClosedRange<Wrapped>, _ use: SettingDefinition.Use,
        _ summary: String
    ) where Value == Wrapped? {
        self.init(name, default: defaultValue, allowed: Self.text(of: range), use, summary) { value in
            value.map { range.contains($0) } ?? true
        }
    }

    private init(
        _ name: String, default defaultValue: Value, allowed: String?, _ use: SettingDefinition.Use, _ summary: String,
        accepts: @escaping @Sendable (Value) -> Bool
    ) {
        self.name = name
        self.defaultValue = defaultValue
        row = SettingDefinition(
            name: name, form: Value.form, shape: Value.shape, defaultText: defaultValue.canonicalText, allowed: allowed,
            use: use,
            summary: summary
        ) { text throws(ValueError) in
            let value = try Value(parsing: text)
            guard accepts(value) else {
                throw ValueError("\(value.canonicalText) is outside the allowed range of '\(name)', \(allowed ?? "")")
            }
            // The last word of such a key is its unit; finer times would be rounded without a word.
            if name.hasSuffix(".ms"), let time = value as? TimeSpan, !time.nanoseconds.isMultiple(of: 1_000_000) {
                throw ValueError("\(time) is not a whole number of milliseconds")
            }
            return value.canonicalText
        }
    }

    private static func text<Bound: SettingValue>(of range: ClosedRange<Bound>) -> String {
        "\(range.lowerBound.canonicalText) to \(range.upperBound.canonicalText)"
    }
}

/// One row of the table of all keys, whatever the type of its value.
package struct SettingDefinition: Sendable {
    /// Who reads a key, and whether a Kafka user knows it.
    package struct Use: Sendable {
        package var targets: [Target]
        /// Kafka has a configuration of the same name, after the section.
        package var isKafkas = false
        /// The valid names come from a catalog of strategies.
        package var isStrategy = false

        static let both = Use(targets: [.log, .broker])
        static let broker = Use(targets: [.broker])
        var kafkas: Use { with { $0.isKafkas = true } }
        var strategy: Use { with { $0.isStrategy = true } }

        private func with(_ change: (inout Use) -> Void) -> Use {
            var copy = self
            change(&copy)
            return copy
        }
    }

    package let name: String
    /// The value's type in words, with the form it is written in.
    package let form: String
    package let shape: ValueShape
    package let defaultText: String
    /// The range, where the type alone does not say it.
    package let allowed: String?
    package let use: Use
    package let summary: String
    /// The value's text in its one canonical text, or what is wrong with it.
    package let canonical: @Sendable (String) throws(ValueError) -> String

    /// `broker` of `broker.append.path`.
    package var section: String { String(name.prefix { $0 != "." }) }
}

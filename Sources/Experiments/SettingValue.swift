/// A value that a scenario can give to a key: read from text, written back as text that reads the same.
package protocol SettingValue: Sendable, Equatable {
    /// What the reference documentation calls this type, with the form it is written in.
    static var form: String { get }

    /// How this type is written, for editors; any scalar unless a type says otherwise.
    static var shape: ValueShape { get }

    /// Reads `text`, or says what is wrong with it and what to write instead.
    init(parsing text: String) throws(ValueError)

    /// The one text of this value, which reads back as the same value.
    var canonicalText: String { get }
}

/// The texts that a value may have, as far as a schema can say it.
package enum ValueShape: Sendable {
    case scalar
    case integer
    case boolean
    /// A number within bounds.
    case number(ClosedRange<Double>)
    /// One of these names.
    case choice([String])
    /// A count and one of these units.
    case quantity([String])
    indirect case optional(ValueShape)
}

extension SettingValue {
    package static var shape: ValueShape { .scalar }
}

extension SettingValue where Self: CustomStringConvertible {
    package var canonicalText: String { description }
}

/// Why a text is not a value of the wanted type; the place is added by whoever knows it.
package struct ValueError: Error, Equatable {
    package var message: String

    package init(_ message: String) {
        self.message = message
    }
}

extension Int: SettingValue {
    package static var shape: ValueShape { .integer }
    package static var form: String { "integer (`100`, `1_000`, `10k`, `2M`)" }

    package init(parsing text: String) throws(ValueError) {
        let quantity = try Quantity(text, of: "an integer")
        switch quantity.unit {
        case "": self = quantity.count
        case "k": self = try quantity.scaled(by: 1_000)
        case "M": self = try quantity.scaled(by: 1_000_000)
        case "G": self = try quantity.scaled(by: 1_000_000_000)
        default: throw ValueError("'\(text)' is not an integer; write digits, as in 1000, 1_000 or 10k")
        }
    }
}

extension Bool: SettingValue {
    package static var shape: ValueShape { .boolean }
    package static var form: String { "`true` or `false`" }

    package init(parsing text: String) throws(ValueError) {
        switch text {
        case "true": self = true
        case "false": self = false
        default: throw ValueError("'\(text)' is neither true nor false")
        }
    }
}

extension String: SettingValue {
    package static var form: String { "name" }

    package init(parsing text: String) throws(ValueError) {
        guard !text.isEmpty else { throw ValueError("a name must not be empty") }
        self = text
    }
}

/// A key that need not have a value: `unset`, or Kafka's -1, says so.
extension Optional: SettingValue where Wrapped: SettingValue {
    package static var shape: ValueShape { .optional(Wrapped.shape) }
    package static var form: String { "\(Wrapped.form), or `unset`" }

    package init(parsing text: String) throws(ValueError) {
        self = text == "unset" || text == "-1" ? nil : .some(try Wrapped(parsing: text))
    }

    package var canonicalText: String {
        map(\.canonicalText) ?? "unset"
    }
}

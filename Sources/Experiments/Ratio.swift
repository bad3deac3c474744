/// A share from 0 to 1.
package struct Ratio: SettingValue, CustomStringConvertible, Comparable, Hashable {
    package var value: Double

    package init(_ value: Double) {
        self.value = value
    }

    package static var shape: ValueShape { .number(0...1) }
    package static var form: String { "number from 0 to 1" }

    package init(parsing text: String) throws(ValueError) {
        // Double reads hexadecimal and infinities too; a scenario has no use for them.
        guard text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let value = Double(text), value <= 1 else {
            throw ValueError("'\(text)' is not a number from 0 to 1")
        }
        self.value = value
    }

    /// `0.5`, `1`, `0`: a whole number without its fraction.
    package var description: String {
        value == value.rounded() ? "\(Int(value))" : "\(value)"
    }

    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

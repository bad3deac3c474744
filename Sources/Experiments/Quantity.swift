/// Digits and what follows them: `64KiB` is 64 and `KiB`. Underscores may group digits; one space may stand before the
/// unit.
struct Quantity {
    let text: String
    let count: Int
    let unit: String

    /// - Parameter kind: What was wanted, with its article, for the error's text.
    init(_ text: String, of kind: String) throws(ValueError) {
        self.text = text
        if text.hasPrefix("-") {
            throw ValueError("'\(text)' is negative; \(kind) is 0 or more")
        }
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "_") }
        guard let first = digits.first, first != "_", digits.last != "_", !digits.contains("__") else {
            throw ValueError("'\(text)' is not \(kind)")
        }
        guard let count = Int(digits.filter { $0 != "_" }) else {
            throw ValueError("'\(text)' is too large")
        }
        self.count = count
        let rest = text[digits.endIndex...]
        unit = String(rest.hasPrefix(" ") ? rest.dropFirst() : rest)
    }

    /// The count in base units.
    func scaled(by factor: Int) throws(ValueError) -> Int {
        let (product, overflow) = count.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw ValueError("'\(text)' is too large") }
        return product
    }

    /// The unit of `units` that this text names; the error proposes the nearest one.
    func factor(in units: [Unit], of kind: String, example: String) throws(ValueError) -> Int {
        if let unit = units.first(where: { $0.name == unit }) {
            return unit.factor
        }
        let names = units.map(\.name)
        guard !unit.isEmpty else {
            throw ValueError("'\(text)' has no unit; write \(kind) as \(example)")
        }
        let hint =
            names.first { $0.lowercased() == unit.lowercased() }.map { "; did you mean \(count)\($0)?" }
            ?? "; use one of \(names.joined(separator: ", "))"
        throw ValueError("'\(text)' has the unknown unit '\(unit)'\(hint)")
    }

    /// The shortest exact text of `value`: the unit that leaves the smallest whole count, the earlier one on a tie.
    static func text(of value: Int, in units: [Unit]) -> String {
        let exact = units.filter { value != 0 && value.isMultiple(of: $0.factor) }
        let largest = exact.enumerated().max { ($0.element.factor, -$0.offset) < ($1.element.factor, -$1.offset) }
        guard let unit = largest?.element else { return "0\(units.first { $0.factor == 1 }?.name ?? "")" }
        return "\(value / unit.factor)\(unit.name)"
    }
}

/// A unit's name and its size in base units.
struct Unit: Sendable {
    let name: String
    let factor: Int

    init(_ name: String, _ factor: Int) {
        self.name = name
        self.factor = factor
    }
}

/// How many processors' time something may take: `0.5`, `2`.
package struct ProcessorCount: SettingValue, CustomStringConvertible, Comparable, Hashable {
    /// In thousandths of a processor.
    package var thousandths: Int

    package init(thousandths: Int) {
        self.thousandths = thousandths
    }

    package static var form: String { "number of processors (`0.5`, `2`)" }

    package init(parsing text: String) throws(ValueError) {
        guard text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let value = Double(text), value < 1e6,
            value * 1000 == (value * 1000).rounded()
        else {
            throw ValueError("'\(text)' is not a number of processors; write it as in 0.5 or 2")
        }
        thousandths = Int(value * 1000)
    }

    package var description: String {
        thousandths.isMultiple(of: 1000) ? "\(thousandths / 1000)" : "\(Double(thousandths) / 1000)"
    }

    package static func < (left: Self, right: Self) -> Bool { left.thousandths < right.thousandths }
}

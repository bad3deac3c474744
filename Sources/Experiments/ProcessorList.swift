/// Processors by number, written as the kernel does: `0`, `0-3`, `0,2`.
package struct ProcessorList: SettingValue, CustomStringConvertible, Hashable {
    /// Ascending, at least one.
    package var numbers: [Int]

    package static var form: String { "processors (`0`, `0-3`, `0,2`)" }

    package init(parsing text: String) throws(ValueError) {
        var found: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let bounds = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard bounds.count <= 2, let low = bounds.first ?? nil, let high = bounds.last ?? nil, low >= 0,
                low <= high, high < 1024
            else { throw ValueError("'\(text)' names no processors; write them as 0, 0-3 or 0,2") }
            found.formUnion(low...high)
        }
        numbers = found.sorted()
    }

    package var description: String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}

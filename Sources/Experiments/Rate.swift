/// Records or bytes per second: `10k/s`, `100MiB/s`.
package enum Rate: SettingValue, CustomStringConvertible, Hashable {
    case records(Int)
    case bytes(ByteCount)

    package static var form: String { "rate (`10k/s` records, `100MiB/s`)" }

    package init(parsing text: String) throws(ValueError) {
        guard text.hasSuffix("/s") else {
            throw ValueError("'\(text)' is not a rate; write records as 10k/s or bytes as 100MiB/s")
        }
        let amount = String(text.dropLast(2))
        let unit = try Quantity(amount, of: "a rate").unit
        let isCount = Self.recordUnits.contains { $0.name == unit }
        self = isCount ? .records(try Int(parsing: amount)) : .bytes(try ByteCount(parsing: amount))
    }

    package var description: String {
        switch self {
        case .records(let count): "\(Quantity.text(of: count, in: Self.recordUnits))/s"
        case .bytes(let count): "\(count)/s"
        }
    }

    /// Base units per second: records or bytes.
    package var perSecond: Int {
        switch self {
        case .records(let count): count
        case .bytes(let count): count.bytes
        }
    }

    /// As records a second, of which each has so many bytes.
    package func recordsPerSecond(of size: ByteCount) -> Int {
        switch self {
        case .records(let count): count
        case .bytes(let count): count.bytes / max(1, size.bytes)
        }
    }

    private static let recordUnits = [Unit("", 1), Unit("k", 1_000), Unit("M", 1_000_000), Unit("G", 1_000_000_000)]
}

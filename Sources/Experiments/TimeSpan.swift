/// A length of time in whole nanoseconds, written with its unit: `500ms`, `1s`, `168h`.
package struct TimeSpan: SettingValue, CustomStringConvertible, Comparable, Hashable {
    package var nanoseconds: Int

    package init(nanoseconds: Int) {
        self.nanoseconds = nanoseconds
    }

    package static func milliseconds(_ count: Int) -> Self { Self(nanoseconds: count * 1_000_000) }
    package static func seconds(_ count: Int) -> Self { Self(nanoseconds: count * 1_000_000_000) }
    package static func hours(_ count: Int) -> Self { .seconds(count * 3_600) }

    package static var shape: ValueShape { .quantity(units.map(\.name)) }
    package static var form: String { "time (`10us`, `500ms`, `1s`, `5min`, `168h`)" }

    package init(parsing text: String) throws(ValueError) {
        let quantity = try Quantity(text, of: "a time")
        nanoseconds = try quantity.scaled(by: quantity.factor(in: Self.units, of: "a time", example: "500ms or 1s"))
    }

    package var description: String { Quantity.text(of: nanoseconds, in: Self.units) }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// No unit is longer than the hour: Kafka's defaults are spoken of in hours (168h), and days have no fixed length.
    static let units = [
        Unit("ns", 1), Unit("us", 1_000), Unit("ms", 1_000_000), Unit("s", 1_000_000_000),
        Unit("min", 60_000_000_000), Unit("h", 3_600_000_000_000),
    ]
}

/// A number of bytes, written with its unit: `64KiB`, `100MB`, `512B`.
package struct ByteCount: SettingValue, CustomStringConvertible, Comparable, Hashable {
    package var bytes: Int

    package init(_ bytes: Int) {
        self.bytes = bytes
    }

    package static func kibibytes(_ count: Int) -> Self { Self(count << 10) }
    package static func mebibytes(_ count: Int) -> Self { Self(count << 20) }
    package static func gibibytes(_ count: Int) -> Self { Self(count << 30) }

    package static var shape: ValueShape { .quantity(units.map(\.name)) }
    package static var form: String { "size (`512B`, `64KiB`, `1MiB`, `1GiB`, `100MB`)" }

    package init(parsing text: String) throws(ValueError) {
        let quantity = try Quantity(text, of: "a size")
        bytes = try quantity.scaled(by: quantity.factor(in: Self.units, of: "a size", example: "512B or 64KiB"))
    }

    package var description: String { Quantity.text(of: bytes, in: Self.units) }

    package static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }

    static let units = [
        Unit("B", 1), Unit("KiB", 1 << 10), Unit("MiB", 1 << 20), Unit("GiB", 1 << 30), Unit("TiB", 1 << 40),
        Unit("kB", 1_000), Unit("MB", 1_000_000), Unit("GB", 1_000_000_000), Unit("TB", 1_000_000_000_000),
    ]
}

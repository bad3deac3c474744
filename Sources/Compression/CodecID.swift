/// The number by which a record batch names its codec: bits 0–2 of the attributes.
///
/// Each codec's file adds its own constant.
package struct CodecID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    @inlinable
    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }
}

extension CodecID: CustomStringConvertible {
    /// The codec's Kafka name, or its number where no codec has it.
    package var description: String { CodecCatalog[self]?.name ?? "codec \(rawValue)" }
}

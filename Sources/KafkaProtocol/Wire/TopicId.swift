/// A topic's id: 128 random bits, which a topic keeps for as long as it lives, and a later one of its name has not.
///
/// Source of the text form: Kafka's `Uuid` (clients, common), base64 in its alphabet for addresses, without padding.
package struct TopicId: Hashable, Sendable, CustomStringConvertible {
    /// The value of a topic that there is not.
    package static let zero = TopicId(high: 0, low: 0)

    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Reads the text form, 22 characters; nil when it is none.
    package init?(_ text: String) {
        guard text.utf8.count == 22 else { return nil }
        var bits: (high: UInt64, low: UInt64) = (0, 0)
        for (index, character) in text.utf8.enumerated() {
            guard let digit = Self.alphabet.firstIndex(of: character) else { return nil }
            // The last character has two bits of the id, and four that are not there.
            let width = index == 21 ? 2 : 6
            guard index < 21 || digit & 0xf == 0 else { return nil }
            bits.high = bits.high << width | bits.low >> (64 - width)
            bits.low = bits.low << width | UInt64(index == 21 ? digit >> 4 : digit)
        }
        self.init(high: bits.high, low: bits.low)
    }

    package var description: String {
        var bits = (high: high, low: low)
        let characters = (0..<22).map { _ in
            let digit = Self.alphabet[Int(bits.high >> 58)]
            bits.high = bits.high << 6 | bits.low >> 58
            bits.low <<= 6
            return digit
        }
        return String(decoding: characters, as: UTF8.self)
    }
}

extension TopicId: WireValue {
    package static var minimumLength: Int { 16 }

    package static func read(from reader: inout WireReader) throws(WireError) -> TopicId {
        TopicId(high: UInt64(bitPattern: try reader.int64()), low: UInt64(bitPattern: try reader.int64()))
    }

    package func write(to writer: inout WireWriter) {
        writer.int64(Int64(bitPattern: high))
        writer.int64(Int64(bitPattern: low))
    }
}

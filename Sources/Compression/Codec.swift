/// One entry of the catalog: what a codec is called, what it can be told, and how to make its two halves.
package struct Codec: Sendable {
    /// The number in a batch's attributes.
    package let id: CodecID
    /// Kafka's name, as in `compression.type`.
    package let name: String
    /// One line for people.
    package let summary: String
    /// The compression levels it takes, or nil if it has none.
    package let levels: ClosedRange<Int>?
    /// The level used when none is asked for; nil if it has none.
    package let defaultLevel: Int?

    let compressor: Compressor.Type
    let decoder: CodecDecoder.Type

    /// A compressor for one thread, at `level` or else at the default level.
    ///
    /// - Throws: `levelOutOfRange` for a level the codec does not have, `libraryFailed` if no context can be made.
    package func makeCompressor(level: Int? = nil) throws(CompressionError) -> Compressor {
        if let level, !(levels?.contains(level) ?? false) {
            throw .levelOutOfRange(id, level: level, levels: levels)
        }
        return try compressor.init(level: level ?? defaultLevel ?? 0)
    }
}

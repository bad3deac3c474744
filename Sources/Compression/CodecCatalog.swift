/// Every codec there is. The scenario vocabulary, help, `limits` and the conformance tests read this list.
package enum CodecCatalog {
    package static let all: [Codec] = [.none, .gzip, .snappy, .lz4, .zstd]

    /// The highest number that is assigned.
    package static let highest = all.map(\.id).max { $0.rawValue < $1.rawValue } ?? .none

    /// One bit for each number that is assigned: the question is asked for every batch that is parsed.
    private static let assigned = all.reduce(into: UInt64(0)) { $0 |= 1 << UInt64($1.id.rawValue) }

    /// Whether a codec has this number.
    package static func contains(_ id: CodecID) -> Bool { assigned >> UInt64(id.rawValue) & 1 == 1 }

    /// The codec that a batch's attributes name; nil for a number that is not assigned.
    package static subscript(id: CodecID) -> Codec? { all.first { $0.id == id } }

    /// The codec of this Kafka name.
    package static func named(_ name: String) -> Codec? { all.first { $0.name == name } }
}

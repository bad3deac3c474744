/// Every codec there is. The scenario vocabulary, help, `limits` and the conformance tests read this list.
package enum CodecCatalog {
    package static let all: [Codec] = [.none, .gzip, .snappy, .lz4, .zstd]

    /// The codec that a batch's attributes name; nil for a number that is not assigned.
    package static subscript(id: CodecID) -> Codec? { all.first { $0.id == id } }

    /// The codec of this Kafka name.
    package static func named(_ name: String) -> Codec? { all.first { $0.name == name } }
}

/// The placements there are. A new one is a file beside `SequentialPlacement.swift` and a line in `all`.
package enum PlacementCatalog {
    /// One placement: what a reader should know of it, and how to make it for a segment.
    package struct Entry: Sendable {
        package let name: String
        package let summary: String
        /// Whether batches are found only through an index that holds each of them.
        package let isDense: Bool
        let make: @Sendable (_ segment: Segment, _ configuration: LogConfiguration) -> Placement
    }

    package static let all: [Entry] = [
        Entry(
            name: "sequential",
            summary: "behind the last batch: the file only grows",
            isDense: false,
            make: { SequentialPlacement(end: $0.end, limit: $1.sizeLimit) }),
        Entry(
            name: "random",
            summary: "a random free slot of a preallocated segment; a slot holds one batch of up to max.message.bytes",
            isDense: true,
            make: { segment, configuration in
                RandomPlacement(
                    slotBytes: configuration.slotBytes,
                    freeSlots: segment.freeSlots(slotBytes: configuration.slotBytes, limit: configuration.segmentBytes),
                    seed: configuration.seed ^ UInt64(bitPattern: segment.baseOffset))
            }),
    ]

    /// The entry of that name; nil when there is none.
    package static func entry(named name: String) -> Entry? {
        all.first { $0.name == name }
    }
}

extension LogConfiguration {
    /// A slot of random placement: the largest batch, in whole blocks, so that every slot can be
    /// written without reading.
    package var slotBytes: Int { (maxMessageBytes + 4095) / 4096 * 4096 }
}

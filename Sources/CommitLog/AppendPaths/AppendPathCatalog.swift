/// The append paths there are. A new one is a file beside `BufferedAppendPath.swift` and a line in `all`.
package enum AppendPathCatalog {
    /// What a path cannot do.
    package struct Traits: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Bytes do not reach the file, so they can be neither read back nor verified.
        package static let storesNothing = Traits(rawValue: 1)
    }

    /// One path: what a reader should know of it, and how to make it.
    package struct Entry: Sendable {
        package let name: String
        package let summary: String
        package let traits: Traits
        /// How often the CPU copies each byte on its way into the file: what the counters of a leg must show.
        package let copiesPerByte: Int
        /// Makes the path for one thread; the argument is the largest batch in bytes.
        package let make: @Sendable (_ largestBatchBytes: Int) -> AppendPath
    }

    package static let all: [Entry] = [
        Entry(
            name: "buffered",
            summary: "pwrite from a reused buffer into the page cache: one call and one copy a write",
            traits: [], copiesPerByte: 1,
            make: { BufferedAppendPath(byteCount: max($0, 256 * 1024)) }),
        Entry(
            name: "null",
            summary: "moves no bytes: the harness's own ceiling; nothing can be read back",
            traits: [.storesNothing], copiesPerByte: 0,
            make: { NullAppendPath(byteCount: $0) }),
    ]

    /// The entry of that name; nil when there is none.
    package static func entry(named name: String) -> Entry? {
        all.first { $0.name == name }
    }
}

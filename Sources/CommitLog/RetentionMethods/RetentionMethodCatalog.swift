/// The ways to give up old records. A new one is a file beside `DeleteSegments.swift` and a line in `all`.
package enum RetentionMethodCatalog {
    /// One method: what a reader should know of it, and how to make it.
    package struct Entry: Sendable {
        package let name: String
        package let summary: String
        /// Whether it trims a file, which takes batches that lie in the order of their offsets.
        package let needsOrder: Bool
        /// Whether it changes a file that readers may have been sent pages of.
        package let changesFile: Bool
        let make: @Sendable () -> RetentionMethod
    }

    package static let all: [Entry] = [
        Entry(
            name: "delete", summary: "unlink whole segments of segment.bytes, as Kafka does", needsOrder: false,
            changesFile: false, make: { DeleteSegments() }),
        Entry(
            name: "punch-hole", summary: "keep one file and punch holes of segment.bytes into its start",
            needsOrder: true, changesFile: true, make: { PunchHoles() }),
        Entry(
            name: "rewrite", summary: "keep one file and copy what stays into a new one, segment.bytes less each time",
            needsOrder: true, changesFile: false, make: { RewriteFile() }),
    ]

    /// The entry of that name; nil when there is none.
    package static func entry(named name: String) -> Entry? {
        all.first { $0.name == name }
    }
}

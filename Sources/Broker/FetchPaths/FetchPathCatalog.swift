/// The fetch paths there are. A new one is a file beside `SendfileFetchPath.swift` and a line in `all`.
package enum FetchPathCatalog {
    /// What a path cannot do.
    package struct Traits: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// What it sends is not what the log holds, so nothing can be verified.
        package static let sendsNothingReal = Traits(rawValue: 1)
    }

    /// One path: what a reader should know of it, and how to make it.
    package struct Entry: Sendable {
        package let name: String
        package let summary: String
        package let traits: Traits
        /// How often the CPU copies each byte on its way to the socket, and whether the kernel moves it there: what the
        /// counters of a leg must show.
        package let copiesPerByte: Int
        package let moves: Bool
        /// Makes the path for one thread.
        package let make: @Sendable () -> FetchPath
    }

    package static let all: [Entry] = [
        Entry(
            name: "sendfile",
            summary: "the kernel sends from the page cache: one call, no copy by the CPU",
            traits: [], copiesPerByte: 0, moves: true,
            make: { SendfileFetchPath() }),
        Entry(
            name: "read-write",
            summary: "pread into a reused buffer, then send: two calls and two copies, as a plain program does it",
            traits: [], copiesPerByte: 2, moves: false,
            make: { ReadWriteFetchPath() }),
        Entry(
            name: "null",
            summary: "sends zeros from one hot buffer: the harness's own ceiling; nothing of the log is read",
            traits: [.sendsNothingReal], copiesPerByte: 1, moves: false,
            make: { NullFetchPath() }),
    ]

    /// The entry of that name; nil when there is none.
    package static func entry(named name: String) -> Entry? {
        all.first { $0.name == name }
    }
}

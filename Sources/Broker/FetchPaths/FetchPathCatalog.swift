package import LinuxKernel

/// The fetch paths there are. A new one is a file beside `SendfileFetchPath.swift` and a line in `all`.
package enum FetchPathCatalog {
    /// What a path is made with.
    package struct Surroundings: Sendable {
        /// The room in a pipe, for the paths that have one.
        package var pipeByteCount = 1 << 20

        package init() {}
    }

    /// One path: what a reader should know of it, and how to make it.
    package struct Entry: Sendable {
        package let name: String
        package let summary: String
        package let traits: PathTraits
        /// Makes the path for one thread.
        package let make: @Sendable (Surroundings) throws(SystemError) -> FetchPath
    }

    package static let all: [Entry] = [
        Entry(
            name: "sendfile",
            summary: "the kernel sends from the page cache: one call, no copy by the CPU",
            traits: PathTraits(
                copiesPerByte: 0, carriers: [.sendfile], calls: "1 for what the socket takes, 1 MiB at the most",
                limitations: [.cannotTransform, .needsPageCache, .lendsPages]),
            make: { _ in SendfileFetchPath() }),
        Entry(
            name: "read-write",
            summary: "pread into a reused buffer, then send: two calls and two copies, as a plain program does it",
            traits: PathTraits(copiesPerByte: 2, carriers: [.pread, .send], calls: "2 for 256 KiB"),
            make: { _ in ReadWriteFetchPath() }),
        Entry(
            name: "mmap",
            summary: "send from the mapped segment: one call and one copy; a fault for pages not touched before",
            traits: PathTraits(
                copiesPerByte: 1, carriers: [.send],
                calls: "1 for what the socket takes, 1 MiB at the most, and faults",
                limitations: [.cannotTransform, .needsPageCache]),
            make: { _ in MmapFetchPath() }),
        Entry(
            name: "splice",
            summary: "from the file into a pipe, from the pipe into the socket: two calls, no copy by the CPU",
            traits: PathTraits(
                copiesPerByte: 0, carriers: [.splice], calls: "2 for what the pipe holds",
                limitations: [.cannotTransform, .needsPageCache, .lendsPages]),
            make: { SpliceFetchPath(pipeByteCount: $0.pipeByteCount) }),
        Entry(
            name: "zerocopy",
            summary: "MSG_ZEROCOPY from the mapped segment: no copy, but one on loopback, and completions to be read",
            traits: PathTraits(
                copiesPerByte: 0, carriers: [.sendZerocopy],
                calls: "1 for what the socket takes, 1 MiB at the most, and 1 for a completion",
                needs: "Linux 4.14; locked memory (ulimit -l) unless root",
                limitations: [.cannotTransform, .needsPageCache, .lendsPages]),
            make: { _ in ZerocopyFetchPath() }),
        Entry(
            name: "uring",
            summary: "reads into registered buffers and sends, linked in a ring: up to 1 MiB with one call, two copies",
            traits: PathTraits(
                copiesPerByte: 2, carriers: [.uringRead, .uringSend], calls: "1 for 1 MiB",
                needs: "Linux 5.6, io_uring not switched off", limitations: [.cannotTransform, .needsPageCache],
                objection: { Ring.objection() }),
            make: { (_) throws(SystemError) in try UringFetchPath(pieces: 4) }),
        Entry(
            name: "uring-zc",
            summary: "SEND_ZC from the mapped segment: no copy, but one on loopback; completions without a call",
            traits: PathTraits(
                copiesPerByte: 0, carriers: [.uringSendZerocopy],
                calls: "1 for what the socket takes, 1 MiB at the most",
                needs: "Linux 6.2, io_uring not switched off; locked memory (ulimit -l) unless root",
                limitations: [.cannotTransform, .needsPageCache, .lendsPages],
                objection: { Ring.objection(withZerocopy: true) }),
            make: { (_) throws(SystemError) in try UringZerocopyFetchPath(ringSize: 64) }),
        Entry(
            name: "uring-splice",
            summary: "both moves of splice, linked in a ring: one call, no copy, but a kernel thread does the work",
            traits: PathTraits(
                copiesPerByte: 0, carriers: [.uringSplice], calls: "1 for what the pipe holds",
                needs: "Linux 5.7, io_uring not switched off",
                limitations: [.cannotTransform, .needsPageCache, .lendsPages], objection: { Ring.objection() }),
            make: { (surroundings) throws(SystemError) in
                try UringSpliceFetchPath(pipeByteCount: surroundings.pipeByteCount)
            }),
        Entry(
            name: "null",
            summary: "sends zeros from one hot buffer: the harness's own ceiling; nothing of the log is read",
            traits: PathTraits(
                copiesPerByte: 1, carriers: [.send], calls: "1 for 64 KiB", limitations: [.movesNothingReal]),
            make: { _ in NullFetchPath() }),
    ]

    /// The entry of that name; nil when there is none.
    package static func entry(named name: String) -> Entry? {
        all.first { $0.name == name }
    }
}

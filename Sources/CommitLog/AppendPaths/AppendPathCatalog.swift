package import LinuxKernel

/// The append paths there are. A new one is a file beside `BufferedAppendPath.swift` and a line in `all`.
package enum AppendPathCatalog {
    /// One path: what a reader should know of it, and how to make it.
    package struct Entry: Sendable {
        package let name: String
        package let summary: String
        package let traits: PathTraits
        /// Why the path cannot write logs in a directory, which exists; nil when it can. It is tried out there.
        package let objection: @Sendable (_ directory: String) -> String?
        /// Makes the path for one thread; the argument is the largest batch in bytes.
        package let make: @Sendable (_ largestBatchBytes: Int) -> AppendPath

        init(
            _ name: String, _ summary: String, _ traits: PathTraits,
            objection: @escaping @Sendable (_ directory: String) -> String? = { _ in nil },
            make: @escaping @Sendable (_ largestBatchBytes: Int) -> AppendPath
        ) {
            self.name = name
            self.summary = summary
            self.traits = traits
            self.objection = objection
            self.make = make
        }

        /// Whether nothing can be read back.
        package var storesNothing: Bool { traits.movesNothingReal }

        /// Whether a write returns when the device has the bytes, so that it is no faster than the device.
        package var waitsForDevice: Bool {
            !traits.limitations.contains(.isVolatile)
                || !Set(traits.carriers).isDisjoint(with: [.pwriteDirect, .uringWriteDirect])
        }
    }

    /// What a write has of batches at least, so that it is hot in the second-level cache; and what the
    /// paths have that gather more.
    private static let hotBytes = 256 << 10
    private static let manyBytes = 1 << 20

    package static let all: [Entry] = [
        Entry(
            "buffered", "pwrite from a reused buffer into the page cache: the plain way, and the one to beat",
            PathTraits(
                copiesPerByte: 2, carriers: [.pwrite], calls: "1 for up to 256 KiB of a turn",
                limitations: [.isVolatile]),
            make: { BufferedAppendPath(byteCount: max($0, hotBytes)) }),
        Entry(
            "vectored", "one pwritev2 for all batches of a turn, each from memory of its own",
            PathTraits(
                copiesPerByte: 2, carriers: [.pwritev], calls: "1 for up to 1 MiB of a turn",
                limitations: [.isVolatile]),
            make: { VectoredAppendPath(byteCount: max($0, manyBytes)) }),
        Entry(
            "mmap", "received into the segment's own mapped pages: no call to write, but a fault for each new page",
            PathTraits(
                copiesPerByte: 1, carriers: [.mappedStore], calls: "0; fallocate and mmap once a segment",
                needs: "a file system that allocates in advance",
                limitations: [.isVolatile, .needsPageCache, .fillsNoCache]),
            objection: AppendPathProbe.allocation,
            make: { _ in MappedAppendPath() }),
        Entry(
            "splice", "from the socket through a pipe to the file: the payload never enters user memory",
            PathTraits(
                copiesPerByte: 0, carriers: [.splice], calls: "3 a batch, and 2 for each further MiB",
                limitations: [
                    .isVolatile, .checksNoCRC, .cannotTransform, .needsSocket, .needsPageCache, .fillsNoCache,
                ]),
            make: { SpliceAppendPath(byteCount: max($0, hotBytes)) }),
        Entry(
            "direct", "O_DIRECT: from aligned memory to the device, around the page cache",
            PathTraits(
                copiesPerByte: 1, carriers: [.pwriteDirect], calls: "1 for up to 1 MiB of a turn, in whole blocks",
                needs: "Linux 6.1 and a file system that tells its alignment (ext4, xfs, btrfs)",
                limitations: [.isVolatile]),
            objection: AppendPathProbe.direct,
            make: { DirectAppendPath(byteCount: max($0, manyBytes), synchronous: false) }),
        Entry(
            "dsync", "O_DSYNC: each write returns when it is on the device, without a flush of its own",
            PathTraits(copiesPerByte: 2, carriers: [.pwrite], calls: "1 for up to 256 KiB of a turn"),
            make: { DsyncAppendPath(byteCount: max($0, hotBytes)) }),
        Entry(
            "direct-dsync", "O_DIRECT and O_DSYNC: around the page cache, and durable when it returns",
            PathTraits(
                copiesPerByte: 1, carriers: [.pwriteDirect], calls: "1 for up to 1 MiB of a turn, in whole blocks",
                needs: "Linux 6.1 and a file system that tells its alignment (ext4, xfs, btrfs)"),
            objection: AppendPathProbe.direct,
            make: { DirectAppendPath(byteCount: max($0, manyBytes), synchronous: true) }),
        Entry(
            "dontcache", "pwritev2 with RWF_DONTCACHE: through the page cache, written back at once and then dropped",
            PathTraits(
                copiesPerByte: 2, carriers: [.pwritev], calls: "1 for up to 256 KiB of a turn",
                needs: "Linux 6.14 and a file system that knows the flag (ext4, xfs, btrfs)",
                limitations: [.isVolatile]),
            objection: AppendPathProbe.uncached,
            make: { UncachedAppendPath(byteCount: max($0, hotBytes)) }),
        Entry(
            "uring", "io_uring with registered memory and files: all writes of a turn with one call",
            PathTraits(
                copiesPerByte: 2, carriers: [.uringWrite], calls: "1 for up to 1 MiB of a turn",
                needs: "Linux 5.19, io_uring not switched off", limitations: [.isVolatile]),
            objection: AppendPathProbe.ring,
            make: { RingAppendPath(byteCount: max($0, manyBytes)) }),
        Entry(
            "uring-direct", "io_uring with O_DIRECT: several aligned writes at the device at a time, with one call",
            PathTraits(
                copiesPerByte: 1, carriers: [.uringWriteDirect], calls: "1 for up to 1 MiB of a turn, in whole blocks",
                needs: "Linux 6.1, io_uring not switched off, a file system that tells its alignment",
                limitations: [.isVolatile]),
            objection: { AppendPathProbe.ring($0) ?? AppendPathProbe.direct($0) },
            make: { RingDirectAppendPath(byteCount: max($0, manyBytes)) }),
        Entry(
            "null", "moves no bytes: the harness's own ceiling; nothing can be read back",
            PathTraits(
                copiesPerByte: 1, carriers: [], calls: "0",
                limitations: [.isVolatile, .movesNothingReal, .fillsNoCache]),
            make: { NullAppendPath(byteCount: $0) }),
    ]

    /// The entry of that name; nil when there is none.
    package static func entry(named name: String) -> Entry? {
        all.first { $0.name == name }
    }
}

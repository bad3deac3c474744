/// What is to be known of a path that bytes take between a socket, memory and a file: for readers, for the planner, and
/// for the proof that a leg took it.
package struct PathTraits: Sendable {
    /// What a path cannot do, or be asked to do.
    package enum Limitation: String, Sendable, CaseIterable {
        /// Nothing real goes through it, so nothing can be read back or verified.
        case movesNothingReal = "moves nothing real"
        /// The payload never enters user memory, so its checksum is not looked at.
        case checksNoCRC = "cannot check CRCs"
        /// Batches go out or in as they are: no recompression.
        case cannotTransform = "cannot transform"
        /// Its bytes are pages of the page cache, so there is no way around that cache.
        case needsPageCache = "needs the page cache"
        /// The socket refers to pages of the page cache instead of having a copy, until the reader has received them:
        /// over loopback even after they were acknowledged, and nothing tells when. Whoever writes over the file or
        /// punches holes meanwhile changes what is received; unlinking is harmless.
        case lendsPages = "lends the file's pages to the socket, so what was sent must not be changed there"
        /// Its bytes never lie in memory of the process, so a cache of the process's own has them only
        /// when they are read.
        case fillsNoCache = "fills no cache of the broker's own"
        /// The payload comes out of a socket, which target `log` has not.
        case needsSocket = "needs a socket"
        /// An acknowledged batch lies in volatile memory until a flush.
        case isVolatile = "is not durable by itself"
    }

    /// How often the CPU copies each byte of payload, between the socket and the file both included.
    package var copiesPerByte: Int
    /// The kinds of call that carry the payload: every byte goes once through each of them.
    package var carriers: [CallKind]
    /// The calls of a chunk in words, such as `2 for 256 KiB`.
    package var calls: String
    /// The oldest kernel, and the file system where not every one will do, in words.
    package var needs: String
    package var limitations: Set<Limitation>
    /// Why this machine cannot take the path; nil when it can.
    package var objection: @Sendable () -> String?

    package init(
        copiesPerByte: Int, carriers: [CallKind], calls: String, needs: String = "any kernel",
        limitations: Set<Limitation> = [], objection: @escaping @Sendable () -> String? = { nil }
    ) {
        self.copiesPerByte = copiesPerByte
        self.carriers = carriers
        self.calls = calls
        self.needs = needs
        self.limitations = limitations
        self.objection = objection
    }

    /// The harness's own ceiling instead of a path.
    package var movesNothingReal: Bool { limitations.contains(.movesNothingReal) }
}

/// What bounds a run's figures: the plain loops that are measured beside its cells.
package enum PlainLimit: Hashable, Sendable {
    /// Copying from memory to memory.
    case memoryCopy
    /// The device alone, past the page cache, in the file's order and never idle.
    case deviceWrites, deviceReads
    /// `pread` of what the page cache has.
    case cachedReads
    /// `pwrite` of batches to a fresh file, in order or at random places.
    case writes(batchByteCount: Int)
    case randomWrites(batchByteCount: Int)
    /// A server that receives a batch, checks it, writes and answers, with so many requests on their way.
    case receiveAndWrite(batchByteCount: Int, inFlight: Int)
    /// A server that answers with what the page cache has.
    case sendfile
    /// A request and its answer over loopback.
    case pingPong

    /// Sizes from 1 KiB to 1 MiB, by powers of two, so that cells which hardly differ share a limit.
    package static func size(for byteCount: Int) -> Int {
        var size = 1 << 10
        while size < byteCount, size < 1 << 20 { size *= 2 }
        return size
    }

    /// A few words, the same for all sizes.
    package var title: String {
        switch self {
        case .memoryCopy: "memory copy"
        case .deviceWrites: "device, writes"
        case .deviceReads: "device, reads"
        case .cachedReads: "plain pread"
        case .writes: "plain pwrite"
        case .randomWrites: "plain pwrite at random places"
        case .receiveAndWrite: "plain receive and pwrite"
        case .sendfile: "plain sendfile"
        case .pingPong: "plain TCP ping-pong"
        }
    }

    package var component: LimitComponent {
        switch self {
        case .memoryCopy: MemoryLimits.copy
        case .deviceWrites: DeviceLimits.writesInFlight
        case .deviceReads: DeviceLimits.readsInFlight
        case .cachedReads: ReadLimits.sequential
        case .writes(let count):
            AppendLimits.sequential(
                "write-\(Self.text(count))", "pwrite batches of \(Self.text(count)) to a fresh file",
                batchByteCount: count, target: nil)
        case .randomWrites(let count):
            AppendLimits.random(
                "write-random-\(Self.text(count))",
                "pwrite batches of \(Self.text(count)) to random places of an allocated file", batchByteCount: count)
        case .receiveAndWrite(let count, let inFlight):
            NetworkLimits.receiveAndWrite(batchByteCount: count, inFlight: inFlight)
        case .sendfile: NetworkLimits.sendfile
        case .pingPong: NetworkLimits.pingPong
        }
    }

    package var name: String { component.name }

    static func text(_ byteCount: Int) -> String {
        byteCount % (1 << 20) == 0 ? "\(byteCount >> 20)MiB" : "\(byteCount >> 10)KiB"
    }
}

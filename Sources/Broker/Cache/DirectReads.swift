internal import CommitLog
internal import LinuxKernel

/// Reads the log around the page cache, a block at a time, and keeps the blocks where a cache is asked for.
final class DirectReads: Sendable {
    /// What a fetch needs next.
    struct Request: Sendable {
        let segment: Segment
        let position: Int
        /// Behind the last byte that is needed.
        let end: Int
        /// Up to where the segment's bytes are for good.
        let limit: Int
    }

    /// The most that is read at a time, and what the cache keeps: enough for a device to be busy with.
    static let blockByteCount = 256 << 10
    /// What O_DIRECT asks for on every file system that there is.
    private static let alignment = 4096

    private let cache: BlockCache?

    /// - Parameter capacity: Of the cache; nil for none.
    init(capacity: Int?) {
        cache = capacity.map { BlockCache(capacity: $0) }
    }

    /// Nil where there is no cache.
    var lookups: BlockCache.Lookups? { cache?.lookups }

    /// The cached block that holds what is needed, as far as its block reaches.
    func find(_ request: Request) -> LogBlock? {
        guard let cache else { return nil }
        let number = request.position / Self.blockByteCount
        return cache.find(
            BlockCache.Key(segment: request.segment.identifier, number: number),
            reaching: min(request.end, (number + 1) * Self.blockByteCount))
    }

    /// Reads the block from the device. It waits for it.
    func read(_ request: Request) throws(SystemError) -> LogBlock {
        let start: Int
        let end: Int
        if cache != nil {
            start = request.position / Self.blockByteCount * Self.blockByteCount
            end = start + Self.blockByteCount
        } else {
            start = request.position / Self.alignment * Self.alignment
            end = min(request.end, start + Self.blockByteCount)
        }
        let wanted = (end - start + Self.alignment - 1) / Self.alignment * Self.alignment
        let memory = AlignedBuffer(byteCount: wanted, alignment: Self.alignment)
        // A descriptor of its own, and only for now: what it costs is nothing beside the device, and the segment's other
        // descriptor stays as it is. The name may be gone; the file is not.
        let file = try File(reopening: request.segment.open().file, options: .direct)
        let count = unsafe try file.readAll(into: memory.bytes, at: start)
        // What lies behind the limit may still change.
        let block = LogBlock(position: start, byteCount: max(0, min(count, request.limit - start)), memory: memory)
        cache?.insert(
            block,
            as: BlockCache.Key(segment: request.segment.identifier, number: start / Self.blockByteCount))
        return block
    }
}

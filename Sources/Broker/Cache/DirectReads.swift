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
        /// Where the batch lies, and nothing else is for good; nil where batches follow each other.
        let slot: Range<Int>?

        fileprivate var extent: BlockExtent { BlockExtent(of: segment.identifier, at: position, slot: slot) }
    }

    /// What is kept of reads, and of appends; nil where each fetch reads from the device.
    let cache: BlockCache?

    init(_ cache: BlockCache?) {
        self.cache = cache
    }

    /// The cached block that holds what is needed, as far as its block reaches.
    func find(_ request: Request) -> LogBlock? {
        cache?.find(request.extent, from: request.position, to: request.end)
    }

    /// Reads the block from the device. It waits for it.
    func read(_ request: Request) throws(SystemError) -> LogBlock {
        // A descriptor of its own, closed again after this read: what that costs is nothing beside the device, and the
        // segment's other descriptor stays as it is. The name may be gone; the file is not.
        let file = try File(reopening: request.segment.open().file, options: .direct)
        guard let cache else {
            let end = min(request.end, request.position + BlockExtent.byteCount)
            let block = LogBlock(
                at: request.position, capacity: LogBlock.capacity(from: request.position, to: end))
            try block.read(file, upTo: request.limit)
            return block
        }
        let extent = request.extent
        let block = cache.makeBlock(extent)
        try block.read(file, upTo: request.limit)
        cache.insert(block, as: extent)
        return block
    }
}

/// The block of a segment in which a byte is kept, whether it is or not.
///
/// Where batches follow each other the file is divided into blocks from its beginning. In slots each batch is divided
/// into blocks of its own, because what lies around it may still change.
package struct BlockExtent: Sendable, Equatable {
    struct Key: Hashable {
        var segment: UInt64
        var start: Int
    }

    /// The largest block: enough for a device to be busy with.
    package static let byteCount = 256 << 10

    /// The segment's identifier.
    package let segment: UInt64
    /// Where the block begins, and where it ends at most.
    package let start: Int
    package let end: Int

    /// - Parameter slot: Where the batch lies that the position belongs to; nil where batches follow each other.
    package init(of segment: UInt64, at position: Int, slot: Range<Int>?) {
        self.segment = segment
        let origin = slot?.lowerBound ?? 0
        start = origin + (position - origin) / Self.byteCount * Self.byteCount
        end = min(start + Self.byteCount, slot?.upperBound ?? .max)
    }

    var key: Key { Key(segment: segment, start: start) }
}

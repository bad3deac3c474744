/// Bytes of a log that a reader may have: a range of one segment's file that starts with a whole batch.
///
/// Holding it pins the segment: its file stays, and the bytes stay in it. The last batch of the range may be cut off,
/// as Kafka's consumers accept it.
package struct LogSlice: Sendable {
    package let segment: Segment
    package let pin: Segment.Pin
    /// The first byte's position in the segment's file.
    package let position: Int
    package let byteCount: Int
    /// Where the segment's batches ended when the slice was made: what lies before does not change any more.
    package let limit: Int
    /// Where the slice's one batch lies, and nothing else is for good; nil where batches follow each other.
    package let slot: Range<Int>?
}

/// What becomes of the file of a segment that retention gave up.
package enum SegmentReuse: String, Sendable, CaseIterable {
    /// It is unlinked.
    case none
    /// The next segment is written over it: its blocks are allocated, and its pages are warm.
    ///
    /// What it held before stays behind the new segment's end until it is overwritten or cut off when the segment is
    /// closed. Readers stop at the end; and a recovery cannot take old batches for new ones, because their offsets lie
    /// below the segment's first. A file that a reader still holds is unlinked instead; what was sent from a file must
    /// have been copied, so a broker refuses fetch paths that lend pages to sockets
    /// (`PathTraits.Limitation.lendsPages`).
    case recycle
}

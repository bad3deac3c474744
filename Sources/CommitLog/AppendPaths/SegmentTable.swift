/// What an append path keeps of the segments that it wrote to lately: a descriptor of its own, a
/// mapping, a place in a ring.
///
/// It holds no segment. An entry of a segment that was closed or removed goes when the path comes to its next new one,
/// so that a removed segment's blocks are free then at the latest.
struct SegmentTable<Resource: AnyObject> {
    private struct Entry {
        weak var segment: Segment?
        /// `Segment.cuts` when the resource was made.
        let cuts: Int
        let resource: Resource

        var isOfUse: Bool { segment.map { $0.cuts == cuts } ?? false }
    }

    private let limit: Int
    /// The last used one is at the end.
    private var entries: [Entry] = []

    init(limit: Int = 64) {
        self.limit = limit
    }

    /// What is kept for the segment; nil when there is nothing, or when its file has been cut since.
    mutating func resource(for segment: Segment) -> Resource? {
        guard let index = entries.lastIndex(where: { $0.segment === segment }) else { return nil }
        guard entries[index].isOfUse else {
            entries.remove(at: index)
            return nil
        }
        let resource = entries[index].resource
        if index < entries.count - 1 { entries.append(entries.remove(at: index)) }
        return resource
    }

    /// Lets go of what is of no more use, and where that is not enough of the entry that was not used for longest.
    mutating func makeRoom(for segment: Segment) {
        entries.removeAll { !$0.isOfUse || $0.segment === segment }
        if entries.count == limit { entries.removeFirst() }
    }

    /// Keeps the resource in the place of what was kept for the segment.
    mutating func keep(_ resource: Resource, for segment: Segment) {
        makeRoom(for: segment)
        entries.append(Entry(segment: segment, cuts: segment.cuts, resource: resource))
    }
}

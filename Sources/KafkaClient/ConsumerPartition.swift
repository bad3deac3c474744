/// A partition that a consumer reads.
final class ConsumerPartition {
    let id: PartitionID
    /// The offset to be read next; nil as long as nothing is wanted of it.
    var position: Int64?
    /// The offset that the request on the way asks for; nil if there is none.
    var requested: Int64?
    /// Not to be asked for before that time, after an error.
    var retryAt: Int64 = 0
    /// The consumer's lane to the partition's leader; nil as long as there is none.
    var lane: Int?

    init(id: PartitionID) {
        self.id = id
    }

    func isWanted(now: Int64) -> Bool { position != nil && requested == nil && retryAt <= now }
}

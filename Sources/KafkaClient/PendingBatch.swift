/// A batch that waits or is on the way.
@safe
struct PendingBatch {
    let partition: PartitionID
    /// The caller's memory, or the builder's.
    let bytes: UnsafeRawBufferPointer
    /// Whose memory it is if the producer built it.
    let builder: BatchBuilder?
    let recordCount: Int
    let tag: UInt64
    /// Its place among the batches of its partition.
    let order: UInt64
    let intendedAt: Int64
    let enqueuedAt: Int64
    var sentAt: Int64 = 0
    var attempts = 0
    /// It has its outcome, or waits to be sent again; the request has nothing to do with it any more.
    var isAnswered = false

    /// The batch's bytes, header included.
    var byteCount: Int { unsafe bytes.count }
}

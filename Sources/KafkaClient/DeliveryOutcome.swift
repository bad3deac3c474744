/// What became of a batch. Moments are nanoseconds of `MonotonicClock`.
package struct DeliveryOutcome: Sendable {
    package var partition: PartitionID
    /// What the caller gave with a prebuilt batch; 0 for one that the producer built.
    package var tag: UInt64
    package var recordCount: Int
    /// The batch's bytes, header included, as they were sent.
    package var byteCount: Int
    /// The offset of the first record; -1 if the batch failed or with acks 0.
    package var baseOffset: Int64
    /// Nil if the batch was written, or with acks 0 handed to the kernel.
    package var failure: ClientError?
    /// How often it was sent.
    package var attempts: Int
    /// When it should have been sent, as the caller said: from here on, latency counts under open load.
    package var intendedAt: Int64
    /// When the producer got it; of a batch that it built, its first record.
    package var enqueuedAt: Int64
    /// When it was sent last; 0 if it never was.
    package var sentAt: Int64
    package var finishedAt: Int64
}

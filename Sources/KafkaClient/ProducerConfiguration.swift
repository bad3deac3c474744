package import Compression

/// What a producer can be told, under Kafka's names; times are in nanoseconds.
package struct ProducerConfiguration: Sendable {
    /// `acks`: who must have a batch before it counts as written.
    package enum Acks: Int16, CaseIterable, Sendable {
        /// Nobody: it counts when the kernel has taken it.
        case none = 0
        case leader = 1
        case all = -1
    }

    package var client = ClientConfiguration()
    package var acks = Acks.leader
    /// `batch.size`: the uncompressed bytes at which a batch is full; one record may be larger.
    package var batchSize = 16 << 10
    /// `linger.ms`: how long a batch that is not full waits for more records.
    package var linger: Int64 = 0
    /// `compression.type`
    package var codec = CodecID.none
    /// `compression.level`; nil is the codec's default.
    package var compressionLevel: Int?
    /// `max.in.flight.requests.per.connection`
    ///
    /// Above 1, a batch that is sent again may come to stand behind a later one.
    package var maxInFlight = 5
    /// `max.request.size`: the record bytes of a request; one batch may be larger.
    package var maxRequestSize = 1 << 20
    /// `buffer.memory`: the bytes of batches that wait or are on the way; beyond it the producer takes no more.
    package var bufferMemory = 32 << 20
    /// `retries`: how often a batch is sent again after an error that may pass.
    package var retries = Int.max
    /// `delivery.timeout.ms`: after that a batch that is not on the way has failed.
    package var deliveryTimeout: Int64 = 120_000_000_000
    package var partitioner = Partitioner.key
    /// What the order of sticky partitions is drawn from.
    package var seed: UInt64 = 1

    package init() {}

    /// The bytes of the two buffers of a connection: of the one for answers, and of the frames of as many requests as
    /// may be in flight, without the records, which stay where they are.
    package var connectionBufferBytes: Int { FrameBuffer.usualCapacity + maxInFlight * Request.usualCapacity }
}

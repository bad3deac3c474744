package import CommitLog

/// What a leg on target `log` does.
package struct LogWorkload: Sendable {
    /// The work, and in which order.
    package enum Shape: Sendable {
        case produce
        /// Produces unmeasured, then reads measured.
        case consume
        case produceThenConsume
        /// Reads each batch as soon as it is written.
        case produceAndConsume
        /// Produces unmeasured, then again measured, while everything is read from the beginning; needs a broker.
        case catchUp
        /// The same, but what is measured follows the log from where it ends, while another reader reads what was
        /// there before; needs a broker.
        case tailBesideCatchUp
        /// Produces unmeasured, then reads pieces at random offsets, measured.
        case randomRead
    }

    package var shape: Shape
    package var batches: BatchShape
    /// Whether batches are built before the clock starts.
    package var prebuilt: Bool
    package var pace = Pace()
    package var phases = Phases()
    /// Whether what is dirty is written back, and awaited, before anything else.
    package var settles = true
    /// The bytes of record values that are written in the measured window, at the least one batch, and
    /// no more before it.
    package var payloadByteCount: Int
    /// What one read asks for, in bytes.
    package var maxReadByteCount: Int
    /// Whether the log is read from the page cache or from the device.
    package var readsCold: Bool
    /// Whether what is read in a measured window is decoded record by record, not only taken.
    package var decodes: Bool
    package var verifies: Bool
    package var topic: String
    package var partitions: Int
    /// Log directories, partitions spread over them in turn.
    package var directories: [String]
    package var appendPath: AppendPathCatalog.Entry
    /// How each partition's log is kept; `max.message.bytes` is set from the batches.
    package var log: LogConfiguration

    package init(
        shape: Shape, batches: BatchShape, prebuilt: Bool, payloadByteCount: Int, maxReadByteCount: Int,
        readsCold: Bool, decodes: Bool, verifies: Bool, topic: String, partitions: Int, directories: [String],
        appendPath: AppendPathCatalog.Entry, log: LogConfiguration
    ) {
        self.shape = shape
        self.batches = batches
        self.prebuilt = prebuilt
        self.payloadByteCount = payloadByteCount
        self.maxReadByteCount = maxReadByteCount
        self.readsCold = readsCold
        self.decodes = decodes
        self.verifies = verifies
        self.topic = topic
        self.partitions = partitions
        self.directories = directories
        self.appendPath = appendPath
        self.log = log
    }
}

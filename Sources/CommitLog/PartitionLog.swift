internal import LinuxKernel
internal import RecordFormat

/// The log of one partition: a directory of segments, as Kafka keeps it.
///
/// One thread at a time may use it; the flusher's thread sees only its `FlushLedger`. Offsets count records, positions
/// count bytes.
@safe
package final class PartitionLog {
    package let name: TopicPartition
    package let directory: String
    package let configuration: LogConfiguration
    /// What recovery dropped when the log was opened.
    package internal(set) var damages: [Segment.Damage] = []

    /// In order of their offsets; the last one takes the appends.
    package internal(set) var segments: [Segment] = []
    /// The first offset that can be read.
    package internal(set) var logStartOffset: Int64 = 0
    /// The offset that the next settled record gets; readers see what lies below.
    package internal(set) var logEndOffset: Int64 = 0

    var placement: Placement
    let placementEntry: PlacementCatalog.Entry
    let retentionMethod: RetentionMethod
    let flushPolicy: FlushPolicy
    let ledger: FlushLedger
    let flusher: Flusher?

    /// Batches that the append path was given and that are not in the file yet, in order.
    var pending: [PlacedBatch] = []
    var reservation: Reservation?
    var offlineCause: SystemError?
    /// Memory for looking into batches while reading.
    let lookupBuffer = AlignedBuffer(byteCount: 4096)
    var lookup = Lookup(segment: nil, position: 0, count: 0, end: 0)

    /// What lies in the lookup buffer; good as long as the segment has not grown.
    struct Lookup {
        var segment: Segment?
        var position: Int
        var count: Int
        var end: Int
    }

    @unsafe
    struct Reservation {
        var room: UnsafeMutableRawBufferPointer
        var position: Int
    }

    init(
        name: TopicPartition, directory: String, configuration: LogConfiguration, flusher: Flusher?
    ) throws(LogError) {
        self.name = name
        self.directory = directory
        self.configuration = configuration
        self.flusher = flusher
        try Self.check(configuration, for: directory)
        placementEntry = try Self.placement(configuration)
        flushPolicy = try Self.flushPolicy(configuration)
        retentionMethod = try Self.retentionMethod(configuration)
        ledger = FlushLedger(path: directory)
        // Replaced as soon as there is a segment; a log without one takes no reservation.
        placement = SequentialPlacement(end: 0, limit: 0)
        if flushPolicy.interval != nil, flusher == nil {
            throw .incompatible(path: directory, reason: "flush.policy \(configuration.flushPolicy) needs a flusher")
        }
    }

    /// The bytes of all batches.
    package var byteCount: Int { segments.reduce(0) { $0 + $1.batchBytes } }

    /// How the segments' batches lie in their files.
    var layout: Segment.Layout {
        Segment.Layout(
            slotBytes: placementEntry.isDense ? configuration.slotBytes : nil,
            indexIntervalBytes: configuration.indexIntervalBytes)
    }

    /// The segment that takes the appends.
    package var activeSegment: Segment { segments[segments.count - 1] }

    /// The first offset that a crash of the machine could lose.
    package var flushedOffset: Int64 { ledger.flushedOffset }

    // MARK: Strategies

    private static func check(_ configuration: LogConfiguration, for directory: String) throws(LogError) {
        let segmentBytes = configuration.segmentBytes
        guard segmentBytes > 0, segmentBytes <= LogConfiguration.maximumSegmentBytes else {
            throw .incompatible(
                path: directory,
                reason: "segment.bytes \(segmentBytes) is not between 1 and \(LogConfiguration.maximumSegmentBytes)")
        }
        if configuration.placement == "random", configuration.slotBytes > segmentBytes {
            throw .incompatible(
                path: directory,
                reason: "random placement has slots of \(configuration.slotBytes) bytes (max.message.bytes), "
                    + "more than segment.bytes \(segmentBytes)")
        }
        if configuration.placement == "random", configuration.retentionMethod != "delete" {
            throw .incompatible(
                path: directory,
                reason: "retention.method \(configuration.retentionMethod) needs batches in order of their offsets")
        }
    }

    private static func placement(_ configuration: LogConfiguration) throws(LogError) -> PlacementCatalog.Entry {
        guard let entry = PlacementCatalog.entry(named: configuration.placement) else {
            throw .incompatible(path: "placement", reason: "there is no '\(configuration.placement)'")
        }
        return entry
    }

    private static func flushPolicy(_ configuration: LogConfiguration) throws(LogError) -> FlushPolicy {
        guard let entry = FlushPolicyCatalog.entry(named: configuration.flushPolicy) else {
            throw .incompatible(path: "flush.policy", reason: "there is no '\(configuration.flushPolicy)'")
        }
        return try entry.make(configuration)
    }

    private static func retentionMethod(_ configuration: LogConfiguration) throws(LogError) -> RetentionMethod {
        guard let entry = RetentionMethodCatalog.entry(named: configuration.retentionMethod) else {
            throw .incompatible(path: "retention.method", reason: "there is no '\(configuration.retentionMethod)'")
        }
        return entry.make()
    }
}

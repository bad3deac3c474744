internal import LinuxKernel
internal import RecordFormat

/// The log of one partition: a directory of segments, as Kafka keeps it.
///
/// One thread at a time may use it; the flusher's thread, and whoever waits for it, sees only its `FlushLedger`.
/// Offsets count records, positions count bytes.
@safe
package final class PartitionLog {
    package let name: TopicPartition
    package let directory: String
    package let configuration: LogConfiguration
    /// What recovery dropped when the log was opened.
    package internal(set) var damages: [Segment.Damage] = []
    /// Why everything was checked when the log was opened, although a recovery point was given; nil where it was not.
    package internal(set) var recoveryObjection: String?

    /// In order of their offsets; the last one takes the appends.
    package private(set) var segments: [Segment] = []
    /// The first offset that can be read.
    package internal(set) var logStartOffset: Int64 = 0
    /// The offset that the next settled record gets; readers see what lies below, but for what waits for a flush.
    package internal(set) var logEndOffset: Int64 = 0

    /// The file that says how batches lie in a log with slots.
    static let layoutName = "layout"

    var placement: Placement
    let placementEntry: PlacementCatalog.Entry
    let retentionMethod: RetentionMethod
    let flushPolicy: FlushPolicy
    /// For those who wait for a flush; it outlives the log.
    package let ledger: FlushLedger
    let flusher: Flusher?
    let descriptors: DescriptorPool
    /// Where appended batches are kept for readers; nil where that is left to the kernel.
    let cache: BlockCache?
    /// Whether the flushes that the policy asks for run on the flusher's thread.
    let groupsFlushes: Bool
    /// Whether another thread may flush at any time, and so has to know of each write.
    let notesEachWrite: Bool
    let allocatesAhead: Bool
    /// Whether the log only says what a recovery would do, and changes no file.
    let rehearses: Bool

    /// Batches that the append path was given and that do not count yet, in order.
    var pending: [PlacedBatch] = []
    var reservation: Reservation?
    /// Where a failed write may have left bytes that must not come to light again, all behind the last settled batch.
    var spoiled: [PlacedBatch] = []
    /// The segment that the ledger knows to have unflushed bytes; nil after a flush.
    var notedSegment: Segment?
    /// The bytes of all segments but the active one.
    private var closedBytes = 0
    /// Files of retired segments that wait to be written over; more than this many are unlinked.
    var retired: [String] = []
    private static let retiredLimit = 2
    /// Closed segments whose indexes were read, the last used one at the end.
    var loadedSegments: [Segment] = []
    var window: HeaderWindow
    var recent = RecentBatches()

    @unsafe
    struct Reservation {
        var room: UnsafeMutableRawBufferPointer
        var position: Int
    }

    init(
        name: TopicPartition, directory: String, configuration: LogConfiguration, flusher: Flusher?,
        descriptors: DescriptorPool, cache: BlockCache?, rehearses: Bool = false
    ) throws(LogError) {
        self.name = name
        self.directory = directory
        self.configuration = configuration
        self.flusher = flusher
        self.descriptors = descriptors
        self.cache = cache
        self.rehearses = rehearses
        try Self.check(configuration, for: directory)
        placementEntry = try Self.placement(configuration)
        flushPolicy = try Self.flushPolicy(configuration)
        retentionMethod = try Self.retentionMethod(configuration)
        ledger = FlushLedger()
        groupsFlushes = flusher?.groupsFlushes ?? false
        allocatesAhead = configuration.allocateAheadBytes > 0 && !configuration.preallocate && !placementEntry.isDense
        notesEachWrite = groupsFlushes || flushPolicy.interval != nil
        window = HeaderWindow(indexIntervalBytes: configuration.indexIntervalBytes)
        // Replaced as soon as there is a segment; a log without one takes no reservation.
        placement = SequentialPlacement(end: 0, limit: 0)
        if flushPolicy.interval != nil, flusher == nil {
            throw .incompatible(path: directory, reason: "flush.policy \(configuration.flushPolicy) needs a flusher")
        }
    }

    /// The bytes of all batches. Of a closed segment with random placement that was not read since the log was
    /// opened, the whole file counts.
    package var byteCount: Int { closedBytes + activeSegment.batchBytes }

    /// How the segments' batches lie in their files.
    var layout: Segment.Layout {
        Segment.Layout(
            slotBytes: placementEntry.isDense ? configuration.slotBytes : nil,
            indexIntervalBytes: configuration.indexIntervalBytes, growthBytes: configuration.segmentBytes)
    }

    /// The slot of a batch, of which alone is certain that it does not change; nil where batches follow each other.
    func slot(of batch: PlacedBatch) -> Range<Int>? {
        placementEntry.isDense ? batch.position..<batch.position + batch.byteCount : nil
    }

    /// The segment that takes the appends.
    package var activeSegment: Segment { segments[segments.count - 1] }

    /// The first offset that a crash of the machine could lose.
    package var flushedOffset: Int64 { ledger.flushedOffset }

    /// The offset of the first batch that the next start has to check, should this run end with a crash.
    package var recoveryPoint: Int64 { ledger.recoveryPoint }

    /// The first offset that readers do not see: Kafka's high watermark.
    package var readableOffset: Int64 { groupsFlushes ? ledger.readable.offset : logEndOffset }

    // MARK: Segments

    /// Adds the next segment; it takes the appends from now on.
    func push(_ segment: Segment) {
        if let last = segments.last { closedBytes += last.batchBytes }
        segments.append(segment)
        recent.removeAll()
    }

    /// Adds a segment between others, or behind them; nothing was read of the log yet.
    func insert(_ segment: Segment, at index: Int) { segments.insert(segment, at: index) }

    /// Takes the last segments away until `count` are left.
    func popSegments(downTo count: Int) {
        for segment in segments[count...] { forget(segment) }
        segments.removeSubrange(count...)
        countClosedBytes()
    }

    /// Counts the closed segments anew, after their extent was found out.
    func countClosedBytes() {
        closedBytes = segments.dropLast().reduce(0) { $0 + $1.batchBytes }
    }

    /// Removes the oldest segment and its files; there is a younger one.
    ///
    /// - Returns: How many bytes that were.
    func removeOldestSegment() throws(LogError) -> Int {
        let byteCount = segments[0].batchBytes
        if configuration.segmentReuse == .recycle { forget(segments[0]) }
        if mayRecycleOldest {
            try kernel { () throws(SystemError) in retired.append(try segments[0].retireFile()) }
        } else {
            try kernel { () throws(SystemError) in try segments[0].removeFiles() }
        }
        closedBytes -= byteCount
        forget(segments.removeFirst())
        logStartOffset = max(logStartOffset, segments[0].startOffset)
        return byteCount
    }

    /// Whether the oldest segment's file may be written over: nobody reads it, and not enough wait already.
    private var mayRecycleOldest: Bool {
        configuration.segmentReuse == .recycle && retired.count < Self.retiredLimit
            && isKnownUniquelyReferenced(&segments[0])
    }

    /// Puts a rewritten segment in the place of the only one.
    func replaceOnlySegment(with segment: Segment) {
        precondition(segments.count == 1, "a log of several segments gives up whole ones")
        forget(segments[0])
        segments[0] = segment
        logStartOffset = segment.startOffset
        placement = placementEntry.make(segment, configuration)
        recent.removeAll()
        ledger.begin(at: end, from: logStartOffset)
    }

    /// Before the log's files go or are opened by another log: the segments that readers hold stay readable.
    ///
    /// The log is closed, and gives no slices any more.
    func keepReadSegmentsOpen() throws(SystemError) {
        ledger.letGoOfSegments()
        notedSegment = nil
        loadedSegments = []
        window = HeaderWindow(indexIntervalBytes: configuration.indexIntervalBytes)
        for index in segments.indices where !isKnownUniquelyReferenced(&segments[index]) {
            try segments[index].keepOpen()
        }
    }

    /// Lets go of a segment, so that its blocks are free once no reader holds it.
    private func forget(_ segment: Segment) {
        window.forget(segment)
        ledger.forget(segment)
        loadedSegments.removeAll { $0 === segment }
    }

    // MARK: Strategies

    private static func check(_ configuration: LogConfiguration, for directory: String) throws(LogError) {
        let largest = LogConfiguration.maximumSegmentBytes
        try check("segment.bytes", configuration.segmentBytes, 1...largest, directory)
        try check("max.message.bytes", configuration.maxMessageBytes, 1...largest, directory)
        try check("index.interval.bytes", configuration.indexIntervalBytes, 0...largest, directory)
        try check("allocate.ahead.bytes", configuration.allocateAheadBytes, 0...largest, directory)
        try check("segment.ms", configuration.segmentMilliseconds, 1...Int64.max, directory)
        try check("retention.bytes", configuration.retentionBytes, 0...Int.max, directory)
        try check("retention.ms", configuration.retentionMilliseconds, 0...Int64.max, directory)
        try check("flush.messages", configuration.flushMessages, 1...Int.max, directory)
        try check("flush.ms", configuration.flushMilliseconds, 1...Int64.max / 1_000_000, directory)
        if configuration.segmentReuse == .recycle,
            configuration.placement != "sequential" || configuration.retentionMethod != "delete"
        {
            throw .incompatible(
                path: directory,
                reason: "segment.reuse recycle needs placement sequential and retention.method delete")
        }
        guard configuration.placement == "random" else { return }
        if configuration.slotBytes > configuration.segmentBytes {
            throw .incompatible(
                path: directory,
                reason: "random placement has slots of \(configuration.slotBytes) bytes (max.message.bytes), "
                    + "more than segment.bytes \(configuration.segmentBytes)")
        }
        if configuration.retentionMethod != "delete" {
            throw .incompatible(
                path: directory,
                reason: "retention.method \(configuration.retentionMethod) needs batches in order of their offsets")
        }
    }

    private static func check<Number: FixedWidthInteger>(
        _ setting: String, _ value: Number?, _ range: ClosedRange<Number>, _ directory: String
    ) throws(LogError) {
        guard let value, !range.contains(value) else { return }
        throw .incompatible(
            path: directory, reason: "\(setting) \(value) is not between \(range.lowerBound) and \(range.upperBound)")
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

package import LinuxKernel

/// One file of a partition's log with its two indexes, named by the first offset that it may hold.
///
/// Readers pin a segment by holding it: retention unlinks its files, and the descriptor keeps the bytes until the last
/// reader lets go. All but `file`, `baseOffset` and `path` belongs to the thread that owns the partition's log.
package final class Segment: @unchecked Sendable {
    /// How batches lie in the file.
    struct Layout: Sendable {
        /// Nil where each batch follows the one before; otherwise the size of the slots, in bytes, that hold one each.
        ///
        /// In slots every batch has an index entry, since nothing else tells where it is.
        var slotBytes: Int?
        /// Bytes of log between two index entries where batches follow each other.
        var indexIntervalBytes: Int
    }

    /// The first offset that the segment may hold; its files carry this name.
    package let baseOffset: Int64
    /// The log file. Its length may be more than `end` where blocks were allocated in advance.
    package let file: File

    /// Where the bytes that count end; what lies behind was allocated in advance or left by a failed write.
    package internal(set) var end = 0
    /// Where the bytes that count begin: above 0 after holes were punched.
    package internal(set) var start = 0
    /// The offset behind the last batch.
    package internal(set) var nextOffset: Int64
    /// Bytes of the batches that are kept, wherever they lie.
    package internal(set) var batchBytes = 0

    let layout: Layout
    var index: IndexFile<OffsetEntry>
    var timeIndex: IndexFile<TimeEntry>
    private var indexIsLoaded = true
    private var bytesSinceIndexEntry = 0
    /// Timestamps in milliseconds; nil while there is no batch.
    private(set) var firstTimestamp: Int64?
    private(set) var maxTimestamp: Int64?
    private var offsetOfMaxTimestamp: Int64 = 0
    /// When the segment was made or opened, on the wall clock in milliseconds.
    let openedAt: Int64
    /// Whether it has batches that were not flushed.
    var isDirty = false

    /// Makes (`.createNew`) or opens (`.readWrite`) the segment's files.
    init(directory: String, baseOffset: Int64, layout: Layout, access: File.Access) throws(SystemError) {
        self.layout = layout
        let stem = directory + "/" + Self.fileStem(baseOffset)
        self.baseOffset = baseOffset
        file = try File(stem + ".log", access)
        index = IndexFile(path: stem + ".index")
        timeIndex = IndexFile(path: stem + ".timeindex")
        nextOffset = baseOffset
        openedAt = WallClock.milliseconds()
    }

    /// The log file's path.
    package var path: String { file.path }

    /// The offset in twenty digits, as Kafka names files.
    static func fileStem(_ baseOffset: Int64) -> String {
        let digits = String(baseOffset)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
    }

    /// The base offset that a file's name says; nil when it is no log file's name.
    static func baseOffset(ofFileNamed name: String) -> Int64? {
        guard name.hasSuffix(".log") else { return nil }
        let stem = name.dropLast(4)
        guard stem.utf8.count == 20, let offset = Int64(stem), offset >= 0 else { return nil }
        return offset
    }

    /// Counts a batch that lies in the file now and indexes it where its turn is.
    func note(_ batch: PlacedBatch) {
        if maxTimestamp == nil { firstTimestamp = batch.maxTimestamp }
        if batch.maxTimestamp > maxTimestamp ?? Int64.min {
            maxTimestamp = batch.maxTimestamp
            offsetOfMaxTimestamp = batch.lastOffset
        }
        if layout.slotBytes != nil || bytesSinceIndexEntry > layout.indexIntervalBytes {
            index.append(
                OffsetEntry(
                    relativeOffset: UInt32(batch.lastOffset - baseOffset), position: UInt32(batch.position)))
            appendTimeEntry()
            bytesSinceIndexEntry = 0
        }
        bytesSinceIndexEntry += batch.byteCount
        batchBytes += batch.byteCount
        end = max(end, batch.position + batch.byteCount)
        nextOffset = batch.lastOffset + 1
        isDirty = true
    }

    private func appendTimeEntry() {
        guard let maxTimestamp, maxTimestamp > timeIndex.entries.last?.timestamp ?? Int64.min else { return }
        timeIndex.append(
            TimeEntry(timestamp: maxTimestamp, relativeOffset: UInt32(offsetOfMaxTimestamp - baseOffset)))
    }

    /// Forgets what `note` counted, before the file is scanned anew.
    func forgetBatches() {
        index.truncate(to: 0)
        timeIndex.truncate(to: 0)
        indexIsLoaded = true
        end = start
        nextOffset = baseOffset
        batchBytes = 0
        bytesSinceIndexEntry = 0
        firstTimestamp = nil
        maxTimestamp = nil
    }

    /// Takes over what the indexes of a cleanly closed segment say about the batches up to `end`.
    func adopt(indexedUpTo end: Int, times: [TimeEntry]) {
        self.end = end
        batchBytes = end - start
        bytesSinceIndexEntry = 0
        if let last = times.last {
            maxTimestamp = last.timestamp
            offsetOfMaxTimestamp = baseOffset + Int64(last.relativeOffset)
        }
    }

    /// Takes over a closed segment's extent without reading it; its index is read when it is first used.
    func adoptClosed(end: Int, nextOffset: Int64) {
        self.end = end
        self.nextOffset = nextOffset
        batchBytes = end - start
        indexIsLoaded = false
    }

    /// Takes over the offsets and timestamps that another segment of the same name counted.
    func takeOver(_ other: Segment) {
        nextOffset = other.nextOffset
        bytesSinceIndexEntry = other.bytesSinceIndexEntry
        firstTimestamp = other.firstTimestamp
        maxTimestamp = other.maxTimestamp
        offsetOfMaxTimestamp = other.offsetOfMaxTimestamp
        isDirty = false
    }

    /// Closes the segment for appends: writes the indexes and gives back what was allocated in advance.
    func close() throws(SystemError) {
        guard indexIsLoaded else { return }
        // As in Kafka, the last time entry of a closed segment has its largest timestamp.
        appendTimeEntry()
        try index.persist()
        try timeIndex.persist()
        if layout.slotBytes == nil, try file.size().length > end { try file.truncate(to: end) }
    }

    /// The segment's largest timestamp, which a closed one keeps as its time index's last entry.
    func largestTimestamp() throws(SystemError) -> Int64? {
        try loadIndexes()
        return maxTimestamp ?? timeIndex.entries.last?.timestamp
    }

    /// Reads the indexes of a closed segment, once; rebuilds them when they are missing or make no sense.
    func loadIndexes() throws(SystemError) {
        guard !indexIsLoaded else { return }
        indexIsLoaded = true
        if try index.load(), try timeIndex.load(), indexesMakeSense { return }
        try rebuildIndexes()
    }

    private var indexesMakeSense: Bool {
        let positions = index.entries
        let times = timeIndex.entries
        let reach = nextOffset - baseOffset
        return zip(positions, positions.dropFirst()).allSatisfy { $0.relativeOffset < $1.relativeOffset }
            && zip(times, times.dropFirst()).allSatisfy { $0.timestamp < $1.timestamp }
            && positions.allSatisfy { Int($0.position) < end && $0.relativeOffset < reach }
            && (layout.slotBytes == nil || positions.last.map { Int64($0.relativeOffset) + 1 } ?? 0 == reach)
            && times.allSatisfy { $0.relativeOffset < reach }
    }

    private func rebuildIndexes() throws(SystemError) {
        let extent = (end: end, nextOffset: nextOffset)
        _ = try scan(upTo: extent.end)
        try index.persist()
        try timeIndex.persist()
        isDirty = false
        end = extent.end
        nextOffset = extent.nextOffset
    }

    /// Removes the segment's files; readers that hold it go on.
    func removeFiles() throws(SystemError) {
        for path in [file.path, index.path, timeIndex.path] where try Directory.exists(path) {
            try Directory.unlinkFile(path)
        }
        try SegmentStart.remove(for: self)
    }
}

/// Where a batch lies.
struct PlacedBatch {
    var position: Int
    var byteCount: Int
    var baseOffset: Int64
    var lastOffset: Int64
    var maxTimestamp: Int64
    var recordCount: Int
}

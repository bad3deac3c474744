package import LinuxKernel
internal import Synchronization

/// One file of a partition's log with its two indexes, named by the first offset that it may hold.
///
/// Readers pin a segment by holding it: retention unlinks its files, and the descriptor keeps the bytes
/// until the last reader lets go. All but `open`, `baseOffset`, `path` and `makeDurable` belongs to the
/// thread that owns the partition's log.
package final class Segment: @unchecked Sendable {
    /// How batches lie in the file.
    struct Layout: Sendable {
        /// Nil where each batch follows the one before; otherwise the size of the slots, in bytes, that hold one each.
        ///
        /// In slots every batch has an index entry, since nothing else tells where it is.
        var slotBytes: Int?
        /// Bytes of log between two index entries where batches follow each other.
        var indexIntervalBytes: Int
        /// In what steps a file grows that is allocated in advance: `segment.bytes`.
        var growthBytes: Int
    }

    /// How far a segment's offsets may lie behind its base offset: Kafka reads relative offsets as signed.
    static let offsetReach = Int64(Int32.max)

    private static let count = Atomic<UInt64>(0)

    /// Tells it from every other segment of this process, gone ones included.
    package let identifier = count.add(1, ordering: .relaxed).newValue
    /// The first offset that the segment may hold; its files carry this name.
    package let baseOffset: Int64
    private let logFile: SegmentFile

    /// Where the bytes that count end; what lies behind was allocated in advance or left by a failed write.
    package private(set) var end = 0
    /// Where the bytes that count begin: above 0 after holes were punched.
    package private(set) var start = 0
    /// The offset of the first batch: above the base offset after the front was given up.
    package private(set) var startOffset: Int64
    /// Whether that batch was found where the start's file says, or nothing was given up.
    var startIsFound = true
    /// The end of bytes behind `end` that are to be kept beside the log before the file is cut or written to; nil where
    /// there are none.
    var unkeptEnd: Int?
    /// The offset behind the last batch.
    package private(set) var nextOffset: Int64
    /// The base offset of the last batch that was counted; where none was, the offset that the first one gets.
    private(set) var lastBatchOffset: Int64
    /// Bytes of the batches that are kept, wherever they lie.
    package private(set) var batchBytes = 0

    /// Up to here blocks were allocated ahead of what is written.
    private var allocatedEnd = 0

    let layout: Layout
    /// How often the file was cut or closed: what reached behind its end before may do so no more.
    private(set) var cuts = 0
    private(set) var index: IndexFile<OffsetEntry>
    private(set) var timeIndex: IndexFile<TimeEntry>
    private var indexesAreLoaded = true
    /// Whether the indexes come from their files, and nothing but their form was checked.
    private(set) var indexesMayBeWrong = false
    /// Whether the largest timestamp that the time index says was found in the log.
    var timesWereChecked = false
    private var bytesSinceIndexEntry = 0
    /// Timestamps in milliseconds; nil while they are not known, which for the first one can be for ever.
    private(set) var firstTimestamp: Int64?
    private(set) var maxTimestamp: Int64?
    private var offsetOfMaxTimestamp: Int64 = 0
    /// When the segment was made or opened, on the wall clock in milliseconds.
    let openedAt: Int64
    /// Directories in which names are new, and lost in a crash until they are flushed.
    private let newNames = Mutex<[String]>([])

    /// What those hold who read the file as it is. Whoever wants to change what is no longer to be read, gives later
    /// readers another one and waits until nobody holds the earlier one any more.
    package private(set) var pin = Pin()

    package final class Pin: Sendable {}

    /// The file in memory, for those who send from there.
    private let mapping = Mutex<FileMapping?>(nil)

    /// Makes the segment's log file (`.createNew`), or stands for one that is there (`.readWrite`, `.readOnly`) and is
    /// opened when it is used.
    init(
        directory: String, baseOffset: Int64, layout: Layout, access: File.Access, descriptors: DescriptorPool
    ) throws(SystemError) {
        self.layout = layout
        let stem = directory + "/" + Self.fileStem(baseOffset)
        self.baseOffset = baseOffset
        logFile = try SegmentFile(stem + ".log", access, in: descriptors)
        index = IndexFile(path: stem + ".index")
        timeIndex = IndexFile(path: stem + ".timeindex")
        startOffset = baseOffset
        nextOffset = baseOffset
        lastBatchOffset = baseOffset
        openedAt = WallClock.milliseconds()
    }

    deinit { logFile.close() }

    /// The log file's path.
    package var path: String { logFile.path }

    /// The log file, which stays open for as long as the result is held. Its length may be more than `end` where blocks
    /// were allocated in advance.
    package func open() throws(SystemError) -> OpenFile { try logFile.open() }

    /// The log file's length, without opening it.
    func length() throws(SystemError) -> Int { try File.length(of: path) }

    /// Before the log file's name goes or gets another file: who holds the segment reads on.
    func keepOpen() throws(SystemError) { try logFile.keepOpen() }

    /// The offset in twenty digits, as Kafka names files.
    static func fileStem(_ baseOffset: Int64) -> String {
        let digits = String(baseOffset)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
    }

    /// The base offset that a file's name says; nil when it is no log file's name.
    static func baseOffset(ofFileNamed name: String) -> Int64? {
        guard name.hasSuffix(".log") else { return nil }
        let stem = name.dropLast(4)
        guard stem.utf8.count == 20, stem.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int64(stem)
    }

    // MARK: Batches

    /// Counts a batch that lies in the file now and indexes it where its turn is.
    func note(_ batch: PlacedBatch) {
        if batchBytes == 0 { firstTimestamp = batch.maxTimestamp }
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
        lastBatchOffset = batch.baseOffset
    }

    private func appendTimeEntry() {
        guard let maxTimestamp, maxTimestamp > timeIndex.entries.last?.timestamp ?? Int64.min else { return }
        timeIndex.append(
            TimeEntry(timestamp: maxTimestamp, relativeOffset: UInt32(offsetOfMaxTimestamp - baseOffset)))
    }

    /// Forgets what `note` counted, before the file is scanned anew.
    func forgetBatches() {
        index = IndexFile(path: index.path)
        timeIndex = IndexFile(path: timeIndex.path)
        indexesAreLoaded = true
        indexesMayBeWrong = false
        end = start
        nextOffset = startOffset
        lastBatchOffset = startOffset
        batchBytes = 0
        bytesSinceIndexEntry = 0
        firstTimestamp = nil
        maxTimestamp = nil
    }

    /// Where the kept batches begin.
    func begin(at start: SegmentStart) {
        self.start = start.position
        startOffset = start.offset
        forgetBatches()
    }

    /// The batches before that position do not count any more.
    func dropFront(upTo start: SegmentStart) {
        batchBytes -= start.position - self.start
        self.start = start.position
        startOffset = start.offset
        index.removeFirst { Int($0.position) < start.position }
        timeIndex.removeFirst { baseOffset + Int64($0.relativeOffset) < start.offset }
    }

    /// Whether somebody reads the segment who began since the pin was changed.
    var isRead: Bool { !isKnownUniquelyReferenced(&pin) }

    /// Gives readers from now on another pin.
    ///
    /// - Returns: The one that earlier ones may hold.
    func changePin() -> Pin {
        defer { pin = Pin() }
        return pin
    }

    /// Takes over what a rewritten segment counted: the same batches from `start` on, at positions that begin with 0.
    func adopt(_ other: Segment, from start: SegmentStart) {
        let entries = other.index.entries.filter { Int($0.position) >= start.position }
        index = index.replacingEntries(
            with: entries.map {
                OffsetEntry(relativeOffset: $0.relativeOffset, position: $0.position - UInt32(start.position))
            })
        timeIndex = timeIndex.replacingEntries(
            with: other.timeIndex.entries.filter { baseOffset + Int64($0.relativeOffset) >= start.offset })
        indexesMayBeWrong = other.indexesMayBeWrong
        startOffset = start.offset
        end = other.end - start.position
        batchBytes = end
        nextOffset = other.nextOffset
        lastBatchOffset = other.lastBatchOffset
        bytesSinceIndexEntry = other.bytesSinceIndexEntry
        firstTimestamp = other.firstTimestamp
        maxTimestamp = other.maxTimestamp
        offsetOfMaxTimestamp = other.offsetOfMaxTimestamp
    }

    /// Counts the batches up to `position`, which the loaded indexes cover, without looking at them.
    func adoptIndexed(upTo position: Int, nextOffset: Int64, firstTimestamp: Int64?) {
        end = position
        self.nextOffset = nextOffset
        batchBytes = position - start
        self.firstTimestamp = firstTimestamp
    }

    /// Takes over a closed segment's extent without reading it; its index is read when it is first used.
    func adoptClosed(end: Int, nextOffset: Int64) {
        self.end = end
        self.nextOffset = nextOffset
        batchBytes = max(0, end - start)
        indexesAreLoaded = false
    }

    /// Wipes what a failed write may have left of batches that do not count, so that no recovery brings them back
    /// beside the batches that get their offsets.
    func wipe(_ batches: [PlacedBatch]) throws(SystemError) {
        if layout.slotBytes == nil {
            try cutOff()
        } else {
            for batch in batches { try wipeHeader(at: batch.position) }
        }
    }

    /// Allocates the blocks of a batch and as much again as a quarter of the segment, at most `step` bytes. A small
    /// segment takes no more than it needs, and many growing ones together take a quarter more than was written: a disk
    /// must not be full of blocks that wait.
    ///
    /// Writing into allocated blocks saves ext4 the reservation of each page and the search for blocks, four tenths of
    /// what a write costs there. The file's length stays, so that nothing else depends on it. Where it is refused the
    /// blocks come with the write, which tells of a full disk by itself.
    func allocateAhead(of batch: Range<Int>, step: Int, limit: Int) {
        guard batch.upperBound > allocatedEnd, batch.upperBound >= step / 4 else { return }
        let end = batch.upperBound
        let ahead = min(step, end / 4)
        let wanted = end < limit ? min(end + ahead, limit) : end + ahead
        let start = max(batch.lowerBound, allocatedEnd)
        do throws(SystemError) {
            try open().file.allocate(at: start, byteCount: wanted - start, keepingLength: true)
            allocatedEnd = wanted
        } catch {
            allocatedEnd = .max
        }
    }

    /// Gives back what lies behind the last batch.
    private func cutOff() throws(SystemError) {
        guard unkeptEnd == nil else { return }
        cuts += 1
        let length = try length()
        guard allocatedEnd > end || length > end else { return }
        try open().file.truncate(to: end)
        allocatedEnd = end
    }

    // MARK: Indexes

    /// Whether positions grow with offsets, as they do where batches follow each other.
    var indexIsInOrder: Bool {
        zip(index.entries, index.entries.dropFirst()).allSatisfy { $0.position < $1.position }
    }

    /// Whether what the index files say would be a segment's that was closed.
    private var indexesMakeSense: Bool {
        let reach = nextOffset - baseOffset
        guard end > start else { return true }
        let positions = index.entries
        let isInOrder = layout.slotBytes != nil || indexIsInOrder
        let isComplete =
            layout.slotBytes == nil || positions.last.map { Int64($0.relativeOffset) + 1 } ?? 0 == reach
        // The last time entry of a closed segment has its largest timestamp, so there is one.
        return isInOrder && isComplete && positions.allSatisfy { Int($0.position) < end && $0.relativeOffset < reach }
            && !timeIndex.entries.isEmpty && timeIndex.entries.allSatisfy { $0.relativeOffset < reach }
    }

    /// Reads both index files; false when one is missing or cannot be that of a log of `byteCount` bytes.
    func readIndexFiles(forLogOf byteCount: Int) throws(SystemError) -> Bool {
        let limit = byteCount / leastBatchByteCount
        indexesMayBeWrong = true
        timesWereChecked = false
        guard try index.load(limit: limit), try timeIndex.load(limit: limit) else { return false }
        takeMaxTimestamp()
        return true
    }

    /// Takes the largest timestamp from the time index.
    private func takeMaxTimestamp() {
        guard let last = timeIndex.entries.last else { return }
        maxTimestamp = last.timestamp
        offsetOfMaxTimestamp = baseOffset + Int64(last.relativeOffset)
    }

    /// Forgets what the loaded indexes say of the batches behind that offset, relative to the base offset.
    func keepIndexed(upTo offset: UInt32) {
        index.removeLast { $0.relativeOffset > offset }
        let last = index.entries.last?.relativeOffset ?? 0
        timeIndex.removeLast { $0.relativeOffset > last }
        takeMaxTimestamp()
    }

    /// Reads the indexes of a closed segment where they are not in memory; rebuilds them when they are
    /// missing or make no sense.
    func loadIndexes() throws(SystemError) {
        guard !indexesAreLoaded else { return }
        if try readIndexFiles(forLogOf: end), indexesMakeSense {
            indexesAreLoaded = true
        } else {
            try rebuildIndexes()
        }
    }

    /// Reads the log to make the indexes anew. They stay in memory until they can be written, when the log is closed.
    func rebuildIndexes() throws(SystemError) {
        let extent = (end, nextOffset, lastBatchOffset, batchBytes, firstTimestamp)
        // In slots, the last batch in the file need not be the last in the log.
        let limit = layout.slotBytes == nil ? end : try length()
        // Why it stopped early is not told: of a batch that went bad after it was checked there is no entry then, nor
        // of those behind it, and whoever looks for one meets the bad one and says so.
        _ = try scan(upTo: limit, below: nextOffset)
        (end, nextOffset, lastBatchOffset, batchBytes, firstTimestamp) = extent
    }

    /// Lets go of the indexes of a closed segment, if their files have them.
    func unloadIndexes() {
        guard indexesAreLoaded, index.isPersisted, timeIndex.isPersisted else { return }
        index = IndexFile(path: index.path)
        timeIndex = IndexFile(path: timeIndex.path)
        indexesAreLoaded = false
    }

    /// Writes index entries out once there are enough of them, and those of both: a recovery believes
    /// either only as far as both reach.
    func persistIndexesWhenWorthwhile() throws(SystemError) {
        if index.isWorthPersisting || timeIndex.isWorthPersisting { try persistIndexes() }
    }

    func persistIndexes() throws(SystemError) {
        guard indexesAreLoaded else { return }
        try index.persist()
        try timeIndex.persist()
    }

    // MARK: Life cycle

    /// Closes the segment for appends: writes the indexes and gives back what was allocated in advance.
    func close() throws(SystemError) {
        // As in Kafka, the last time entry of a closed segment has its largest timestamp.
        appendTimeEntry()
        try persistIndexes()
        if layout.slotBytes == nil { try cutOff() } else { cuts += 1 }
    }

    /// The names in these directories are new: the first flush makes them durable too.
    func syncWithFirstFlush(_ directories: [String]) {
        newNames.withLock { $0 += directories }
    }

    /// Flushes the log file, and with the first flush its name; any thread may call it.
    func makeDurable(withAllMetadata: Bool) throws(SystemError) {
        let pin = try open()
        if withAllMetadata { try pin.file.sync() } else { try pin.file.dataSync() }
        try makeNamesDurable()
    }

    /// Flushes the index files of a closed segment, as far as there are any; any thread may call it.
    func makeIndexesDurable() throws(SystemError) {
        let stem = path.dropLast(".log".count)
        for suffix in [".index", ".timeindex"] {
            do throws(SystemError) {
                try File(stem + suffix, .readWrite).dataSync()
            } catch {
                // Retention may have been faster; and an index that is missing is made from the log.
                guard error.name == "ENOENT" else { throw error }
            }
        }
    }

    /// Flushes the directories in which names are new, once; any thread may call it.
    func makeNamesDurable() throws(SystemError) {
        let directories = newNames.withLock { names in
            defer { names = [] }
            return names
        }
        for directory in directories { try Directory.sync(directory) }
    }
}

extension Segment {
    /// Mappings reach this far beyond what is asked for, so that a segment that grows is not mapped
    /// anew for each batch.
    private static let mappingStep = 64 << 20

    /// The file in memory, at least up to `end`; holding it keeps the bytes where they are. Any thread may ask.
    package func mapped(upTo end: Int) throws(SystemError) -> FileMapping {
        try mapping.withLock { (mapping) throws(SystemError) in
            if let mapping, unsafe mapping.bytes.count >= end { return mapping }
            let byteCount = (end + Self.mappingStep - 1) / Self.mappingStep * Self.mappingStep
            let wider = try FileMapping(open().file, byteCount: byteCount)
            mapping = wider
            return wider
        }
    }

    /// Lets go of the mapping; whoever holds it goes on.
    func unmap() {
        mapping.withLock { $0 = nil }
    }
}

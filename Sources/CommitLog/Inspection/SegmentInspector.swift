internal import Compression
internal import LinuxKernel
internal import RecordFormat

/// Walks the batches of one log file, the good and the bad.
package struct SegmentInspector: ~Copyable {
    package let path: String
    /// The first offset that the segment may hold, by its name.
    package let baseOffset: Int64
    /// The file's length in bytes.
    package let length: Int
    /// Where the kept batches begin: above 0 after holes were punched.
    package let start: Int
    /// The size of the slots that hold a batch each, in bytes; nil where batches follow each other.
    package let slotBytes: Int?
    /// What a recovery would do with the file, by its own account; nil where it would leave it as it is.
    package let damage: Segment.Damage?
    /// Zeros behind the last batch, which preallocation leaves.
    package private(set) var zeroTailByteCount = 0

    private let file: File
    private var position: Int
    private var isAtEnd = false
    private var buffer = AlignedBuffer(byteCount: 1 << 16)

    /// Opens a log file for reading. Its name has to be that of a segment, twenty digits and `.log`.
    ///
    /// - Parameter damages: What `LogInspector.rehearseRecovery` said of the log; nil asks it of this file alone.
    package init(path: String, damages: [Segment.Damage]? = nil) throws(LogError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.last, let baseOffset = Segment.baseOffset(ofFileNamed: String(name)) else {
            throw .incompatible(path: path, reason: "a log file is named by its first offset: twenty digits and .log")
        }
        let directory = parts.count == 1 ? "." : parts.dropLast().joined(separator: "/")
        let slotBytes = try Self.slotBytes(in: directory)
        let found = if let damages { damages } else { try LogInspector.rehearseRecovery(at: path) }
        let start = try SegmentStart.read(at: path.dropLast(".log".count) + SegmentStart.suffix, above: baseOffset)
        let file = try Self.openForReading(path)
        let (length, first) = try Self.extent(of: file)
        // A rewritten file begins with what is kept, whatever the start's file says about the old one.
        let position = start.map { $0.offset == first ? 0 : min($0.position, length) } ?? 0
        self.init(
            path: path, baseOffset: baseOffset, length: length, start: position, slotBytes: slotBytes,
            damage: found.first { $0.path.hasSuffix("/" + name) }, file: file)
    }

    private init(
        path: String, baseOffset: Int64, length: Int, start: Int, slotBytes: Int?, damage: Segment.Damage?,
        file: consuming File
    ) {
        self.path = path
        self.baseOffset = baseOffset
        self.damage = damage
        self.length = length
        self.start = start
        self.slotBytes = slotBytes
        self.file = file
        position = start
    }

    private static func openForReading(_ path: String) throws(LogError) -> File {
        do throws(SystemError) { return try File(path, .readOnly) } catch { throw .system(error) }
    }

    /// A file's length in bytes, and the first offset by its first header; nil where there is none.
    private static func extent(of file: borrowing File) throws(LogError) -> (length: Int, first: Int64?) {
        do throws(SystemError) {
            return (try file.size().length, try Segment.header(at: 0, of: file)?.baseOffset)
        } catch {
            throw .system(error)
        }
    }

    static func slotBytes(in directory: String) throws(LogError) -> Int? {
        let path = directory + "/" + PartitionLog.layoutName
        let text = try kernel { () throws(SystemError) in
            try Directory.exists(path) ? try TextFile.read(path) : ""
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.first == "random" else { return nil }
        guard words.count == 2, let slotBytes = Int(words[1]), slotBytes > 0 else {
            throw .incompatible(
                path: path, reason: "it should say 'random' and the slots' size, not '\(text.prefix(80))'")
        }
        return slotBytes
    }

    // MARK: Batches

    /// The next batch; nil behind the last, or where what follows is no batch.
    ///
    /// Batches that a recovery would cut come too, as long as their headers tell how long they are.
    package mutating func next() throws(LogError) -> InspectedBatch? {
        while !isAtEnd, position < length {
            let slotEnd = slotBytes.map { min(position + $0, length) }
            let found = try kernel { () throws(SystemError) in try batch(upTo: slotEnd ?? length) }
            if let slotEnd {
                position = slotEnd
            } else if let found {
                position += found.byteCount
            } else {
                isAtEnd = true
            }
            if let found { return found }
        }
        return nil
    }

    /// The batch at the position; nil when there is none, and then it is noted what there is.
    private mutating func batch(upTo limit: Int) throws(SystemError) -> InspectedBatch? {
        guard let header = try Segment.header(at: position, of: file), header.totalByteCount <= limit - position else {
            if slotBytes == nil, try file.isZero(from: position, to: length) { zeroTailByteCount = length - position }
            return nil
        }
        let count = try read(header.totalByteCount)
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])
        // What does not parse is no batch; the reason is the recovery's to say.
        guard count == header.totalByteCount, let batch = unsafe try? RecordBatch(parsing: bytes) else {
            return nil
        }
        let computed = batch.computedCRC
        var problem: String?
        if computed != header.crc {
            problem = "its CRC-32C is wrong"
        } else if slotBytes == nil, let damage, damage.position == position {
            problem = damage.reason
        }
        return InspectedBatch(position: position, header: header, computedCRC: computed, problem: problem)
    }

    private mutating func read(_ count: Int) throws(SystemError) -> Int {
        if unsafe buffer.bytes.count < count { buffer = AlignedBuffer(byteCount: count) }
        return unsafe try file.readAll(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<count]), at: position)
    }

    // MARK: Records

    /// The records of a batch that `next` gave.
    ///
    /// - Throws: `damaged` with what is wrong with them; that the CRC is, does not matter.
    package func records(of batch: InspectedBatch) throws(LogError) -> [InspectedRecord] {
        let bytes = AlignedBuffer(byteCount: batch.byteCount)
        let count = try kernel { () throws(SystemError) in
            unsafe try file.readAll(into: bytes.bytes, at: batch.position)
        }
        do throws(RecordBatchError) {
            let parsed = unsafe try RecordBatch(parsing: UnsafeRawBufferPointer(rebasing: bytes.bytes[..<count]))
            var iterator = try RecordIterator(parsed, decompressor: Decompressor())
            var records: [InspectedRecord] = []
            while let record = try iterator.next() { records.append(InspectedRecord(record)) }
            return records
        } catch {
            throw .damaged(path: path, position: batch.position, reason: "\(error)")
        }
    }

    // MARK: Indexes

    package func offsetIndex() throws(LogError) -> InspectedIndex<InspectedOffset> {
        let index: InspectedIndex<OffsetEntry> = try index(".index")
        let entries = try kernel { () throws(SystemError) in
            var entries: [InspectedOffset] = []
            for entry in index.entries {
                let offset = baseOffset &+ Int64(entry.relativeOffset)
                let found = try Segment.header(at: Int(entry.position), of: file)?.lastOffset
                entries.append(
                    InspectedOffset(offset: offset, position: Int(entry.position), agreesWithLog: found == offset))
            }
            return entries
        }
        return InspectedIndex(path: index.path, entries: entries, problem: index.problem)
    }

    package func timeIndex() throws(LogError) -> InspectedIndex<InspectedTimestamp> {
        let index: InspectedIndex<TimeEntry> = try index(".timeindex")
        let entries = index.entries.map {
            InspectedTimestamp(timestamp: $0.timestamp, offset: baseOffset &+ Int64($0.relativeOffset))
        }
        return InspectedIndex(path: index.path, entries: entries, problem: index.problem)
    }

    private func index<Entry: IndexEntry>(_ suffix: String) throws(LogError) -> InspectedIndex<Entry> {
        let path = String(self.path.dropLast(".log".count)) + suffix
        return try kernel { () throws(SystemError) in
            guard try Directory.exists(path) else {
                return InspectedIndex(path: path, entries: [], problem: "there is no such file")
            }
            let index = try File(path, .readOnly)
            let byteCount = try index.size().length
            let limit = length / RecordBatchHeader.byteCount
            guard byteCount / Entry.byteCount <= limit else {
                return InspectedIndex(
                    path: path, entries: [], problem: "it has \(byteCount) bytes, more than the log has batches for")
            }
            let entries: [Entry] = try IndexFile.read(index, count: byteCount / Entry.byteCount)
            let isSorted = zip(entries, entries.dropFirst()).allSatisfy {
                $0.key < $1.key && $0.relativeOffset < $1.relativeOffset
            }
            let problem =
                byteCount.isMultiple(of: Entry.byteCount)
                ? (isSorted ? nil : "its entries are not sorted")
                : "its \(byteCount) bytes are not whole entries of \(Entry.byteCount)"
            return InspectedIndex(path: path, entries: entries, problem: problem)
        }
    }
}

extension InspectedRecord {
    fileprivate init(_ record: RecordView) {
        offset = record.offset
        timestamp = record.timestamp
        key = unsafe record.key.map { unsafe Array($0) }
        value = unsafe record.value.map { unsafe Array($0) }
        var headers: [Header] = []
        var rest = record.headers
        while let header = rest.next() {
            unsafe headers.append(Header(key: Array(header.key), value: header.value.map { unsafe Array($0) }))
        }
        self.headers = headers
    }
}

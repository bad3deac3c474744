internal import LinuxKernel
internal import RecordFormat

/// Reads a log file batch by batch, and stops at the first that is not whole and, where its content is checked, valid.
///
/// What is checked is read in large pieces. Of the rest only headers are read: many with one call where they lie close
/// together, and each with its own where batches are so large that the bytes between cost more than a call.
struct BatchScanner: ~Copyable {
    /// Why a scan stopped.
    enum Stop: Equatable {
        /// Exactly at the asked end.
        case end
        /// At bytes that are no valid batch; the reason is for people.
        case invalid(reason: String)
    }

    private static let pieceByteCount = 1 << 20
    /// How many bytes a call for headers brings, where batches are smaller than `largeByteCount`.
    private static let headersByteCount = 1 << 16
    private static let largeByteCount = 4096

    private var buffer = AlignedBuffer(byteCount: 0)
    /// What of the file lies in the buffer.
    private var bufferStart = 0
    private var bufferCount = 0
    private(set) var position: Int
    private let end: Int
    private let checkedOffset: Int64
    /// Of the last batch; a header by itself is read first.
    private var batchByteCount = Int.max
    private(set) var stop: Stop?

    /// - Parameters:
    ///   - start: The file's position of the first batch.
    ///   - end: Where to stop; normally the file's length.
    ///   - offset: Of batches that begin at that offset or behind it the content is checked too, not only the header.
    init(start: Int, end: Int, checkingFrom offset: Int64) {
        position = start
        self.end = end
        checkedOffset = offset
    }

    /// Goes on at another position, whatever stopped it before.
    mutating func move(to position: Int) {
        self.position = position
        stop = nil
    }

    /// The next batch; nil when there is none, and then `stop` says why.
    mutating func next(in file: borrowing File) throws(SystemError) -> PlacedBatch? {
        let start = position
        guard let header = try nextHeader(in: file) else { return nil }
        return PlacedBatch(header, at: start)
    }

    /// The header of the next batch, as `next`.
    mutating func nextHeader(in file: borrowing File) throws(SystemError) -> RecordBatchHeader? {
        guard stop == nil else { return nil }
        guard position < end else {
            stop = .end
            return nil
        }
        guard try load(RecordBatchHeader.byteCount, of: file) else {
            return stopped("\(end - position) bytes are no batch header")
        }
        let header: RecordBatchHeader
        do {
            header = unsafe try RecordBatchHeader(parsing: loaded(RecordBatchHeader.byteCount))
        } catch {
            return stopped("\(error)")
        }
        guard header.totalByteCount <= end - position else {
            return stopped("a batch of \(header.totalByteCount) bytes, but only \(end - position) are left")
        }
        if header.baseOffset >= checkedOffset {
            guard try load(header.totalByteCount, of: file) else {
                return stopped("the file ends within a batch of \(header.totalByteCount) bytes")
            }
            do {
                try unsafe RecordBatch(parsing: loaded(header.totalByteCount)).validate()
            } catch {
                return stopped("\(error)")
            }
        }
        batchByteCount = header.totalByteCount
        position += header.totalByteCount
        return header
    }

    /// The header that the next batch would have, without going on; nil where there is none that makes sense.
    mutating func upcoming(in file: borrowing File) throws(SystemError) -> RecordBatchHeader? {
        guard try load(RecordBatchHeader.byteCount, of: file) else { return nil }
        // What does not parse there is met by `next`.
        return unsafe try? RecordBatchHeader(parsing: loaded(RecordBatchHeader.byteCount))
    }

    private mutating func stopped(_ reason: String) -> RecordBatchHeader? {
        stop = .invalid(reason: reason)
        return nil
    }

    /// How much to read at once from `position` on.
    private var pieceByteCount: Int {
        if checkedOffset <= 0 { return Self.pieceByteCount }
        return batchByteCount < Self.largeByteCount ? Self.headersByteCount : RecordBatchHeader.byteCount
    }

    /// The bytes from `position` on that `load` brought in.
    private func loaded(_ count: Int) -> UnsafeRawBufferPointer {
        let offset = position - bufferStart
        return unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[offset..<offset + count])
    }

    /// Brings `count` bytes from `position` on into the buffer; false when the file ends before.
    private mutating func load(_ count: Int, of file: borrowing File) throws(SystemError) -> Bool {
        if position >= bufferStart, position + count <= bufferStart + bufferCount { return true }
        guard count <= end - position else { return false }
        let wanted = min(max(count, pieceByteCount), end - position)
        if unsafe wanted > buffer.bytes.count { buffer = AlignedBuffer(byteCount: wanted) }
        bufferStart = position
        bufferCount = 0
        bufferCount = unsafe try file.readAll(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<wanted]), at: position)
        return bufferCount >= count
    }
}

internal import LinuxKernel
internal import RecordFormat

/// Reads a log file batch by batch, in large pieces, and stops at the first that is not whole and valid.
struct BatchScanner: ~Copyable {
    /// Why a scan stopped.
    enum Stop: Equatable {
        /// Exactly at the asked end.
        case end
        /// At bytes that are no valid batch; the reason is for people.
        case invalid(reason: String)
    }

    private static let pieceByteCount = 1 << 20

    private var buffer = AlignedBuffer(byteCount: pieceByteCount)
    /// What of the file lies in the buffer.
    private var bufferStart = 0
    private var bufferCount = 0
    private(set) var position: Int
    private let end: Int
    private let checksCRC: Bool
    private(set) var stop: Stop?

    /// - Parameters:
    ///   - start: The file's position of the first batch.
    ///   - end: Where to stop; normally the file's length.
    ///   - checksCRC: Whether the content is checked too, not only the headers.
    init(start: Int, end: Int, checksCRC: Bool) {
        position = start
        self.end = end
        self.checksCRC = checksCRC
    }

    /// Goes on at another position, whatever stopped it before.
    mutating func move(to position: Int) {
        self.position = position
        stop = nil
    }

    /// The next batch; nil when there is none, and then `stop` says why.
    mutating func next(in file: borrowing File) throws(SystemError) -> PlacedBatch? {
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
        if checksCRC {
            guard try load(header.totalByteCount, of: file) else {
                return stopped("the file ends within a batch of \(header.totalByteCount) bytes")
            }
            do {
                try unsafe RecordBatch(parsing: loaded(header.totalByteCount)).validate()
            } catch {
                return stopped("\(error)")
            }
        }
        defer { position += header.totalByteCount }
        return PlacedBatch(header, at: position)
    }

    private mutating func stopped(_ reason: String) -> PlacedBatch? {
        stop = .invalid(reason: reason)
        return nil
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
        if unsafe count > buffer.bytes.count {
            buffer = AlignedBuffer(byteCount: count)
        }
        let wanted = unsafe min(buffer.bytes.count, end - position)
        bufferStart = position
        bufferCount = 0
        bufferCount = unsafe try file.readAll(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<wanted]), at: position)
        return bufferCount >= count
    }
}

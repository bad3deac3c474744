internal import LinuxKernel

/// O_DIRECT: the device takes the bytes from aligned memory, and the page cache has no part in it.
///
/// Positions and lengths are whole blocks, so the block in which the log ends is padded with zeros, kept in memory, and
/// written again with what follows; what it held before stays the same, so a torn write of it loses nothing. The file's
/// length is therefore not the log's end; what lies behind is cut off when the segment is closed. Readers go through
/// the page cache, which the kernel keeps coherent: a direct write drops the pages that it covers.
@safe
class DirectAppendPath: AppendPath {
    /// The alignment of memory, positions and lengths; every file system that `AppendPathProbe` admits
    /// is content with it.
    static let blockBytes = 4096

    /// A segment's own descriptor, and the block in which the log ended when this path wrote last.
    final class DirectFile {
        let open: OpenFile
        fileprivate let tail = AlignedBuffer(byteCount: blockBytes)
        /// The position behind the tail's bytes that count; nil when it is not known what the block holds.
        fileprivate var tailEnd: Int?

        init(_ open: OpenFile) {
            self.open = open
        }
    }

    private let options: File.Options
    /// The last block is room for the padding.
    final let buffer: AlignedBuffer
    private let capacity: Int
    private var files = SegmentTable<DirectFile>()
    private var segment: Segment?
    private var file: DirectFile?
    /// Where in the file the buffer's first byte goes: at a block.
    private var position = 0
    /// Bytes in the buffer: the beginning of the first block that the file has already, and what was gathered.
    private var filled = 0
    private var gathered = 0
    private var reserved = 0

    /// - Parameters:
    ///   - byteCount: What one call can have of batches.
    ///   - synchronous: With O_DSYNC, so that a write returns when the device has it for good.
    init(byteCount: Int, synchronous: Bool) {
        options = synchronous ? [.direct, .dataSynchronous] : .direct
        capacity = (byteCount + 2 * Self.blockBytes - 1) / Self.blockBytes * Self.blockBytes
        buffer = AlignedBuffer(byteCount: capacity, alignment: Self.blockBytes)
    }

    override var settleBytes: Int { 1 << 20 }

    override var isDurable: Bool { options.contains(.dataSynchronous) }

    override func reserve(
        _ byteCount: Int, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        let follows = self.segment === segment && self.position + filled == position
        if !follows || filled + byteCount > capacity {
            try settle()
            try begin(in: segment, at: position)
        }
        reserved = byteCount
        return unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[filled..<filled + byteCount])
    }

    override func commit() {
        filled += reserved
        gathered += reserved
        reserved = 0
    }

    override func abandon() {
        reserved = 0
    }

    override func settle() throws(SystemError) {
        defer {
            (gathered, reserved) = (0, 0)
            segment = nil
            file = nil
        }
        guard gathered > 0, let segment, let file else { return }
        let padded = (filled + Self.blockBytes - 1) / Self.blockBytes * Self.blockBytes
        unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[filled..<padded])
            .initializeMemory(as: UInt8.self, repeating: 0)
        file.tailEnd = nil
        unsafe try write(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<padded]), to: segment, file, at: position)
        let end = position + filled
        let tailStart = filled / Self.blockBytes * Self.blockBytes
        unsafe file.tail.bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer.bytes[tailStart..<filled]))
        file.tailEnd = end
    }

    /// Writes whole blocks, which lie in `buffer`.
    func write(
        _ blocks: UnsafeRawBufferPointer, to segment: Segment, _ file: DirectFile, at position: Int
    ) throws(SystemError) {
        unsafe try file.open.file.writeAll(blocks, at: position)
    }

    /// Starts the buffer with what the file has of the block in which `position` is.
    private func begin(in segment: Segment, at position: Int) throws(SystemError) {
        let file = try directFile(of: segment)
        self.position = position / Self.blockBytes * Self.blockBytes
        let count = position - self.position
        let head = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<count])
        if file.tailEnd == position {
            unsafe head.copyMemory(from: UnsafeRawBufferPointer(rebasing: file.tail.bytes[..<count]))
        } else if count > 0 {
            let found = unsafe try segment.open().file.readAll(into: head, at: self.position)
            guard found == count else {
                throw SystemError.missingBytes("reading the last block of", path: segment.path)
            }
        }
        filled = count
        self.segment = segment
        self.file = file
    }

    private func directFile(of segment: Segment) throws(SystemError) -> DirectFile {
        if let file = files.resource(for: segment) { return file }
        let file = DirectFile(OpenFile(try File(segment.path, .readWrite, options: options)))
        files.keep(file, for: segment)
        return file
    }
}

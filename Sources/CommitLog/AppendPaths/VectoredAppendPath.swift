internal import LinuxKernel

/// One `pwritev` for all batches of a turn, each in memory of its own.
///
/// Where `buffered` gathers batches in one hot buffer and writes that, this hands the kernel a list: fewer calls, at
/// the price of a wider stretch of memory. Lent memory goes into the same list.
@safe
final class VectoredAppendPath: AppendPath {
    /// Rooms begin at cache lines, so that each batch is a piece of its own.
    private static let alignment = 64

    private let arena: AlignedBuffer
    private var used = 0
    private var pieces = File.Pieces()
    private var segment: Segment?
    /// Where in the file the first piece goes.
    private var position = 0
    private var open: UnsafeRawBufferPointer?

    /// - Parameter byteCount: What one call can have of reserved batches.
    init(byteCount: Int) {
        arena = AlignedBuffer(byteCount: byteCount)
    }

    override var settleBytes: Int { 1 << 20 }

    override func reserve(
        _ byteCount: Int, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        let arenaBytes = unsafe arena.bytes.count
        precondition(byteCount <= arenaBytes, "the log bounds a batch by max.message.bytes")
        if used + byteCount > arenaBytes { try settle() }
        try continueList(in: segment, at: position)
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: arena.bytes[used..<used + byteCount])
        unsafe open = UnsafeRawBufferPointer(room)
        return unsafe room
    }

    override func lend(
        _ batch: UnsafeMutableRawBufferPointer, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        try continueList(in: segment, at: position)
        unsafe open = UnsafeRawBufferPointer(batch)
        return unsafe batch
    }

    override func commit() {
        guard let piece = unsafe open else { return }
        unsafe open = nil
        unsafe pieces.append(piece)
        guard unsafe piece.baseAddress == UnsafeRawPointer(arena.bytes.baseAddress! + used) else { return }
        used = (used + piece.count + Self.alignment - 1) / Self.alignment * Self.alignment
    }

    override func abandon() {
        unsafe open = nil
    }

    override func settle() throws(SystemError) {
        defer {
            used = 0
            unsafe open = nil
            pieces.removeAll()
            segment = nil
        }
        guard let segment, pieces.byteCount > 0 else { return }
        try segment.open().file.writeAll(&pieces, at: position)
    }

    /// Writes what is in the list when the next batch does not follow it in the file.
    private func continueList(in segment: Segment, at position: Int) throws(SystemError) {
        let follows = self.segment === segment && self.position + pieces.byteCount == position
        if follows && pieces.count < File.Pieces.limit { return }
        try settle()
        self.segment = segment
        self.position = position
    }
}

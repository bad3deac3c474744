package import LinuxKernel
internal import Synchronization

/// A piece of a segment's file in memory of the process's own.
///
/// Whoever sends from it holds it. What it has does not change, but appends may add to it behind its end; only when
/// nobody else holds it, its memory becomes another piece.
package final class LogBlock: @unchecked Sendable {
    /// Where it begins in the segment's file: not before a whole batch or a block of the file does.
    package private(set) var start: Int
    /// Where the memory begins in the segment's file: as far before `start` as direct reads need.
    private var base: Int
    private let reach: Atomic<Int>
    private let memory: AlignedBuffer

    /// An empty block.
    ///
    /// - Parameter capacity: Its memory, in bytes: see `capacity(from:to:)`.
    package init(at start: Int, capacity: Int) {
        self.start = start
        base = Self.base(of: start)
        reach = Atomic(start)
        memory = AlignedBuffer(byteCount: capacity, alignment: Self.alignment)
    }

    /// What O_DIRECT asks for on every file system that there is.
    private static let alignment = 4096

    private static func base(of start: Int) -> Int { start / alignment * alignment }

    /// The memory for a range of the file, read in whole sectors.
    package static func capacity(from start: Int, to end: Int) -> Int {
        (end - base(of: start) + alignment - 1) / alignment * alignment
    }

    /// How much memory it takes.
    package var capacity: Int { unsafe memory.bytes.count }

    /// Behind the last byte that it has. Any thread may ask.
    package var end: Int { reach.load(ordering: .acquiring) }

    /// The bytes of a range of the file, as far as the block has them.
    package func bytes(from start: Int, to end: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(
            rebasing: memory.bytes[start - base..<max(start, min(end, self.end)) - base])
    }

    // MARK: Filling

    /// Reads from the file, in whole sectors, what lies from the start to `limit`, as far as there is room.
    package func read(_ file: borrowing File, upTo limit: Int) throws(SystemError) {
        let count = unsafe try file.readAll(into: memory.bytes, at: base)
        // What lies behind the limit may still change.
        reach.store(max(start, min(base + count, limit)), ordering: .releasing)
    }

    /// Adds what follows its end, as far as there is room. Nobody else adds meanwhile.
    func append(_ bytes: UnsafeRawBufferPointer) {
        let end = self.end
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: memory.bytes[(end - base)...])
        unsafe room.copyMemory(from: bytes)
        reach.store(end + bytes.count, ordering: .releasing)
    }

    /// Forgets what lies behind a position: nobody was told of it yet.
    func cut(to end: Int) { reach.store(max(start, min(self.end, end)), ordering: .releasing) }

    /// Becomes an empty block elsewhere, of no more bytes than it has room for. Nobody else holds it.
    func restart(at start: Int) {
        self.start = start
        base = Self.base(of: start)
        reach.store(start, ordering: .releasing)
    }
}

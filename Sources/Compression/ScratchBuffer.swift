/// Owned memory that grows when it must and is reused after: the steady state allocates nothing.
///
/// The owner decides how many of the bytes count (`count`); the memory behind them is uninitialised. Pointers taken
/// from it are good until the next `reserve` or the end of the buffer's life.
@safe
package struct ScratchBuffer: ~Copyable {
    /// All the memory there is, used or not.
    package private(set) var memory: UnsafeMutableRawBufferPointer
    /// How many bytes at the start of the memory hold content; at most the capacity.
    package var count = 0 {
        didSet { precondition(count >= 0 && count <= capacity, "a buffer cannot hold more than its capacity") }
    }

    /// A buffer with room for `capacity` bytes.
    package init(capacity: Int = 0) {
        unsafe memory = .allocate(byteCount: max(capacity, 1), alignment: Self.alignment)
    }

    deinit {
        unsafe memory.deallocate()
    }

    package var capacity: Int { unsafe memory.count }

    /// The content.
    package var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: memory[..<count])
    }

    /// Makes room for exactly `minimum` bytes in all, keeping the content; does nothing if there is room already.
    package mutating func reserve(_ minimum: Int) {
        guard unsafe minimum > memory.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: minimum, alignment: Self.alignment)
        unsafe larger.copyMemory(from: bytes)
        unsafe memory.deallocate()
        unsafe memory = larger
    }

    /// Makes room for `additional` bytes after the content; at least doubles, so that appending stays linear.
    package mutating func makeRoom(for additional: Int) {
        guard count + additional > capacity else { return }
        reserve(max(count + additional, capacity * 2))
    }

    /// Doubles the memory, up to `limit` bytes. False if it is there already.
    mutating func grow(upTo limit: Int) -> Bool {
        guard capacity < limit else { return false }
        reserve(min(limit, max(capacity * 2, 4096)))
        return true
    }

    /// A cache line, so that vector code never straddles one at the start.
    private static let alignment = 64
}

/// Received bytes that wait to be parsed: added at the end, taken from the front.
@safe
struct ByteQueue: ~Copyable {
    private var storage: UnsafeMutableRawBufferPointer?
    private var start = 0
    private var end = 0

    init() {}

    deinit {
        unsafe storage?.deallocate()
    }

    var count: Int { end - start }
    var isEmpty: Bool { start == end }
    var capacity: Int { unsafe storage?.count ?? 0 }

    /// The bytes; valid until the queue changes.
    var bytes: UnsafeRawBufferPointer {
        guard let storage = unsafe storage else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        return unsafe UnsafeRawBufferPointer(rebasing: storage[start..<end])
    }

    /// Room behind the last byte, at least `byteCount` of it, for `grow(by:)` to count what was put there.
    mutating func room(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        reserve(byteCount)
        return unsafe UnsafeMutableRawBufferPointer(rebasing: storage![end...])
    }

    mutating func grow(by byteCount: Int) {
        end += byteCount
        precondition(end <= capacity)
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard unsafe !bytes.isEmpty else { return }
        unsafe self.room(bytes.count).copyMemory(from: bytes)
        grow(by: bytes.count)
    }

    mutating func removeFirst(_ byteCount: Int) {
        start += byteCount
        precondition(start <= end)
        if start == end { (start, end) = (0, 0) }
    }

    /// Gives the memory back; the queue is empty then.
    mutating func release() {
        precondition(isEmpty, "bytes would be lost")
        unsafe storage?.deallocate()
        unsafe storage = nil
    }

    private mutating func reserve(_ byteCount: Int) {
        if end + byteCount <= capacity { return }
        let needed = count + byteCount
        if needed <= capacity, let storage = unsafe storage {
            unsafe UnsafeMutableRawBufferPointer(rebasing: storage[..<count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[start..<end]))
        } else {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(needed, 2 * capacity), alignment: 16)
            unsafe larger.copyMemory(from: bytes)
            unsafe storage?.deallocate()
            unsafe storage = larger
        }
        (start, end) = (0, count)
    }
}

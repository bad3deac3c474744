/// Memory of a connection for a batch that arrives in pieces, so that a slow producer holds nothing that others share.
@safe
final class SpillBuffer {
    private let storage: UnsafeMutableRawBufferPointer
    /// Bytes received.
    private(set) var count = 0
    /// Bytes of the whole batch.
    private(set) var byteCount = 0

    fileprivate init(capacity: Int) {
        unsafe storage = .allocate(byteCount: capacity, alignment: 4096)
    }

    deinit {
        unsafe storage.deallocate()
    }

    fileprivate var capacity: Int { unsafe storage.count }

    fileprivate func begin(_ byteCount: Int) {
        precondition(byteCount <= capacity)
        self.byteCount = byteCount
        count = 0
    }

    var isFull: Bool { count == byteCount }

    /// The whole batch.
    var bytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(rebasing: storage[..<byteCount])
    }

    /// Where the next bytes go.
    var room: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(rebasing: storage[count..<byteCount])
    }

    func grow(by byteCount: Int) {
        count += byteCount
        precondition(count <= self.byteCount)
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        unsafe room.copyMemory(from: bytes)
        grow(by: bytes.count)
    }
}

/// A reactor's spill buffers that are not in use. The one used last is the first to be used again, while it is hot.
struct SpillPool {
    private static let largestKeptBytes = 1 << 20
    private static let kept = 4

    private var free: [SpillBuffer] = []

    /// A buffer for a batch of that many bytes.
    mutating func take(_ byteCount: Int) -> SpillBuffer {
        if let index = free.lastIndex(where: { $0.capacity >= byteCount }) {
            let buffer = free.remove(at: index)
            buffer.begin(byteCount)
            return buffer
        }
        // In steps, so that batches of about the same size share buffers.
        let buffer = SpillBuffer(capacity: (byteCount + 65_535) / 65_536 * 65_536)
        buffer.begin(byteCount)
        return buffer
    }

    mutating func put(_ buffer: SpillBuffer) {
        guard buffer.capacity <= Self.largestKeptBytes else { return }
        if free.count == Self.kept { free.removeFirst() }
        free.append(buffer)
    }
}

internal import Synchronization

/// The bound on memory for requests that have not arrived whole, over all connections (`queued.max.request.bytes`).
///
/// One request is admitted even above the bound when there is no other, so that a large one cannot wait for ever.
final class RequestMemory: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)

    /// - Parameter limit: In bytes; nil is unbounded.
    init(limit: Int?) { self.limit = limit ?? .max }

    /// Takes room for so many bytes; false when there is none now.
    func acquire(_ byteCount: Int) -> Bool {
        let total = used.add(byteCount, ordering: .sequentiallyConsistent).newValue
        if total <= limit || total == byteCount { return true }
        used.subtract(byteCount, ordering: .sequentiallyConsistent)
        return false
    }

    func release(_ byteCount: Int) {
        used.subtract(byteCount, ordering: .sequentiallyConsistent)
    }

    /// Bytes taken now.
    var usedBytes: Int { used.load(ordering: .relaxed) }
}

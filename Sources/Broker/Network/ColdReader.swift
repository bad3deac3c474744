internal import CommitLog
internal import LinuxKernel
internal import Synchronization

/// The thread that waits for the disk: it reads what a fetch wants and the page cache does not have, so that no reactor does.
///
/// Reading brings the pages into the cache; the reactor then sends them by the fetch path, as if they had been there.
final class ColdReader: Sendable {
    /// A range of a segment's file, and whose fetch waits for it.
    struct Request: Sendable {
        let segment: Segment
        let position: Int
        let byteCount: Int
        let reactor: Int
        let slot: Int
        let generation: UInt64
    }

    private struct State {
        var requests: [Request] = []
        var thread: KernelThread?
        var isStopping = false
    }

    private let state = Mutex(State())
    private let wake: WakeEvent

    init() throws(SystemError) {
        wake = try WakeEvent()
    }

    func start(for node: BrokerNode) throws(SystemError) {
        let thread = try KernelThread(name: "cold-reader") { [self] in run(node) }
        state.withLock { $0.thread = thread }
    }

    func submit(_ request: Request) {
        state.withLock { $0.requests.append(request) }
        wake.signal()
    }

    func stop() {
        let thread = state.withLock { state in
            state.isStopping = true
            return state.thread.take()
        }
        wake.signal()
        thread?.join()
    }

    private func run(_ node: BrokerNode) {
        // The bytes themselves are not wanted, only their pages.
        let buffer = AlignedBuffer(byteCount: 256 * 1024)
        while true {
            let (requests, isStopping) = state.withLock { state in
                defer { state.requests = [] }
                return (state.requests, state.isStopping)
            }
            if isStopping { return }
            for request in requests {
                read(request, buffer)
                node.reactors[request.reactor].post(
                    .warmed(slot: request.slot, generation: request.generation))
            }
            if requests.isEmpty { wake.wait(nanoseconds: .max) }
        }
    }

    /// An error is not lost: the send that follows meets it again, and ends the connection.
    private func read(_ request: Request, _ buffer: borrowing AlignedBuffer) {
        let end = request.position + request.byteCount
        var position = request.position
        guard let pin = try? request.segment.open() else { return }
        while position < end {
            let room = unsafe UnsafeMutableRawBufferPointer(
                rebasing: buffer.bytes[..<min(buffer.bytes.count, end - position)])
            guard let count = unsafe try? pin.file.warm(through: room, at: position), count > 0 else { return }
            position += count
        }
    }
}

extension Segment {
    /// Whether the page cache has all of a range. What the kernel cannot tell (before Linux 6.5) is taken to be there.
    func isCached(at position: Int, byteCount: Int) -> Bool {
        guard let state = try? open().file.cacheState(at: position, byteCount: byteCount) else { return true }
        let pageSize = ProcessHandle.pageSize
        let pages = (position + byteCount + pageSize - 1) / pageSize - position / pageSize
        return state.cachedPages >= UInt64(pages)
    }
}

internal import CommitLog
internal import LinuxKernel
internal import Synchronization

/// The thread that waits for the disk: it reads what a fetch wants and the page cache does not have, so that no reactor does.
///
/// Reading brings the pages into the cache; the reactor then sends them by the fetch path, as if they had been there. Where
/// the page cache is not used, it reads the bytes themselves.
final class ColdReader: Sendable {
    /// What is to be read, and whose fetch waits for it.
    struct Request: Sendable {
        /// What is done with it.
        enum Purpose {
            /// The pages are to be in the page cache.
            case warm
            /// The bytes are wanted, around the page cache.
            case load
        }

        let range: DirectReads.Request
        let purpose: Purpose
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
        // To warm pages their bytes are not wanted.
        let buffer = AlignedBuffer(byteCount: 256 * 1024)
        while true {
            let (requests, isStopping) = state.withLock { state in
                defer { state.requests = [] }
                return (state.requests, state.isStopping)
            }
            if isStopping { return }
            for request in requests {
                node.reactors[request.reactor].post(
                    .read(slot: request.slot, generation: request.generation, serve(request, buffer, node)))
            }
            if requests.isEmpty { wake.wait(nanoseconds: .max) }
        }
    }

    private func serve(
        _ request: Request, _ buffer: borrowing AlignedBuffer, _ node: BrokerNode
    ) -> Result<LogBlock?, SystemError> {
        guard request.purpose == .load, let reads = node.directReads else {
            warm(request.range, buffer)
            return .success(nil)
        }
        do throws(SystemError) {
            return .success(try reads.read(request.range))
        } catch {
            return .failure(error)
        }
    }

    /// An error is not lost: the send that follows meets it again, and ends the connection.
    private func warm(_ range: DirectReads.Request, _ buffer: borrowing AlignedBuffer) {
        var position = range.position
        guard let pin = try? range.segment.open() else { return }
        while position < range.end {
            let room = unsafe UnsafeMutableRawBufferPointer(
                rebasing: buffer.bytes[..<min(buffer.bytes.count, range.end - position)])
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

internal import CommitLog
internal import LinuxKernel
internal import Synchronization

/// The thread that waits for the disk: it reads what a fetch wants and the page cache does not have, so
/// that no reactor does.
///
/// Reading brings the pages into the cache; the reactor then sends them by the fetch path, as if they had been there.
/// Where the page cache is not used, it reads the bytes themselves.
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
        do throws(SystemError) {
            guard request.purpose == .load, let reads = node.directReads else {
                try warm(request.range, buffer)
                return .success(nil)
            }
            return .success(try reads.read(request.range))
        } catch {
            // A broken disk, or no descriptor left: the connection ends with it, as it would by the send itself.
            return .failure(error)
        }
    }

    private func warm(_ range: DirectReads.Request, _ buffer: borrowing AlignedBuffer) throws(SystemError) {
        let pin = try range.segment.open()
        var position = range.position
        while position < range.end {
            let room = unsafe UnsafeMutableRawBufferPointer(
                rebasing: buffer.bytes[..<min(buffer.bytes.count, range.end - position)])
            let count = unsafe try pin.file.warm(through: room, at: position)
            // Where the file has become shorter the send finds that out, and says so.
            if count == 0 { return }
            position += count
        }
    }
}

extension Segment {
    /// Whether the page cache has all of a range.
    func isCached(at position: Int, byteCount: Int) throws(SystemError) -> Bool {
        let pin = try open()
        let state: File.CacheState
        do throws(SystemError) {
            state = try pin.file.cacheState(at: position, byteCount: byteCount)
        } catch {
            // Before Linux 6.5, and on file systems without pages, nobody can tell; then it is taken to be there, and
            // the send waits for what is not.
            guard ["ENOSYS", "EOPNOTSUPP"].contains(error.name) else { throw error }
            return true
        }
        let pageSize = ProcessHandle.pageSize
        let pages = (position + byteCount + pageSize - 1) / pageSize - position / pageSize
        return state.cachedPages >= UInt64(pages)
    }
}

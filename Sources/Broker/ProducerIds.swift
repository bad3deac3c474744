internal import LinuxKernel
internal import Synchronization

/// Gives out the ids of idempotent producers: never one twice, over restarts and over nodes.
///
/// Blocks of a thousand are reserved in a file, as Kafka does, so that one id costs no write.
final class ProducerIds: Sendable {
    private static let blockSize: Int64 = 1000

    private struct State {
        var next: Int64
        var end: Int64
    }

    private static let name = "producer-ids"

    private let files: NodeFiles
    private let state: Mutex<State>

    init(in files: NodeFiles, node: Int32) throws(BrokerError) {
        self.files = files
        let first = try kernel { () throws(SystemError) in
            // Each node has a range of its own.
            guard let text = try files.read(Self.name) else { return Int64(node) << 40 }
            guard let end = Int64(text.split(separator: "\n").first ?? "") else {
                throw SystemError.senselessContent("producer ids: no number in", path: files.path(of: Self.name))
            }
            return end
        }
        state = Mutex(State(next: first, end: first))
    }

    func next() throws(SystemError) -> Int64 {
        let result = state.withLock { state -> Result<Int64, SystemError> in
            if state.next == state.end {
                do throws(SystemError) {
                    try files.replace(Self.name, with: "\(state.end + Self.blockSize)\n")
                } catch {
                    return .failure(error)
                }
                state.end += Self.blockSize
            }
            defer { state.next += 1 }
            return .success(state.next)
        }
        return try result.get()
    }
}

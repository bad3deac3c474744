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

    private let path: String
    private let state: Mutex<State>

    init(in directory: String, node: Int32) throws(BrokerError) {
        path = directory + "/producer-ids"
        let file = path
        let first = try kernel { () throws(SystemError) in
            // Each node has a range of its own.
            guard try Directory.exists(file) else { return Int64(node) << 40 }
            let text = try TextFile.read(file)
            guard let end = Int64(text.split(separator: "\n").first ?? "") else {
                throw SystemError(call: "producer ids: no number in", path: file, code: 22)
            }
            return end
        }
        state = Mutex(State(next: first, end: first))
    }

    func next() throws(SystemError) -> Int64 {
        let result = state.withLock { state -> Result<Int64, SystemError> in
            if state.next == state.end {
                do throws(SystemError) {
                    try TextFile.replace(path, with: "\(state.end + Self.blockSize)\n")
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

internal import CPlainLoops
internal import LinuxKernel
internal import Synchronization

/// A thread that runs one of the plain server loops, until its clients have gone.
final class PlainServer {
    let port: UInt16
    private let thread: KernelThread
    private let outcome: Outcome

    private final class Outcome: Sendable {
        let code = Atomic<Int32>(0)
    }

    /// Answers requests, of one client, after their batches were checked and written to the file; without one, at once.
    ///
    /// - Parameters:
    ///   - batchByteCount: What the batch takes of a request, at its end.
    ///   - file: Has to live as long as the server does.
    ///   - splicing: Whether batches go through a pipe to the file, unchecked.
    static func appends(
        requestByteCount: Int, batchByteCount: Int, to file: PlainFile?, splicing: Bool = false, response: KafkaFrame
    ) throws -> PlainServer {
        let descriptor = file?.descriptor ?? -1
        return try PlainServer { listener in
            var append = unsafe plain_append(
                request_count: requestByteCount, batch_at: requestByteCount - batchByteCount, file: descriptor,
                splices: splicing, response: response.bytes.baseAddress, response_count: response.byteCount)
            return unsafe plain_serve_appends(listener, &append)
        }
    }

    /// Answers requests, of one client, with the file's next piece.
    ///
    /// - Parameters:
    ///   - file: Has to live as long as the server does.
    ///   - isPaced: Whether the machine's congestion control decides when it sends.
    static func reads(
        requestByteCount: Int, pieceByteCount: Int, of fileByteCount: Int, from file: PlainFile, head: KafkaFrame,
        way: plain_send_way, isPaced: Bool
    ) throws -> PlainServer {
        let descriptor = file.descriptor
        return try PlainServer { listener in
            if !isPaced {
                let code = plain_send_unpaced(listener)
                if code != 0 { return code }
            }
            var reading = unsafe plain_reading(
                way: way, request_count: requestByteCount, file: descriptor, file_count: fileByteCount,
                piece_count: pieceByteCount, head: head.bytes.baseAddress, head_count: head.byteCount)
            return unsafe plain_serve_reads(listener, &reading)
        }
    }

    /// Answers what arrives from any number of clients.
    static func many(response: KafkaFrame) throws -> PlainServer {
        try PlainServer { listener in
            unsafe plain_serve_many(listener, response.bytes.baseAddress, response.byteCount)
        }
    }

    private init(_ serve: @escaping @Sendable (Int32) -> Int32) throws {
        var port: UInt16 = 0
        let listener = unsafe plain_listen(&port)
        guard listener >= 0 else { throw SystemError(call: "listen", code: -listener) }
        self.port = port
        let outcome = Outcome()
        self.outcome = outcome
        do {
            thread = try Processors.asServer {
                try KernelThread(name: "plain-server") {
                    outcome.code.store(serve(listener), ordering: .relaxed)
                    plain_close(listener)
                }
            }
        } catch {
            plain_close(listener)
            throw error
        }
    }

    /// Waits until the clients have gone, and tells what went wrong.
    func finish() throws(SystemError) {
        thread.join()
        let code = outcome.code.load(ordering: .relaxed)
        guard code == 0 else { throw SystemError(call: "the plain server", code: code) }
    }
}

package import KafkaProtocol
package import LinuxKernel
package import RecordFormat

/// Why a client could not do what it was asked: which node, which API, which topic or partition, and what was wrong.
package struct ClientError: Error, Sendable, CustomStringConvertible {
    package enum Reason: Sendable {
        /// The broker's answer, with its own words where it sent some.
        case kafka(ErrorCode, message: String?)
        case system(SystemError)
        case unresolved(SocketAddress.ResolutionError)
        /// A message that is not what the protocol says.
        case wire(WireError)
        case batch(RecordBatchError)
        /// The node ended the connection.
        case closed
        /// Nothing came for that long.
        case timedOut(nanoseconds: Int64)
        /// Node and client have no version of the API in common.
        case noCommonVersion
        /// An answer to another request than the oldest one.
        case unexpectedResponse(correlationId: Int32, expected: Int32)
        /// A frame that is longer than the client takes.
        case frameTooLong(Int, limit: Int)
        /// An answer without the partition that was asked for.
        case unanswered
        /// The first batch of a fetch did not come whole.
        case cutOffBatch(byteCount: Int)
        /// The client was closed before.
        case clientClosed
    }

    package var reason: Reason
    /// The node's address, for example `127.0.0.1:9092`; nil where no node was reached or needed.
    package var node: String?
    package var api: ApiKey?
    /// The topic or partition it was about, for example `events-3`.
    package var subject: String?

    package init(_ reason: Reason, node: String? = nil, api: ApiKey? = nil, subject: String? = nil) {
        self.reason = reason
        self.node = node
        self.api = api
        self.subject = subject
    }

    /// The broker's error code; nil for an error of another kind.
    package var code: ErrorCode? {
        if case .kafka(let code, _) = reason { code } else { nil }
    }

    /// For example `Produce of events-3 at 127.0.0.1:9092: MESSAGE_TOO_LARGE`.
    package var description: String {
        var place = api.map(\.description) ?? ""
        if let subject { place += place.isEmpty ? subject : " of \(subject)" }
        if let node { place += place.isEmpty ? node : " at \(node)" }
        return place.isEmpty ? explanation : "\(place): \(explanation)"
    }

    private var explanation: String {
        switch reason {
        case .kafka(let code, let message): message.map { "\(code.name) (\($0))" } ?? code.name
        case .system(let error): "\(error)"
        case .unresolved(let error): "\(error)"
        case .wire(let error): "\(error)"
        case .batch(let error): "\(error)"
        case .closed: "the node closed the connection"
        case .timedOut(let nanoseconds): "nothing came within \(nanoseconds / 1_000_000) ms"
        case .noCommonVersion: "the node speaks no version that this client speaks"
        case .unexpectedResponse(let id, let expected): "the answer to request \(id) came instead of \(expected)"
        case .frameTooLong(let count, let limit): "a frame of \(count) bytes came, \(limit) at most are taken"
        case .unanswered: "the answer leaves it out"
        case .cutOffBatch(let byteCount):
            "no whole batch in \(byteCount) bytes, although the first one must be sent whole"
        case .clientClosed: "the client is closed"
        }
    }
}

package import KafkaProtocol
internal import LinuxKernel

/// What has become of the one call that is being waited for.
enum CallState {
    case none
    case waiting(for: NodeConnection)
    /// The reader stands behind the header; the node holds the frame.
    case arrived(WireReader, version: Int16, from: NodeConnection)
    case failed(ClientError)

    /// The node that is asked, or whose frame is in use.
    var node: NodeConnection? {
        switch self {
        case .none, .failed: nil
        case .waiting(let node), .arrived(_, _, let node): node
        }
    }
}

/// Requests that are waited for: administration, and what precedes or follows a run. The loop goes on meanwhile;
/// only this cluster's own consumer, if it has one, drops what nobody has taken, which could block the answer, and
/// fetches it again afterwards.
extension ClusterConnection {
    /// Who is to answer.
    package enum Target {
        case any
        /// Whom the last metadata named, or any node if it named none.
        case controller
        case node(NodeConnection)
    }

    /// The usual time for a call: 30 s.
    package static let callTimeout: Int64 = 30_000_000_000

    /// Sends a request and waits for its answer.
    ///
    /// Until it is sent, connections are tried again and again; once it is sent, it is not sent a second time.
    ///
    /// - Parameter timeout: For all of it, in nanoseconds.
    package func call<Question: WireMessage, Answer: WireMessage>(
        _ question: Question, at target: Target = .any, answer: Answer.Type,
        timeout: Int64 = ClusterConnection.callTimeout
    ) throws(ClientError) -> Answer {
        beginWaiting()
        defer { isWaiting = false }
        let deadline = MonotonicClock.now() + timeout
        let node = try waitForNode(target, api: Question.api, deadline: deadline, timeout: timeout)
        let request = try node.begin(.call, Question.api)
        try node.wire(Question.api) { () throws(WireError) in
            try question.encode(into: &request.writer, version: request.version)
        }
        call = .waiting(for: node)
        node.submit(request)
        while true {
            switch call {
            case .none: preconditionFailure("one call at a time")
            case .waiting:
                let rest = deadline - MonotonicClock.now()
                // The answer may come yet, and must not be taken for that of another call.
                if rest <= 0 {
                    node.fail(ClientError(.timedOut(nanoseconds: timeout), node: node.name, api: Question.api))
                } else {
                    try loop.poll(nanoseconds: rest)
                }
            case .arrived(var reader, let version, _):
                call = .none
                defer { node.releaseFrame() }
                return try node.wire(Question.api) { () throws(WireError) in
                    try Answer.decode(from: &reader, version: version)
                }
            case .failed(var error):
                call = .none
                error.api = Question.api
                throw error
            }
        }
    }

    private func beginWaiting() {
        isWaiting = true
        member?.makeWay()
    }

    private func waitForNode(
        _ target: Target, api: ApiKey, deadline: Int64, timeout: Int64
    ) throws(ClientError) -> NodeConnection {
        while true {
            let now = MonotonicClock.now()
            if let node = resolve(target, now: now) { return node }
            guard now < deadline else {
                var error = lastError ?? ClientError(.timedOut(nanoseconds: timeout))
                error.api = api
                throw error
            }
            try loop.poll(nanoseconds: deadline - now)
        }
    }

    private func resolve(_ target: Target, now: Int64) -> NodeConnection? {
        switch target {
        case .any: return anyNode(now: now)
        case .controller:
            guard let controller = node(id: controllerId) else { return anyNode(now: now) }
            return controller.prepare(now: now) ? controller : nil
        case .node(let node): return node.prepare(now: now) ? node : nil
        }
    }

    /// Polls until a condition holds.
    ///
    /// - Parameter error: What is thrown, in other words, when it did not in time.
    func wait(
        timeout: Int64, until condition: () -> Bool, otherwise error: () -> ClientError
    ) throws(ClientError) {
        beginWaiting()
        defer { isWaiting = false }
        let deadline = MonotonicClock.now() + timeout
        while !condition() {
            let rest = deadline - MonotonicClock.now()
            guard rest > 0 else { throw error() }
            try loop.poll(nanoseconds: rest)
        }
    }
}

internal import KafkaProtocol
internal import LinuxKernel

/// One node of the cluster and the connection to it: it is made when it is needed, and made anew when it broke.
///
/// Requests are answered in the order in which they were sent. Errors do not leave this class as throws but as failed
/// requests: whoever has a request on the way learns of it from there, and may send it again.
package final class NodeConnection {
    enum State {
        /// Not connected; not to be tried again before that time.
        case closed(retryAt: Int64)
        case connecting(deadline: Int64)
        /// Connected, and asked which versions the node speaks.
        case negotiating(deadline: Int64)
        case ready
    }

    unowned let cluster: ClusterConnection
    private let loop: ClientLoop
    private let configuration: ClientConfiguration
    /// The node's number in the cluster; -1 as long as only its address is known.
    package internal(set) var nodeId: Int32
    /// Where it listens, as it was told: host and port.
    package internal(set) var host: String
    package internal(set) var port: UInt16

    var state = State.closed(retryAt: 0)
    var socket: Socket?
    /// Its place in the loop, while there is a socket.
    var token: ClientLoop.Token?
    /// What an event told and no call has contradicted yet.
    var isReadable = false
    var isWritable = false
    var hasEnded = false

    var input: FrameBuffer
    /// The last frame's content is still in use; nothing more is received until it is released.
    var holdsFrame = false

    /// Not sent to the end.
    var output = Ring<Request>()
    /// Sent, and waiting for their answers in this order.
    var awaiting = Ring<Request>()
    private var spares: [Request] = []
    private var nextCorrelationId: Int32 = 0

    /// By API key: the version to use, -1 if there is none.
    private var versions: [Int16] = []
    private var failures = 0
    /// Somebody waits for the connection to be tried again.
    private var isWanted = false
    /// Why the last connection ended; nil as long as none did.
    package private(set) var lastError: ClientError?

    init(cluster: ClusterConnection, nodeId: Int32, host: String, port: UInt16) {
        self.cluster = cluster
        loop = cluster.loop
        configuration = cluster.configuration
        self.nodeId = nodeId
        self.host = host
        self.port = port
        input = FrameBuffer(limit: configuration.receiveMessageMaxBytes)
    }

    /// For example `127.0.0.1:9092`.
    package var name: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    package var isReady: Bool {
        if case .ready = state { true } else { false }
    }

    /// Requests that were not answered yet, or not even sent.
    package var inFlight: Int { output.count + awaiting.count }

    // MARK: Life

    /// Whether requests can be sent now; begins to connect if it is time to.
    func prepare(now: Int64) -> Bool {
        if case .closed(let retryAt) = state {
            isWanted = now < retryAt
            if !isWanted { connect(now: now) }
        }
        return isReady
    }

    /// Whether `prepare` would begin to connect.
    func canConnect(now: Int64) -> Bool {
        if case .closed(let retryAt) = state { now >= retryAt } else { false }
    }

    /// Whether a connection is being made.
    var isConnecting: Bool {
        switch state {
        case .connecting, .negotiating: true
        case .closed, .ready: false
        }
    }

    private func connect(now: Int64) {
        do throws(ClientError) {
            let address: SocketAddress
            do throws(SocketAddress.ResolutionError) {
                address = try SocketAddress(host: host, port: port)
            } catch {
                throw ClientError(.unresolved(error), node: name)
            }
            do throws(SystemError) {
                let socket = try Socket.connecting(to: address)
                try socket.setNoDelay()
                if let name = configuration.congestionControl { try socket.setCongestionControl(name) }
                try socket.setBufferSizes(
                    send: configuration.sendBufferBytes, receive: configuration.receiveBufferBytes)
                token = try loop.add(self, socket)
                self.socket = consume socket
            } catch {
                throw ClientError(.system(error), node: name)
            }
            state = .connecting(deadline: now + configuration.connectTimeout)
        } catch {
            fail(error)
        }
    }

    /// Ends the connection; what was on the way has failed.
    func fail(_ error: ClientError) {
        lastError = error
        let pause = min(configuration.reconnectBackoffMax, configuration.reconnectBackoff << min(failures, 20))
        failures += 1
        disconnect()
        state = .closed(retryAt: MonotonicClock.now() + pause)
        // Those that were sent first fail first. What they lead to may already use this connection again.
        var failed = awaiting
        while let request = output.popFirst() { failed.append(request) }
        awaiting = Ring()
        while let request = failed.popFirst() {
            if request.purpose != .versions { cluster.failed(request, error, at: self) }
            recycle(request)
        }
    }

    /// Ends the connection until it is needed again; nothing is said about what was on the way.
    func hangUp() {
        disconnect()
        if !holdsFrame { input.release() }
        isWanted = false
        state = .closed(retryAt: 0)
        output = Ring()
        awaiting = Ring()
    }

    private func disconnect() {
        if let token { loop.remove(token) }
        token = nil
        socket = nil
        isReadable = false
        isWritable = false
        hasEnded = false
        // A frame that is held stays where it is until it is released, and nothing is received before.
        input.removeAll()
    }

    /// The node listens elsewhere now.
    func move(to host: String, port: UInt16) {
        self.host = host
        self.port = port
        fail(ClientError(.closed, node: name))
    }

    /// Gives up what is late, and goes on with what a held frame had stopped.
    func advance(now: Int64) {
        switch state {
        case .closed: return
        case .connecting(let deadline), .negotiating(let deadline):
            if now >= deadline { return fail(timedOut(after: configuration.connectTimeout, api: nil)) }
        case .ready:
            if !holdsFrame, let oldest = awaiting.first ?? output.first,
                now - oldest.submittedAt >= configuration.requestTimeout
            {
                return fail(timedOut(after: configuration.requestTimeout, api: oldest.api))
            }
        }
        receive()
    }

    private func timedOut(after nanoseconds: Int64, api: ApiKey?) -> ClientError {
        ClientError(.timedOut(nanoseconds: nanoseconds), node: name, api: api)
    }

    /// When `advance` or `prepare` has something to do at the latest.
    var deadline: Int64 {
        switch state {
        case .closed(let retryAt): isWanted ? retryAt : .max
        case .connecting(let deadline), .negotiating(let deadline): deadline
        case .ready where holdsFrame: .max
        case .ready:
            (awaiting.first ?? output.first).map { $0.submittedAt + configuration.requestTimeout } ?? .max
        }
    }

    func handle(_ readiness: EventPoll.Readiness) {
        // One by one: a set of several is made of an array, in memory of its own.
        if readiness.contains(.input) { isReadable = true }
        if readiness.contains(.ended) || readiness.contains(.failed) {
            isReadable = true
            hasEnded = true
        }
        if readiness.contains(.output) { isWritable = true }
        if case .connecting(let deadline) = state {
            if let error = socket?.takeError() {
                return fail(ClientError(.system(error), node: name))
            }
            guard isWritable else { return }
            state = .negotiating(deadline: deadline)
            askVersions(Self.firstVersionOfVersions)
        }
        sendOutput()
        receive()
    }

    // MARK: Versions

    /// The version of ApiVersions that is tried first: the newest that every node since Kafka 2.4 speaks.
    private static let firstVersionOfVersions: Int16 = 3

    private func askVersions(_ version: Int16) {
        let request = spare()
        do throws(ClientError) {
            try wire(.apiVersions) { () throws(WireError) in
                try begin(request, .versions, .apiVersions, version: version)
                let body = ApiVersionsRequest {
                    $0.clientSoftwareName = "sluice"
                    $0.clientSoftwareVersion = "1"
                }
                try body.encode(into: &request.writer, version: version)
            }
        } catch {
            return fail(error)
        }
        submit(request)
    }

    private func receiveVersions(_ request: Request, _ reader: inout WireReader) throws(ClientError) {
        var ahead = reader
        // The code comes first in every version; a node that does not speak ours answers in version 0.
        let code = try wire(.apiVersions) { () throws(WireError) in try ErrorCode.read(from: &ahead) }
        if code == .unsupportedVersion, request.version > 0 { return askVersions(0) }
        guard code == .none else {
            throw ClientError(.kafka(code, message: nil), node: name, api: .apiVersions)
        }
        let response = try wire(.apiVersions) { () throws(WireError) in
            try ApiVersionsResponse.decode(from: &reader, version: request.version)
        }
        versions = Array(repeating: -1, count: Int(ApiKey.allCases.map(\.rawValue).max() ?? 0) + 1)
        for api in ApiKey.allCases {
            versions[Int(api.rawValue)] = response.highestVersion(of: api) ?? -1
        }
        state = .ready
        failures = 0
        lastError = nil
    }

    /// The version to use for an API.
    func version(of api: ApiKey) throws(ClientError) -> Int16 {
        let version = versions[Int(api.rawValue)]
        guard version >= 0 else { throw ClientError(.noCommonVersion, node: name, api: api) }
        return version
    }

    // MARK: Requests

    /// A request of this API whose body is to be written next; then `submit`. The connection must be ready.
    func begin(_ purpose: Request.Purpose, _ api: ApiKey) throws(ClientError) -> Request {
        let version = try version(of: api)
        let request = spare()
        try wire(api) { () throws(WireError) in try begin(request, purpose, api, version: version) }
        return request
    }

    private func begin(
        _ request: Request, _ purpose: Request.Purpose, _ api: ApiKey, version: Int16
    ) throws(WireError) {
        try request.begin(
            purpose, api, version: version, correlationId: nextCorrelationId, clientId: configuration.clientId)
        nextCorrelationId = nextCorrelationId &+ 1 & .max
    }

    private func spare() -> Request { spares.popLast() ?? Request() }

    /// A request that was begun is not sent after all.
    func discard(_ request: Request) { recycle(request) }

    private func recycle(_ request: Request) {
        request.reset()
        spares.append(request)
    }

    /// Sends the request as soon as the kernel takes it.
    func submit(_ request: Request) {
        request.end()
        request.submittedAt = MonotonicClock.now()
        output.append(request)
        sendOutput()
    }

    private func sendOutput() {
        while isWritable, let request = output.first {
            do throws(SystemError) {
                guard let done = try send(request) else { return }
                guard done else {
                    isWritable = false
                    return
                }
            } catch {
                return fail(ClientError(.system(error), node: name, api: request.api))
            }
            _ = output.popFirst()
            if request.expectsResponse {
                awaiting.append(request)
            } else {
                cluster.sent(request, at: self)
                recycle(request)
            }
        }
    }

    private func send(_ request: Request) throws(SystemError) -> Bool? {
        guard socket != nil else { return nil }
        return try request.send(to: socket!, more: output.count > 1)
    }

    /// Runs what reads or writes messages, and says where an error happened.
    func wire<Result>(
        _ api: ApiKey, _ body: () throws(WireError) -> Result
    ) throws(ClientError) -> Result {
        do throws(WireError) {
            return try body()
        } catch {
            throw ClientError(.wire(error), node: name, api: api)
        }
    }

    // MARK: Answers

    /// The frame that was held is not needed any more.
    func releaseFrame() {
        holdsFrame = false
    }

    private func receive() {
        while !holdsFrame {
            do throws(ClientError) {
                if try takeFrame() { continue }
                guard isReadable, try receiveMore() else { return }
            } catch {
                return fail(error)
            }
        }
    }

    /// - Returns: Whether there was one.
    private func takeFrame() throws(ClientError) -> Bool {
        let frame: UnsafeRawBufferPointer
        do throws(FrameBuffer.LengthError) {
            guard let next = try unsafe input.nextFrame() else { return false }
            unsafe frame = next
        } catch {
            throw ClientError(
                .frameTooLong(error.length, limit: configuration.receiveMessageMaxBytes), node: name)
        }
        var reader = unsafe WireReader(frame)
        guard let request = awaiting.popFirst() else {
            throw ClientError(.unexpectedResponse(correlationId: -1, expected: -1), node: name)
        }
        // If this throws, the request has failed with the others.
        do throws(ClientError) {
            unsafe try take(request, &reader, frame)
        } catch {
            awaiting.prepend(request)
            throw error
        }
        recycle(request)
        return true
    }

    private func take(
        _ request: Request, _ reader: inout WireReader, _ frame: UnsafeRawBufferPointer
    ) throws(ClientError) {
        let id = try wire(request.api) { () throws(WireError) in
            try ResponseHeader.decode(request.api, version: request.version, from: &reader)
        }
        guard id == request.correlationId else {
            throw ClientError(
                .unexpectedResponse(correlationId: id, expected: request.correlationId), node: name, api: request.api)
        }
        if request.purpose == .versions {
            try receiveVersions(request, &reader)
        } else {
            holdsFrame = unsafe try cluster.received(request, &reader, frame, at: self)
        }
    }

    /// - Returns: Whether anything came.
    private func receiveMore() throws(ClientError) -> Bool {
        guard socket != nil else { return false }
        let room = unsafe input.room()
        let count: Int?
        do throws(SystemError) {
            count = try unsafe socket!.receive(into: room)
        } catch {
            throw ClientError(.system(error), node: name)
        }
        guard let count else {
            isReadable = false
            return false
        }
        guard count > 0 else { throw ClientError(.closed, node: name) }
        input.received(count)
        // Less than there was room for: the socket is empty, and epoll tells of more. Its end it may have told already.
        if count < room.count, !hasEnded { isReadable = false }
        return true
    }
}

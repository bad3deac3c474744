internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel
internal import Synchronization

/// One thread that serves connections: waits for what is ready, gives each ready connection a turn, settles what
/// was appended in it, and sends.
///
/// Everything but the mailbox belongs to its thread. It never waits for a client and holds the lock of at most
/// one partition, within a turn.
final class Reactor: @unchecked Sendable {
    /// What other threads ask of a reactor.
    enum Message {
        case adopt(SocketParcel, from: SocketAddress)
        case wake(slot: Int, ticket: UInt64)
        case deliver(GroupReply)
        case answer(LateAnswer)
        /// What a fetch wants was read: into the page cache, or into a block.
        case read(slot: Int, generation: UInt64, Result<LogBlock?, SystemError>)
        /// Logs were flushed, or cannot be any more.
        case flushed
        case retryStarved
        case stop
    }

    private static let wakeToken = UInt64.max
    private static let listenerToken = UInt64.max - 1
    private static let fetchPathToken = UInt64.max - 2
    /// How long the listener rests when there is no descriptor left, in nanoseconds, unless a connection ends before.
    private static let acceptPause: Int64 = 100_000_000

    let number: Int
    /// Owns the reactor.
    unowned let node: BrokerNode
    private let poll: EventPoll
    private let wakeEvent: WakeEvent
    private let mailbox = Mutex<[Message]>([])

    // MARK: Shared by the reactor's connections

    let receiveBuffer = AlignedBuffer(byteCount: 256 * 1024)
    let fetchPath: FetchPath
    private(set) var handicap: HandicapState
    let recompressor = BatchRecompressor()
    var spills = SpillPool()
    var deadlines = DeadlineQueue()
    /// The monotonic clock when the turn began, in nanoseconds.
    private(set) var now: Int64 = MonotonicClock.now()
    private(set) var isStopping = false
    private(set) lazy var appends = AppendTurn(of: self)

    /// By descriptor.
    private var connections: [Connection?] = []
    private var connectionCount = 0
    private var generation: UInt64 = 0
    private var ready: [Connection] = []
    private var flushing: [Connection] = []
    private var starved: [Connection] = []
    private var listener: Listener?
    /// When connections are accepted again, after there were no descriptors for them.
    private var acceptTime: Int64 = .max
    /// Whether the last attempt to accept found no descriptor; said once.
    private var isExhausted = false
    private var stopDeadline: Int64 = .max

    init(number: Int, node: BrokerNode) throws(SystemError) {
        self.number = number
        self.node = node
        poll = try EventPoll()
        wakeEvent = try WakeEvent()
        guard let fetch = FetchPathCatalog.entry(named: node.configuration.fetchPath) else {
            preconditionFailure("the configuration was checked")
        }
        handicap = HandicapState(node.configuration.handicap)
        fetchPath = try handicap.fetchPath(fetch).make(node.configuration.fetchSurroundings)
        try poll.add(wakeEvent, token: Self.wakeToken)
        try fetchPath.watch(with: poll, token: Self.fetchPathToken)
    }

    /// Accepts connections too; to be called before `run`.
    func listen(with listener: Listener) throws(SystemError) {
        try listener.register(with: poll, token: Self.listenerToken)
        self.listener = listener
    }

    // MARK: From other threads

    func post(_ message: Message) {
        let wasEmpty = mailbox.withLock { messages in
            defer { messages.append(message) }
            return messages.isEmpty
        }
        if wasEmpty { wakeEvent.signal() }
    }

    // MARK: Loop

    /// Serves until it is told to stop and every connection has ended.
    func run() throws(SystemError) {
        CallCounters.timeOwnWork()
        while !isStopping || connectionCount > 0 {
            let count = try poll.wait(milliseconds: timeout())
            now = MonotonicClock.now()
            for index in 0..<count {
                let (token, readiness) = poll.event(index)
                switch token {
                case Self.wakeToken: wakeEvent.clear()
                case Self.listenerToken: try acceptAll()
                case Self.fetchPathToken: fetchPath.takeCompletions()
                default: note(readiness, of: token)
                }
            }
            takeMail()
            takeDeadlines()
            if now >= acceptTime { try resumeAccepting() }
            serveReady()
            appends.settle()
            flushAll()
            handicap.turnEnded()
        }
    }

    private func timeout() -> Int32 {
        if !ready.isEmpty { return 0 }
        var next = min(deadlines.next ?? .max, min(stopDeadline, acceptTime))
        if number == 0 { next = min(next, node.groups.nextDeadline) }
        guard next < .max else { return -1 }
        // Rounded up, so that it is due when the wait ends.
        return Int32(clamping: max(0, (next - MonotonicClock.now() + 999_999) / 1_000_000))
    }

    private func note(_ readiness: EventPoll.Readiness, of token: UInt64) {
        let slot = Int(token & 0xffff_ffff)
        guard slot < connections.count, let connection = connections[slot],
            connection.generation & 0xffff_ffff == token >> 32
        else { return }
        if readiness.contains(.output) { connection.isWritable = true }
        if readiness.contains(.input) { connection.isReadable = true }
        var hasEnded = readiness.contains(.ended)
        if readiness.contains(.failed) {
            do throws(SystemError) {
                if try fetchPath.takeCompletions(of: connection.socket) {
                    // A send that was refused because too much was under way has another chance.
                    connection.isWritable = true
                } else {
                    hasEnded = true
                }
            } catch {
                close(connection, .system(error))
                return
            }
        }
        if hasEnded {
            connection.isReadable = true
            connection.hasEnded = true
            // Nobody is there to be answered, and the rest of what was sent comes after the answer.
            if connection.wait != nil {
                close(connection, .quiet)
                return
            }
        }
        queue(connection)
    }

    private func serveReady() {
        guard !ready.isEmpty else { return }
        let turn = ready
        ready = []
        for connection in turn where !connection.isClosed {
            connection.isQueued = false
            do throws(ConnectionEnd) {
                if !connection.isDrained, try !connection.flush() { continue }
                try connection.turn()
            } catch {
                close(connection, error)
            }
        }
        if ready.isEmpty {
            // The array's memory is used again.
            ready = turn
            ready.removeAll(keepingCapacity: true)
        }
    }

    private func flushAll() {
        guard !flushing.isEmpty else { return }
        for connection in flushing where !connection.isClosed {
            connection.wantsFlush = false
            do throws(ConnectionEnd) {
                let isDone = try connection.flush()
                // What arrived behind the answered requests has its turn now.
                if isDone, !connection.unparsed.isEmpty || connection.isReadable { queue(connection) }
                if isDone, isStopping, connection.isAnswered, connection.isBetweenRequests { close(connection, .quiet) }
            } catch {
                close(connection, error)
            }
        }
        flushing.removeAll(keepingCapacity: true)
    }

    private func takeMail() {
        let messages = mailbox.withLock { messages -> [Message] in
            if messages.isEmpty { return [] }
            defer { messages = [] }
            return messages
        }
        for message in messages {
            switch message {
            case .adopt(let parcel, let peer): if let socket = parcel.open() { adopt(socket, from: peer) }
            case .wake(let slot, let ticket): wake(slot, ticket)
            case .deliver(let reply): deliver(reply)
            case .answer(let answer):
                deliver(to: answer.address) { connection throws(ConnectionEnd) in try connection.respond(answer) }
            case .read(let slot, let generation, let result): read(slot, generation, result)
            case .flushed: appends.flushed()
            case .retryStarved: retryStarved()
            case .stop: stop()
            }
        }
    }

    // MARK: Connections

    private func acceptAll() throws(SystemError) {
        guard let listener else { return }
        // A few at a time, so that a storm of connections does not starve those that are there.
        for _ in 0..<64 {
            switch try listener.accept() {
            case .none: return
            case .exhausted(let error):
                if !isExhausted {
                    node.log.warn(.connectionRefused, "connections wait until others have ended: \(error)")
                }
                isExhausted = true
                try listener.pause(in: poll)
                acceptTime = now + Self.acceptPause
                return
            case .connection(let socket, let peer):
                isExhausted = false
                guard node.admitConnection() else {
                    node.log.warn(
                        .connectionRefused,
                        "a connection from \(peer) was refused: max.connections \(node.configuration.maxConnections)")
                    continue
                }
                let target = node.nextReactor()
                if target === self {
                    adopt(socket, from: peer)
                } else {
                    target.post(.adopt(SocketParcel(socket), from: peer))
                }
            }
        }
    }

    private func resumeAccepting() throws(SystemError) {
        acceptTime = .max
        try listener?.register(with: poll, token: Self.listenerToken)
    }

    private func adopt(_ socket: consuming Socket, from peer: SocketAddress) {
        let slot = socket.number
        generation += 1
        let token = UInt64(slot) | (generation & 0xffff_ffff) << 32
        do throws(SystemError) {
            try socket.setNoDelay()
            if node.configuration.sendBufferBytes > 0 || node.configuration.receiveBufferBytes > 0 {
                try socket.setBufferSizes(
                    send: node.configuration.sendBufferBytes, receive: node.configuration.receiveBufferBytes)
            }
            try poll.add(socket, token: token)
        } catch {
            node.releaseConnection()
            node.log.warn(.connectionRefused, "a connection from \(peer) was refused: \(error)")
            return
        }
        let connection = Connection(socket, from: peer, reactor: self, generation: generation, now: now)
        if slot >= connections.count {
            connections.append(contentsOf: repeatElement(nil, count: slot + 1 - connections.count))
        }
        connections[slot] = connection
        connectionCount += 1
        if isStopping {
            close(connection, .quiet)
            return
        }
        watch(connection)
        queue(connection)
    }

    /// Gives the connection a turn in the next round.
    func queue(_ connection: Connection) {
        guard !connection.isQueued else { return }
        connection.isQueued = true
        ready.append(connection)
    }

    /// Sends the connection's output at the end of this round.
    func flushLater(_ connection: Connection) {
        guard !connection.wantsFlush else { return }
        connection.wantsFlush = true
        flushing.append(connection)
    }

    func close(_ connection: Connection, _ end: ConnectionEnd) {
        guard !connection.isClosed else { return }
        connection.isClosed = true
        switch end {
        case .quiet: break
        case .reason(let reason): node.log.warn(.connectionClosed, "\(connection.peer) was disconnected: \(reason)")
        case .system(let error):
            // A client that goes without a word is no news.
            if !error.isDisconnection { node.log.warn(.connectionClosed, "\(connection.peer): \(error)") }
        }
        connection.releaseInput()
        fetchPath.forget(connection.socket)
        connections[connection.slot] = nil
        connectionCount -= 1
        // Its descriptor is free as soon as the turn ends.
        if acceptTime < .max { acceptTime = now }
        node.releaseConnection()
    }

    // MARK: Waiting connections

    /// A partition has news for a fetch that waits.
    func wake(_ slot: Int, _ ticket: UInt64) {
        guard slot < connections.count, let connection = connections[slot], connection.ticket == ticket,
            case .fetch = connection.wait
        else { return }
        connection.wait = nil
        queue(connection)
    }

    private func read(_ slot: Int, _ generation: UInt64, _ result: Result<LogBlock?, SystemError>) {
        guard slot < connections.count, let connection = connections[slot], connection.generation == generation
        else { return }
        connection.isWarming = false
        switch result {
        case .success(let block): connection.block = block
        case .failure(let error):
            close(connection, .system(error))
            return
        }
        queue(connection)
    }

    func deliver(_ reply: GroupReply) {
        deliver(to: reply.address) { connection throws(ConnectionEnd) in try connection.respond(reply) }
    }

    /// Answers a connection that waits, if it is still there.
    private func deliver(to address: ReplyAddress, _ respond: (Connection) throws(ConnectionEnd) -> Void) {
        guard address.slot < connections.count, let connection = connections[address.slot],
            connection.generation == address.generation, case .answer = connection.wait
        else { return }
        connection.wait = nil
        do throws(ConnectionEnd) {
            try respond(connection)
        } catch {
            close(connection, error)
        }
        queue(connection)
    }

    func starve(_ connection: Connection) {
        guard !connection.isStarved else { return }
        connection.isStarved = true
        starved.append(connection)
    }

    func retryStarved() {
        let waiting = starved
        starved = []
        for connection in waiting where !connection.isClosed {
            connection.isStarved = false
            queue(connection)
        }
    }

    // MARK: Deadlines

    /// How long a wait for input, output or anything at all may last.
    private func watch(_ connection: Connection) {
        let configuration = node.configuration
        let first = min(
            configuration.maxIdleMilliseconds, configuration.stallMilliseconds, configuration.arrivalMilliseconds)
        deadlines.insert(
            DeadlineQueue.Entry(time: now + first * 1_000_000, slot: connection.slot, ticket: connection.watchTicket))
    }

    private func takeDeadlines() {
        while let entry = deadlines.take(by: now) {
            guard entry.slot < connections.count, let connection = connections[entry.slot] else { continue }
            if entry.ticket == connection.watchTicket {
                checkActivity(of: connection)
            } else if entry.ticket == connection.ticket, case .fetch = connection.wait {
                connection.wait = nil
                connection.isExpired = true
                queue(connection)
            }
        }
        if number == 0, node.groups.nextDeadline <= now { node.send(node.groups.expire(now: now), from: self) }
        if now >= stopDeadline {
            for connection in connections.compactMap({ $0 }) { close(connection, .quiet) }
        }
    }

    private func checkActivity(of connection: Connection) {
        let idle = now - connection.lastActivity
        let configuration = node.configuration
        if !connection.holds.isEmpty {
            // It is the disk that takes its time.
            watch(connection)
        } else if connection.stalledSince != nil, !connection.isStarved,
            idle >= configuration.stallMilliseconds * 1_000_000
        {
            close(
                connection,
                .reason(
                    "a request or its answer made no progress for socket.request.timeout.ms "
                        + "\(configuration.stallMilliseconds)"))
        } else if let began = connection.requestBegan, !connection.isStarved, connection.isDrained,
            now - began >= configuration.arrivalMilliseconds * 1_000_000
        {
            close(
                connection,
                .reason(
                    "a request did not arrive whole within socket.request.arrival.timeout.ms "
                        + "\(configuration.arrivalMilliseconds)"))
        } else if connection.wait == nil, idle >= configuration.maxIdleMilliseconds * 1_000_000 {
            close(
                connection, .reason("it was idle for connections.max.idle.ms \(configuration.maxIdleMilliseconds)"))
        } else {
            watch(connection)
        }
    }

    // MARK: Stopping

    /// Takes no more connections and requests; what is being answered is answered.
    private func stop() {
        guard !isStopping else { return }
        isStopping = true
        listener?.close()
        listener = nil
        acceptTime = .max
        stopDeadline = now + node.configuration.shutdownMilliseconds * 1_000_000
        for connection in connections.compactMap({ $0 }) {
            if case .fetch = connection.wait {
                connection.wait = nil
                connection.isExpired = true
                queue(connection)
            } else if connection.isAnswered && (connection.isBetweenRequests || connection.wait != nil) {
                close(connection, .quiet)
            }
        }
    }
}

extension SystemError {
    /// Whether it only says that the peer has gone.
    fileprivate var isDisconnection: Bool { ["EPIPE", "ECONNRESET", "ETIMEDOUT"].contains(name) }
}

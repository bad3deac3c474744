internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel

/// One client: its socket, what has arrived and is not answered, and what is to be sent. Belongs to one reactor.
///
/// Requests are taken one by one, so that they are answered in order. Extensions hold what is done with them: `+Input`
/// frames, `+Produce`, `+Records` and `+Batches` the way into a log, `+Fetch` and `+Output` the way out.
final class Connection {
    let socket: Socket
    let peer: SocketAddress
    unowned let reactor: Reactor
    /// Tells this connection from an earlier one with the same descriptor.
    let generation: UInt64

    // MARK: Readiness, as epoll told and calls found since

    var isReadable = true
    var isWritable = true
    /// In the reactor's list of connections that have a turn next.
    var isQueued = false
    /// In the reactor's list of connections whose output is sent at the end of the turn.
    var wantsFlush = false
    var isClosed = false
    /// The peer sends nothing more; what it sent before may still have to be received.
    var hasEnded = false

    // MARK: Input

    var unparsed = ByteQueue()
    /// What the queue's memory is accounted with.
    var accountedBytes = 0
    /// The part of it that a spilled batch takes.
    var spilledBytes = 0
    /// The produce request that is being received.
    var produce: ProduceProgress?
    /// The records that are being received.
    var body: RecordsBody?
    /// Large batches came lately: receive a little first, so that records go straight to their place.
    var isBulk = false
    /// The largest batch for which the kernel's receive buffer was made large enough to hold it.
    var awaitableBytes = 0
    /// Memory for an unfinished request was refused; tried again when some was given back.
    var isStarved = false
    /// Why no request is taken now.
    var wait: Wait?
    /// Counts the waits of all connections on its descriptor, so that a late wake is not taken for that
    /// of the next wait.
    var ticket: UInt64
    /// The deadline of a fetch that waits has passed: answer with what there is.
    var isExpired = false
    /// The deadline of the fetch that is served again.
    var fetchUntil: Int64?

    /// A request that is answered later, while the connection takes no other.
    enum Wait {
        /// A fetch, which still is the first of the unparsed requests.
        case fetch
        /// Other members of a group, or other nodes, have to do something first; the answer comes
        /// through `Reactor.deliver`.
        case answer
    }

    // MARK: Output

    var output: WireWriter
    /// Bytes of `output` that are whole responses.
    var committed = 0
    /// Bytes of `output` that were sent.
    var sent = 0
    /// Answers that may not be sent yet, because their batches wait for a flush, in the order of the output.
    var holds: [OutputHold] = []
    var slices: [OutputSlice] = []
    var nextSlice = 0
    /// Bytes of the next slice that are known to be in the page cache.
    var warmBytes = 0
    /// What was read of the next slice around the page cache.
    var block: LogBlock?
    /// The next slice is being read from the disk.
    var isWarming = false

    /// When something last went in or out, in nanoseconds.
    var lastActivity: Int64
    /// When the request or response began that is on its way now; nil when there is none.
    var stalledSince: Int64?
    /// When the request that is arriving was first seen; nil when there is none.
    var requestBegan: Int64?

    init(
        _ socket: consuming Socket, from peer: SocketAddress, reactor: Reactor, generation: UInt64, now: Int64
    ) {
        self.socket = socket
        self.peer = peer
        self.reactor = reactor
        self.generation = generation
        ticket = generation << 32
        output = WireWriter(capacity: 256)
        lastActivity = now
    }

    /// Unsent output above which no more requests are taken.
    private static let outputLimit = 64 * 1024

    /// While answers are held, what was sent before them counts too, since its memory is used again
    /// only when all are sent.
    private var waitingOutput: Int { holds.isEmpty ? committed - sent : committed }

    var slot: Int { socket.number }
    var node: BrokerNode { reactor.node }

    /// The ticket of the deadline that watches whether anything happens; never that of a wait.
    var watchTicket: UInt64 { generation | 1 << 63 }

    /// Whether the next request may be taken: nothing is waited for, and the client takes its answers.
    var takesRequests: Bool {
        wait == nil && !isStarved && !isClosed && nextSlice == slices.count && waitingOutput < Self.outputLimit
    }
}

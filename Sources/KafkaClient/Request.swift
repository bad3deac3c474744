internal import KafkaProtocol
internal import LinuxKernel

/// A request on its way: its frame, what is at stake with it, and how much of it has been sent.
///
/// Requests are used again and again, so that one costs no allocation. Record bytes stay where they are: the frame is
/// sent in pieces, in turn from the writer and from the batches' own memory.
@safe
final class Request {
    /// What an answer is for.
    enum Purpose {
        case versions, metadata, call, produce, fetch
    }

    /// Record bytes that belong behind the first `position` bytes of the writer.
    @safe private struct Records {
        var position: Int
        var bytes: UnsafeRawBufferPointer
    }

    /// Records up to this length are copied behind the header: one call more would cost more than the copy.
    private static let copiedByteCount = 2048

    /// The room for a frame without its records; it grows where many partitions take part.
    static let usualCapacity = 256

    var writer = WireWriter(capacity: Request.usualCapacity)
    private(set) var api = ApiKey.apiVersions
    private(set) var version: Int16 = 0
    private(set) var correlationId: Int32 = 0
    private(set) var purpose = Purpose.call
    /// False for a produce request with acks 0.
    var expectsResponse = true
    /// When it was handed over to be sent, in nanoseconds of `MonotonicClock`.
    var submittedAt: Int64 = 0

    /// Of a produce request: its batches in wire order.
    var batches: [PendingBatch] = []
    /// Of a fetch request: its partitions in wire order.
    var partitions: [ConsumerPartition] = []

    private var frameStart = 0
    private var records: [Records] = []
    /// How many pieces were sent, and how much of the next one.
    private var sentPieces = 0
    private var sentBytes = 0

    func begin(
        _ purpose: Purpose, _ api: ApiKey, version: Int16, correlationId: Int32, clientId: String
    ) throws(WireError) {
        self.purpose = purpose
        self.api = api
        self.version = version
        self.correlationId = correlationId
        expectsResponse = true
        frameStart = writer.beginFrame()
        try RequestHeader.encode(
            api, version: version, correlationId: correlationId, clientId: clientId, into: &writer)
    }

    /// Puts record bytes, which the writer has counted already, behind what was written so far.
    ///
    /// They must stay as they are until the request is done.
    func attach(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count <= Self.copiedByteCount {
            writer.external(-bytes.count)
            unsafe writer.bytes(bytes)
        } else {
            unsafe records.append(Records(position: writer.count, bytes: bytes))
        }
    }

    func end() {
        writer.endFrame(frameStart)
    }

    /// Makes it as new, but for its memory.
    func reset() {
        writer.removeAll()
        records.removeAll(keepingCapacity: true)
        batches.removeAll(keepingCapacity: true)
        partitions.removeAll(keepingCapacity: true)
        sentPieces = 0
        sentBytes = 0
    }

    /// Sends as much as the kernel takes.
    ///
    /// - Parameter more: Another request follows at once.
    /// - Returns: Whether all of it was sent.
    func send(to socket: borrowing Socket, more: Bool) throws(SystemError) -> Bool {
        let pieceCount = 2 * records.count + 1
        while sentPieces < pieceCount {
            let hasMore = more || sentPieces + 1 < pieceCount
            let (sent, length) = try sendPiece(sentPieces, to: socket, more: hasMore)
            guard let sent else { return false }
            sentBytes += sent
            if sentBytes == length {
                sentPieces += 1
                sentBytes = 0
            }
        }
        return true
    }

    /// - Returns: How many bytes were sent, nil if the kernel takes none, and how many the piece has.
    private func sendPiece(
        _ piece: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> (sent: Int?, length: Int) {
        let index = piece / 2
        if piece % 2 == 1 {
            let bytes = unsafe records[index].bytes
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sentBytes...])
            return (unsafe try socket.send(rest, more: more), bytes.count)
        }
        let start = index == 0 ? 0 : records[index - 1].position
        let end = index == records.count ? writer.count : records[index].position
        let from = start + sentBytes
        guard from < end else { return (0, end - start) }
        let sent = try unsafe writer.withUnsafeBytes { (bytes) throws(SystemError) in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[from..<end])
            return unsafe try socket.send(rest, more: more)
        }
        return (sent, end - start)
    }
}

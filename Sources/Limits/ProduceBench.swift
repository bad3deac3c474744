internal import LinuxKernel

/// The same produce requests to a broker and to the plain server, each time into a fresh directory, as
/// in `AppendLimits`.
struct ProduceBench: Sendable {
    /// What Kafka's producers allow themselves.
    static let kafkasInFlight = 5
    /// Requests before the clock starts: threads, buffers and the connection are warm then.
    private static let warmUpCount = 16
    private static let different = 64
    /// Of small batches fewer bytes must do: a sample would take seconds.
    private static let mostRequests = 4096

    private let frames: [KafkaFrame]
    private let response: KafkaFrame
    private let count: Int
    private let batchByteCount: Int
    private let directory: String
    private let inFlight: Int
    private let appendPath: String

    /// - Parameter appendPath: The broker's; the plain server makes the same calls.
    init(
        _ surroundings: LimitSurroundings, batchByteCount: Int = 256 << 10, inFlight: Int = Self.kafkasInFlight,
        appendPath: String = "buffered"
    ) throws {
        precondition(["buffered", "splice"].contains(appendPath), "the plain server knows these two")
        self.appendPath = appendPath
        self.inFlight = inFlight
        count = min(Self.mostRequests, max(1, surroundings.scale.fileByteCount / batchByteCount))
        directory = surroundings.directory + "/sample"
        let different = min(count, Self.different)
        let pool = try BatchPool(batchByteCount: batchByteCount, count: different, seed: surroundings.seed)
        frames = try (0..<different).map { unsafe try KafkaFrame.produce(pool[$0]) }
        precondition(Set(frames.map(\.byteCount)).count == 1, "the plain server takes requests of one length")
        self.batchByteCount = unsafe pool[0].count
        response = try KafkaFrame.produced()
    }

    /// The bytes of the batches that are sent while the clock runs.
    var byteCount: Int { count * batchByteCount }

    private var storedByteCount: Int { (count + Self.warmUpCount) * batchByteCount }

    func broker(by stopwatch: Stopwatch) throws -> Int64 {
        let broker = try ServedBroker(directory: directory, appendPath: appendPath)
        let nanoseconds = try send(to: broker.port, by: stopwatch)
        try broker.stop()
        try check(ServedLog.path(in: directory))
        try Directory.removeTree(directory)
        return nanoseconds
    }

    /// - Parameter storing: Whether batches are checked and written, or only received.
    func plain(storing: Bool = true, by stopwatch: Stopwatch) throws -> Int64 {
        try Directory.create(directory)
        let path = directory + "/log"
        let file = storing ? try PlainFile(path) : nil
        let server = try PlainServer.appends(
            requestByteCount: frames[0].byteCount, batchByteCount: batchByteCount, to: file,
            splicing: appendPath == "splice", response: response)
        let nanoseconds = try send(to: server.port, by: stopwatch)
        try server.finish()
        if storing { try check(path) }
        try Directory.removeTree(directory)
        return withExtendedLifetime(file) { nanoseconds }
    }

    private func send(to port: UInt16, by stopwatch: Stopwatch) throws -> Int64 {
        let connection = try PlainConnection(port: port)
        try connection.exchange(KafkaRequests(frames, count: Self.warmUpCount).pieces, inFlight: inFlight)
        let requests = KafkaRequests(frames, count: count)
        return try stopwatch.time { try connection.exchange(requests.pieces, inFlight: inFlight) }
    }

    private func check(_ path: String) throws {
        let stored = try File(path, .readOnly).size().length
        guard stored == storedByteCount else {
            throw UnlikeWork(path, ours: "\(stored) bytes", plain: "\(storedByteCount)")
        }
    }
}

/// Where a broker has the records of the requests that `KafkaFrame` makes.
enum ServedLog {
    static func path(in directory: String) -> String {
        "\(directory)/\(KafkaFrame.topic)-0/00000000000000000000.log"
    }
}

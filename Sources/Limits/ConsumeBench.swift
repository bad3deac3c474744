internal import CPlainLoops
internal import LinuxKernel

/// The same log, from the page cache, out of a broker and out of a plain server.
///
/// Here the servers send, with the machine's congestion control: where that is BBR, its pacing is part
/// of the figures, on both sides.
final class ConsumeBench {
    private static let batchByteCount = 256 << 10
    /// So that a response has about 1 MiB of records, what Kafka's consumers ask for.
    private static let batchesPerFetch = 4
    /// Fetches before the clock starts.
    private static let warmUpCount = 8

    private let broker: ServedBroker
    /// The plain server reads through its descriptor.
    private let file: PlainFile
    private let fetches: [KafkaFrame]
    private let head: KafkaFrame
    private let pieceByteCount: Int
    /// Of the records that one pass reads.
    let byteCount: Int

    private let way: plain_send_way

    /// - Parameters:
    ///   - path: The broker's.
    ///   - way: The plain server's, with the same calls.
    ///   - name: Of its directory.
    init(
        _ surroundings: LimitSurroundings, path: String, way: plain_send_way, in name: String = "broker"
    ) throws {
        self.way = way
        let fetchCount = max(1, surroundings.scale.fileByteCount / Self.batchByteCount / Self.batchesPerFetch)
        let batchCount = fetchCount * Self.batchesPerFetch
        let pool = try BatchPool(batchByteCount: Self.batchByteCount, count: batchCount, seed: surroundings.seed)
        let pieceByteCount = unsafe Self.batchesPerFetch * pool[0].count
        byteCount = fetchCount * pieceByteCount

        let directory = surroundings.directory + "/" + name
        broker = try ServedBroker(directory: directory, fetchPath: path)
        let connection = try PlainConnection(port: broker.port)
        for number in 0..<batchCount {
            let frame = unsafe try KafkaFrame.produce(pool[number])
            try connection.exchange(KafkaRequests([frame], count: 1).pieces, inFlight: 1)
        }
        let path = ServedLog.path(in: directory)
        let stored = try File(path, .readOnly).size().length
        guard stored == byteCount else { throw UnlikeWork(path, ours: "\(stored) bytes", plain: "\(byteCount)") }

        // Each batch is one record.
        fetches = try (0..<fetchCount).map {
            try KafkaFrame.fetch(from: Int64($0 * Self.batchesPerFetch), byteCount: pieceByteCount)
        }
        precondition(Set(fetches.map(\.byteCount)).count == 1, "the plain server takes requests of one length")
        head = try KafkaFrame.fetched(recordsByteCount: pieceByteCount)
        file = try PlainFile(path)
        self.pieceByteCount = pieceByteCount
    }

    func broker(by stopwatch: Stopwatch) throws -> Int64 { try fetchAll(from: broker.port, by: stopwatch) }

    /// - Parameter inFlight: With one request the server rests while the client takes what is left of the answer.
    func plain(by stopwatch: Stopwatch, isPaced: Bool = true, inFlight: Int = 1) throws -> Int64 {
        let server = try PlainServer.reads(
            requestByteCount: fetches[0].byteCount, pieceByteCount: pieceByteCount, of: byteCount, from: file,
            head: head, way: way, isPaced: isPaced)
        let nanoseconds = try fetchAll(from: server.port, by: stopwatch, inFlight: inFlight)
        try server.finish()
        return nanoseconds
    }

    /// Over a connection of its own, so that its luck does not stay with one side.
    private func fetchAll(from port: UInt16, by stopwatch: Stopwatch, inFlight: Int = 1) throws -> Int64 {
        let connection = try PlainConnection(port: port)
        try connection.exchange(KafkaRequests(fetches, count: Self.warmUpCount).pieces, inFlight: 1)
        let requests = KafkaRequests(fetches, count: fetches.count)
        var received = 0
        let nanoseconds = try stopwatch.time { received = try connection.exchange(requests.pieces, inFlight: inFlight) }
        let expected = fetches.count * (head.byteCount + pieceByteCount)
        guard received == expected else {
            throw UnlikeWork("fetching", ours: "\(received) bytes", plain: "\(expected)")
        }
        return nanoseconds
    }
}

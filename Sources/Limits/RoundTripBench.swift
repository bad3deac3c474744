internal import LinuxKernel
internal import RecordFormat

/// Produce requests with one record each, one at a time, to a broker or to a plain server that only answers.
final class RoundTripBench {
    private static let recordByteCount = 1 << 10
    /// About, on a machine of today.
    private static let expectedNanoseconds: Int64 = 20_000

    private let broker: ServedBroker
    private let brokerConnection: PlainConnection
    private let plainConnection: PlainConnection
    /// Only has to live.
    private let plainServer: AnyObject
    private let idle: IdleConnections?
    private let requests: KafkaRequests

    /// - Parameters:
    ///   - plainIsBroker: Whether the other side is a second broker instead of the plain server.
    ///   - idleCount: Connections to the broker that do nothing meanwhile.
    init(_ surroundings: LimitSurroundings, plainIsBroker: Bool = false, idleCount: Int = 0) throws {
        let bound = RecordBatchEncoder.recordBound(keyByteCount: 0, valueByteCount: Self.recordByteCount)
        let pool = try BatchPool(
            batchByteCount: RecordBatchHeader.byteCount + bound, recordByteCount: Self.recordByteCount, count: 1,
            seed: surroundings.seed)
        let frame = unsafe try KafkaFrame.produce(pool[0])
        let count = max(20, Int(surroundings.scale.sampleNanoseconds / Self.expectedNanoseconds))
        requests = KafkaRequests([frame], count: count)
        broker = try ServedBroker(directory: surroundings.directory + "/broker")
        idle = idleCount > 0 ? try IdleConnections(idleCount, to: broker.port) : nil
        brokerConnection = try PlainConnection(port: broker.port)
        if plainIsBroker {
            let other = try ServedBroker(directory: surroundings.directory + "/other")
            plainConnection = try PlainConnection(port: other.port)
            plainServer = other
        } else {
            let server = try PlainServer.appends(
                requestByteCount: frame.byteCount, batchByteCount: 0, to: nil, response: try KafkaFrame.produced())
            plainConnection = try PlainConnection(port: server.port)
            plainServer = server
        }
    }

    /// The median of a sample's round trips.
    func ours() throws -> Int64 { try brokerConnection.medianLatency(requests.pieces) }

    func plain() throws -> Int64 { try plainConnection.medianLatency(requests.pieces) }
}

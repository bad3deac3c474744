import Broker
import KafkaProtocol
import LinuxKernel
import Testing

/// What requests and connections cost, so that it stays what it is.
@Suite("Cost")
struct CostTests {
    #if DEBUG
    private static let isOptimized = false
    #else
    private static let isOptimized = true
    #endif

    @Test(
        "in the steady state a produce or fetch request takes at most two allocations, small or in pieces",
        .enabled(if: isOptimized, "an unoptimized build allocates for closures; run `swift test -c release`"))
    func allocations() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        var refused = try Batch.make(["refused"])
        refused[refused.count - 1] ^= 1

        // A refusal is said in the log by the reactor's own thread, which is how its allocations are read.
        func reactorAllocations() throws -> UInt64 {
            #expect(try client.produce("t", refused).errorCode == .corruptMessage)
            let allocations = broker.messages.lastAllocations
            try #require(allocations > 0, "the refusal was not said")
            return allocations
        }
        func cost(_ count: Int, _ request: () throws -> Void) throws -> Double {
            for _ in 0..<20 { try request() }
            let first = try reactorAllocations()
            let second = try reactorAllocations()
            for _ in 0..<count { try request() }
            let third = try reactorAllocations()
            // What a refusal itself takes is not the requests'.
            try #require(second > first && third > second)
            return (Double(third - second) - Double(second - first)) / Double(count)
        }

        let small = try client.produceFrame("t", [(0, Batch.make(byteCount: 1000))])
        #expect(
            try cost(200) {
                try client.send(small)
                _ = try client.receiveFrame()
            } <= 2)
        let large = try client.produceFrame("t", [(0, Batch.make(byteCount: 200_000))])
        #expect(
            try cost(50) {
                try client.send(Array(large[..<70_000]))
                try client.send(Array(large[70_000...]))
                _ = try client.receiveFrame()
            } <= 2)
        let fetch = try client.fetchFrame("t", [.init(index: 0, fetchOffset: 3, maxBytes: 2000)])
        #expect(
            try cost(200) {
                try client.send(fetch)
                _ = try client.receiveFrame()
            } <= 2)
    }

    @Test("idle connections take at most 64 KiB each, also after they were used")
    func idleConnections() throws {
        let directory = RunningBroker.makeDirectory()
        try Directory.create(directory)
        defer { try? Directory.removeTree(directory) }
        let broker = try BrokerProcess(in: directory)
        let first = try TestClient(port: broker.port)
        let frame = try first.produceFrame("t", [(0, Batch.make(byteCount: 100_000))])
        try first.send(frame)
        _ = try first.receiveFrame()
        let before = try broker.residentBytes()
        var clients: [TestClient] = []
        for _ in 0..<300 {
            let client = try TestClient(port: broker.port)
            try client.send(Array(frame[..<50_000]))
            try client.send(Array(frame[50_000...]))
            _ = try client.receiveFrame()
            clients.append(client)
        }
        let each = (try broker.residentBytes() - before) / clients.count
        #expect(each <= 64 * 1024, "\(each) bytes")
        withExtendedLifetime(clients) {}
    }
}

import KafkaClient
import KafkaProtocol
import LinuxKernel
import Testing

@Suite("Cluster connection")
struct ClusterTests {
    private let loop: ClientLoop

    init() throws { loop = try ClientLoop() }

    private func withCluster(of node: FakeNode, _ body: (ClusterConnection) throws -> Void) throws {
        defer { node.stop() }
        var configuration = ClientConfiguration()
        configuration.reconnectBackoff = 1_000_000
        configuration.connectTimeout = 100_000_000
        try body(ClusterConnection(loop, bootstrap: [node.address], configuration))
    }

    @Test("a node where nothing listens is an error that says so")
    func nothingListens() throws {
        let node = try FakeNode()
        let address = node.address
        node.stop()
        let cluster = ClusterConnection(loop, bootstrap: [address])
        let began = MonotonicClock.now()
        #expect {
            try cluster.waitUntilReady(timeout: 150_000_000)
        } throws: { error in
            "\(error)".hasPrefix("Metadata at 127.0.0.1:\(address.port): connect: ECONNREFUSED")
        }
        #expect(MonotonicClock.now() - began >= 150_000_000)
    }

    @Test("a host that does not exist is an error that names it")
    func noSuchHost() throws {
        let cluster = ClusterConnection(loop, bootstrap: [("no such host", 9092)])
        #expect {
            try cluster.waitUntilReady(timeout: 10_000_000)
        } throws: { error in
            "\(error)".contains("host 'no such host' has no address")
        }
    }

    @Test("a node that takes connections and says nothing is given up and tried again")
    func silentNode() throws {
        let node = try FakeNode { request, number in
            request.api == .apiVersions && number == 0 ? .silence : .answer
        }
        try withCluster(of: node) { cluster in
            try cluster.waitUntilReady()
            #expect(node.requests(.apiVersions).count == 2)
        }
    }

    @Test("a call without an answer in time ends its connection, so that a late answer is no one else's")
    func lateAnswer() throws {
        let node = try FakeNode { request, number in
            request.api == .metadata && number == 0 ? .silence : .answer
        }
        try withCluster(of: node) { cluster in
            #expect {
                try cluster.metadata(of: [], timeout: 50_000_000)
            } throws: { error in
                "\(error)" == "Metadata at 127.0.0.1:\(node.port): nothing came within 50 ms"
            }
            try #expect(cluster.metadata(of: []).controllerId == 7)
            #expect(node.requests(.apiVersions).count == 2)
        }
    }

    @Test("an address that turns out to be a node's costs no second connection")
    func oneConnection() throws {
        let node = try FakeNode()
        try withCluster(of: node) { cluster in
            try cluster.waitForLeaders(of: cluster.follow("t"))
            try #expect(cluster.metadata(of: []).brokers.count == 1)
            #expect(node.requests(.apiVersions).count == 1)
            #expect(cluster.nodes.map(\.name) == ["127.0.0.1:\(node.port)"])
        }
    }

    @Test("clients may go before their loop")
    func lifetime() throws {
        let node = try FakeNode()
        try withCluster(of: node) { _ in }
        try loop.poll(nanoseconds: 1_000_000)
    }
}

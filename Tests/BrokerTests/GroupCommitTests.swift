import Glibc
import KafkaProtocol
import LinuxKernel
import Synchronization
import Testing

@Suite("Group commit")
struct GroupCommitTests {
    private static let millisecond: Int64 = 1_000_000

    /// A broker with a partition whose flushes meet the rule; the rule goes with it.
    private func withRule(
        kind: CallKind = .fdatasync, code: Int32 = 0, nanoseconds: Int64 = 0, policy: String = "fdatasync",
        _ body: (RunningBroker, _ prefix: String) throws -> Void
    ) throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        #expect(try client.createTopic("flushed", configs: ["flush.policy": policy]) == .none)
        #expect(try client.createTopic("other") == .none)
        let prefix = broker.directory + "/logs/flushed-0"
        InjectedFaults.arm(.init(kind: kind, pathPrefix: prefix, code: code, nanoseconds: nanoseconds))
        defer { InjectedFaults.disarm(pathPrefix: prefix) }
        try body(broker, prefix)
    }

    @Test(
        "an answer waits for the flush that covers its batch; other partitions are served meanwhile",
        arguments: [("fdatasync", CallKind.fdatasync), ("fsync", .fsync), ("sync-file-range", .syncFileRange)])
    func waits(policy: String, kind: CallKind) throws {
        try withRule(kind: kind, nanoseconds: 2_000 * Self.millisecond, policy: policy) { broker, _ in
            let client = try broker.connect()
            let other = try broker.connect()
            let began = MonotonicClock.now()
            try client.send(client.produceFrame("flushed", [(0, Batch.make(["a"]))]))
            for _ in 0..<5 { #expect(try other.produce("other", Batch.make(["b"])).errorCode == .none) }
            // Not durable, so nobody sees it.
            let fetched = try other.fetch("flushed", from: 0)
            #expect(fetched.bytes.isEmpty && fetched.partition.highWatermark == 0)
            #expect(MonotonicClock.now() - began < 1_900 * Self.millisecond, "the reactor waited for the flush")
            #expect(try client.produceResponse()[0].errorCode == .none)
            #expect(MonotonicClock.now() - began >= 2_000 * Self.millisecond)
            #expect(try other.fetch("flushed", from: 0).partition.highWatermark == 1)
        }
    }

    @Test("a slow device gathers the batches of many producers into few flushes")
    func groups() throws {
        try withRule(nanoseconds: 20 * Self.millisecond) { broker, prefix in
            let producers = 6
            let batches = 10
            let acknowledged = Atomic<Int>(0)
            let threads = try (0..<producers).map { producer in
                let port = broker.port
                return try KernelThread(name: "producer") {
                    guard let client = try? TestClient(port: port) else { return }
                    for number in 0..<batches {
                        guard let batch = try? Batch.make(["\(producer)-\(number)"]),
                            let answer = try? client.produce("flushed", batch), answer.errorCode == .none
                        else { return }
                        acknowledged.add(1, ordering: .relaxed)
                    }
                }
            }
            for thread in threads { thread.join() }
            #expect(acknowledged.load(ordering: .relaxed) == producers * batches)
            let flushes = InjectedFaults.metCalls(pathPrefix: prefix)
            #expect(flushes >= batches)
            #expect(flushes <= producers * batches / 2, "\(flushes) flushes for \(producers * batches) batches")
        }
    }

    @Test("pipelined requests are taken while their flush runs, and answered in order")
    func pipelined() throws {
        try withRule(nanoseconds: 200 * Self.millisecond) { broker, prefix in
            let client = try broker.connect()
            let began = MonotonicClock.now()
            for number in 0..<20 {
                try client.send(client.produceFrame("flushed", [(0, Batch.make(["\(number)"]))]))
                MonotonicClock.sleep(nanoseconds: Self.millisecond)
            }
            try client.send(client.frame(ApiVersionsRequest(), version: 3))
            for number in 0..<20 {
                let answer = try client.produceResponse()[0]
                #expect(answer.errorCode == .none && answer.baseOffset == Int64(number))
            }
            _ = try client.response(ApiVersionsResponse.self, version: 3)
            #expect(MonotonicClock.now() - began < 2_000 * Self.millisecond, "each request waited for its own flush")
            #expect(InjectedFaults.metCalls(pathPrefix: prefix) < 10)
        }
    }

    @Test(
        "a fetch that waits is woken by the flush, also of a batch that nobody acknowledges",
        arguments: [0, 1] as [Int16])
    func wakes(acks: Int16) throws {
        try withRule(nanoseconds: 30 * Self.millisecond) { broker, _ in
            let consumer = try broker.connect()
            try consumer.send(
                consumer.fetchFrame("flushed", [.init(index: 0, fetchOffset: 0, maxBytes: 1000)], maxWaitMs: 20_000))
            let client = try broker.connect()
            let began = MonotonicClock.now()
            try client.send(client.produceFrame("flushed", [(0, Batch.make(["a"]))], acks: acks))
            let fetched = try consumer.fetchResponse()[0]
            #expect(try Batch.records(fetched.bytes).map(\.value) == ["a"])
            #expect(MonotonicClock.now() - began < 10_000 * Self.millisecond)
        }
    }

    @Test("a flush without room takes its partition offline: who waits gets the error, and nobody sees the batch")
    func failure() throws {
        try withRule(code: ENOSPC, nanoseconds: 50 * Self.millisecond) { broker, prefix in
            let clients = try (0..<3).map { _ in try broker.connect() }
            for client in clients { try client.send(client.produceFrame("flushed", [(0, Batch.make(["lost"]))])) }
            for client in clients { #expect(try client.produceResponse()[0].errorCode == .kafkaStorageError) }
            #expect(broker.messages.all.contains { $0.contains("ENOSPC") })
            InjectedFaults.disarm(pathPrefix: prefix)
            let client = try broker.connect()
            #expect(try client.produce("flushed", Batch.make(["after"])).errorCode == .kafkaStorageError)
            let fetched = try client.fetch("flushed", from: 0)
            #expect(fetched.bytes.isEmpty && fetched.partition.highWatermark == 0)
            #expect(try client.produce("other", Batch.make(["fine"])).errorCode == .none)
        }
    }

    @Test("a duplicate waits for the flush of the batch that it repeats")
    func duplicates() throws {
        try withRule(nanoseconds: 300 * Self.millisecond) { broker, _ in
            let batch = try Batch.make(["once"], producerId: 7, epoch: 0, sequence: 0)
            let first = try broker.connect()
            let second = try broker.connect()
            let began = MonotonicClock.now()
            try first.send(first.produceFrame("flushed", [(0, batch)]))
            MonotonicClock.sleep(nanoseconds: 50 * Self.millisecond)
            #expect(try second.produce("flushed", batch).baseOffset == 0)
            #expect(MonotonicClock.now() - began >= 300 * Self.millisecond)
            #expect(try first.produceResponse()[0].baseOffset == 0)
        }
    }

    @Test("a stop in good order waits for the flush and answers")
    func stop() throws {
        try withRule(nanoseconds: 300 * Self.millisecond) { broker, _ in
            let client = try broker.connect()
            try client.send(client.produceFrame("flushed", [(0, Batch.make(["a"]))]))
            MonotonicClock.sleep(nanoseconds: 50 * Self.millisecond)
            #expect(broker.stop() == nil)
            #expect(try client.produceResponse()[0].errorCode == .none)
        }
    }
}

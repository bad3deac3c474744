import KafkaProtocol
import LinuxKernel
import Synchronization
import Testing

@Suite("Kills")
struct KillTests {
    @Test(
        "what was acknowledged is there after kill -9 under load, and nothing is damaged",
        arguments: [1, 0xffff], ["none", "fdatasync"])
    func killUnderLoad(seed: UInt64, flushPolicy: String) throws {
        let settings = ["log.segment.bytes=100000", "flush.policy=\(flushPolicy)"]
        let directory = RunningBroker.makeDirectory()
        try Directory.create(directory)
        defer { try? Directory.removeTree(directory) }
        var random = SeededRandom(seed: seed)
        var acknowledged: Int64 = 0
        for round in 0..<5 {
            let broker = try BrokerProcess(in: directory, settings)
            try check(broker, upTo: acknowledged)
            acknowledged = max(
                acknowledged, try load(broker, milliseconds: Int.random(in: 30...120, using: &random), round))
        }
        try check(try BrokerProcess(in: directory, settings), upTo: acknowledged)
    }

    /// Produces from another thread until the broker is killed; returns the offset behind what was acknowledged.
    private func load(_ broker: BrokerProcess, milliseconds: Int, _ round: Int) throws -> Int64 {
        let end = Atomic<Int64>(0)
        let port = broker.port
        let producer = try KernelThread(name: "producer") {
            guard let client = try? TestClient(port: port) else { return }
            for number in 0... {
                guard
                    let batch = try? Batch.make(["\(round)-\(number)", String(repeating: "p", count: number % 5000)]),
                    let answer = try? client.produce("t", batch), answer.errorCode == .none
                else { return }
                end.store(answer.baseOffset + 2, ordering: .releasing)
            }
        }
        MonotonicClock.sleep(nanoseconds: Int64(milliseconds) * 1_000_000)
        broker.kill()
        producer.join()
        return end.load(ordering: .acquiring)
    }

    /// Reads everything: offsets without a gap, checksums that are right, at least what was acknowledged.
    private func check(_ broker: BrokerProcess, upTo acknowledged: Int64) throws {
        let client = try TestClient(port: broker.port)
        var offset: Int64 = 0
        while true {
            let fetched = try client.fetch("t", from: offset, maxBytes: 1 << 20)
            if fetched.partition.errorCode == .unknownTopicOrPartition, acknowledged == 0 { return }
            #expect(fetched.partition.errorCode == .none)
            if fetched.bytes.isEmpty { break }
            for record in try Batch.records(fetched.bytes) where record.offset >= offset {
                #expect(record.offset == offset)
                offset += 1
            }
        }
        #expect(offset >= acknowledged)
        withExtendedLifetime(broker) {}
    }

    @Test("SIGTERM ends the process with success, after a waiting fetch was answered")
    func terminate() throws {
        let directory = RunningBroker.makeDirectory()
        try Directory.create(directory)
        defer { try? Directory.removeTree(directory) }
        let broker = try BrokerProcess(in: directory)
        let client = try TestClient(port: broker.port)
        _ = try client.produce("t", Batch.make(["a"]))
        try client.send(
            client.fetchFrame("t", [.init(index: 0, fetchOffset: 1, maxBytes: 1000)], maxWaitMs: 60_000))
        MonotonicClock.sleep(nanoseconds: 50_000_000)
        #expect(broker.terminate() == 0)
        #expect(try client.fetchResponse()[0].bytes.isEmpty)
        #expect(try Directory.exists(directory + "/.kafka_cleanshutdown"))
    }
}

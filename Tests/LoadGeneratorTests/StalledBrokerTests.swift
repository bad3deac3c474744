import CommitLog
import Compression
import Foundation
import KafkaClient
import LinuxKernel
import LoadGenerator
import Measurement
import RecordFormat
import Synchronization
import Testing

/// No broker of a fleet: its accounts are not what is tested.
private struct NoAccounts: BrokerAccounts {
    func begin() {}
    func end() -> [UsageRecord] { [] }
    func cachedByteCount() -> Int { 0 }
    func forgetCaches() -> Int { 0 }
}

@Suite("Open load on a broker that stops for a while", .serialized)
struct StalledBrokerTests {
    @Test("shows the stop in p99 and p99.9 as theory says, and not in what is measured from the sending")
    func stop() throws {
        let scratch = try Scratch()
        let program = try FileIdentity.resolve("/proc/self/exe").split(separator: "/").dropLast()
            .joined(separator: "/")
        let broker = try ChildProcess(
            "/\(program)/BrokerProcess", ["log.dirs=\(scratch.path)/logs", "listeners=127.0.0.1:0"])
        let line = try broker.readLine(timeoutNanoseconds: 20_000_000_000)
        let port = try #require(UInt16(line ?? ""))
        var workload = BrokerWorkload(
            shape: .produce, batches: BatchShape(batchByteCount: 1 << 10, recordByteCount: 1 << 10), prebuilt: true,
            payloadByteCount: 1 << 30, producers: 1, consumers: 1, producer: ProducerConfiguration(),
            consumer: ConsumerConfiguration(), readsCold: false, decodes: false, verifies: true, topics: ["topic"],
            partitions: 1, topicConfiguration: [], directories: [scratch.path + "/logs"])
        workload.producer.maxInFlight = 1
        workload.producer.retries = 0
        workload.pace.recordsPerSecond = 1500
        workload.phases.window = 4_000_000_000
        let load = try BrokerLoad(workload, bootstrap: [("127.0.0.1", port)], accounts: NoAccounts())
        // The load is in its window by then, whatever else the machine does.
        let stop = Stop()
        let stopper = try KernelThread(name: "stopper") { [identifier = broker.identifier] in
            MonotonicClock.sleep(nanoseconds: 2_000_000_000)
            let began = MonotonicClock.now()
            kill(identifier, SIGSTOP)
            MonotonicClock.sleep(nanoseconds: 1_000_000_000)
            kill(identifier, SIGCONT)
            stop.nanoseconds.withLock { $0 = MonotonicClock.now() - began }
        }
        let outcome = try load.run()
        stopper.join()
        let produce = try #require(outcome.produce)
        #expect(produce.records == 6000 && outcome.discrepancy == nil && outcome.verifiedRecords == 6000)
        // A third of the 6000 requests was due in the stop or behind it. Of all, one in a hundred waited longer than
        // for the stop but its first 60/1500 s, and one in a thousand longer than for the stop but its first 6/1500 s;
        // the first of those that had gathered are sent one by one, which takes a little more.
        let stopped = Double(stop.nanoseconds.withLock { $0 })
        let corrected = try #require(produce.latencies.summary)
        for (found, late) in [(corrected.p99, 60.0), (corrected.p999, 6.0)] {
            let expected = stopped - late / 1500 * 1e9
            #expect(Double(found) >= expected * 0.99 && Double(found) <= expected * 1.05, "\(corrected) of \(stopped)")
        }
        #expect(corrected.p50 < 900_000_000, "\(corrected)")
        // One request was on the way.
        let uncorrected = try #require(produce.uncorrected.summary)
        #expect(Double(uncorrected.max) >= stopped * 0.95, "\(uncorrected)")
        #expect(uncorrected.p99 < 100_000_000 && uncorrected.p999 < 100_000_000, "\(uncorrected)")
    }

    /// How long the broker was stopped, as the thread found that stopped it.
    private final class Stop: Sendable {
        let nanoseconds = Mutex<Int64>(0)
    }
}

@Suite("Known work is measured as what it is")
struct KnownWorkTests {
    @Test("CPU time that is spent on purpose appears within 5 %")
    func spin() throws {
        let probe = try ResourceProbe.start()
        let began = try ProcessHandle.cpuNanoseconds(of: ProcessHandle.currentIdentifier)
        var spent: UInt64 = 0
        var state: UInt64 = 1
        while spent < 200_000_000 {
            for _ in 0..<10_000 { state = state &* 6_364_136_223_846_793_005 &+ 1 }
            spent = try ProcessHandle.cpuNanoseconds(of: ProcessHandle.currentIdentifier) - began
        }
        let usage = try probe.finish()
        #expect(state != 0)
        // Other tests of this process spend too, between the two readings of each.
        #expect(usage.cpuNanoseconds >= spent)
        #expect(Double(usage.userNanoseconds + usage.systemNanoseconds) >= Double(spent) * 0.95)
    }

    @Test("a known mix of sizes gives the known bytes, in the log as on the way in and out")
    func bytes() throws {
        let scratch = try Scratch()
        let sizes = [100, 300, 500]
        let workload = try LogWorkload.small(.produceThenConsume, in: scratch.path) {
            $0.batches.sizes = .sampled(sizes)
            $0.decodes = true
            $0.payloadByteCount = 3 << 20
        }
        let outcome = try LogLoad(workload).run()
        let (produce, consume) = (try #require(outcome.produce), try #require(outcome.consume))
        var counts: [Int: Int] = [:]
        let directory = try LogDirectory(workload.directories[0])
        let log = try directory.open(TopicPartition(topic: "topic", partition: 0), configuration: LogConfiguration())
        var reader = LogReader(log, from: 0, maxBytes: 1 << 20)
        let decompressor = Decompressor()
        while var batches = try reader.next() {
            while let batch = try batches.next() {
                var records = try RecordIterator(batch, decompressor: decompressor)
                while let record = try records.next() { unsafe counts[record.value?.count ?? 0, default: 0] += 1 }
            }
        }
        #expect(counts.keys.sorted() == sizes)
        #expect(counts.values.allSatisfy { abs(Double($0 * 3) / Double(produce.records) - 1) < 0.05 }, "\(counts)")
        let bytes = counts.reduce(0) { $0 + $1.key * $1.value }
        #expect(produce.payloadBytes == bytes && consume.payloadBytes == bytes)
        #expect(produce.records == counts.values.reduce(0, +) && consume.records == produce.records)
    }
}

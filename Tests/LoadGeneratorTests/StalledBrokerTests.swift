import Foundation
import KafkaClient
import LinuxKernel
import LoadGenerator
import Measurement
import Testing

/// No broker of a fleet: its accounts are not what is tested.
private struct NoAccounts: BrokerAccounts {
    func begin() {}
    func end() -> [UsageRecord] { [] }
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
        let stopper = try KernelThread(name: "stopper") { [identifier = broker.identifier] in
            MonotonicClock.sleep(nanoseconds: 2_000_000_000)
            kill(identifier, SIGSTOP)
            MonotonicClock.sleep(nanoseconds: 1_000_000_000)
            kill(identifier, SIGCONT)
        }
        let outcome = try load.run()
        stopper.join()
        let produce = try #require(outcome.produce)
        #expect(produce.records == 6000 && outcome.discrepancy == nil && outcome.verifiedRecords == 6000)
        // 1500 of 6000 requests were due in the stop, and waited for the rest of it: of all, one in a hundred longer than
        // 1 − 60/1500 s, one in a thousand longer than 1 − 6/1500 s. What had gathered is then sent one by one.
        let corrected = try #require(produce.latencies.summary)
        #expect(corrected.p99 >= 900_000_000, "\(corrected)")
        #expect(corrected.p999 >= 990_000_000, "\(corrected)")
        #expect(corrected.p50 < 900_000_000, "\(corrected)")
        // One request was on the way.
        let uncorrected = try #require(produce.uncorrected.summary)
        #expect(uncorrected.max >= 900_000_000, "\(uncorrected)")
        #expect(uncorrected.p99 < 450_000_000 && uncorrected.p999 < 450_000_000, "\(uncorrected)")
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

    @Test("a delay of known size is measured within 5 %, or what the machine adds")
    func delay() throws {
        var latencies = LatencyRecorder()
        for _ in 0..<5 {
            let began = MonotonicClock.now()
            MonotonicClock.sleep(nanoseconds: 20_000_000)
            latencies.record(nanoseconds: MonotonicClock.now() - began)
        }
        let fastest = try #require(latencies.steps.first?.nanoseconds)
        #expect(Double(fastest) >= 20e6 && Double(fastest) <= 20e6 * 1.05 + 2e6, "\(fastest)")
    }

    @Test("a known mix of sizes gives the known bytes")
    func bytes() throws {
        let scratch = try Scratch()
        let workload = try LogWorkload.small(.produceThenConsume, in: scratch.path) {
            $0.batches.sizes = .sampled([100, 300, 500])
            $0.decodes = true
            $0.payloadByteCount = 3 << 20
        }
        let outcome = try LogLoad(workload).run()
        let (produce, consume) = (try #require(outcome.produce), try #require(outcome.consume))
        #expect(produce.payloadBytes == consume.payloadBytes && produce.records == consume.records)
        #expect(produce.payloadBytes >= 3 << 20 && produce.payloadBytes < (3 << 20) + (16 << 10))
        #expect(abs(Double(produce.payloadBytes) / Double(produce.records) / 300 - 1) < 0.05)
    }
}

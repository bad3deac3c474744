import CommitLog
import LinuxKernel
import LoadGenerator
import Measurement
import Testing

@Suite("Open load on the log")
struct OpenLoadTests {
    /// Batches of one record of 1 KiB.
    private static func workload(in scratch: Scratch, _ change: (inout LogWorkload) -> Void) throws -> LogWorkload {
        try .small(.produce, in: scratch.path) {
            $0.batches = BatchShape(batchByteCount: 1 << 10, recordByteCount: 1 << 10)
            $0.prebuilt = true
            $0.payloadByteCount = 64 << 20
            change(&$0)
        }
    }

    @Test("sends what the rate and the time imply, and says both latencies")
    func rate() throws {
        let scratch = try Scratch()
        let outcome = try LogLoad(
            Self.workload(in: scratch) {
                $0.pace.recordsPerSecond = 2000
                $0.phases.window = 500_000_000
            }
        ).run()
        let produce = try #require(outcome.produce)
        #expect(produce.records == 1000)
        #expect(produce.elapsedNanoseconds >= 499_000_000)
        #expect(produce.latencies.count == 1000 && produce.uncorrected.count == 1000)
        #expect(outcome.askedRecordsPerSecond == 2000)
        #expect(outcome.verifiedRecords == 1000 && outcome.discrepancy == nil)
        #expect(outcome.timeline.readings.count >= 4)
    }

    @Test("ends with the bytes where they come before the time; a closed load has one latency")
    func bytes() throws {
        let scratch = try Scratch()
        let outcome = try LogLoad(
            Self.workload(in: scratch) {
                $0.payloadByteCount = 100 << 10
                $0.phases.window = 60_000_000_000
            }
        ).run()
        #expect(outcome.produce?.records == 100)
        #expect(outcome.produce?.uncorrected.count == 0)
        #expect(outcome.askedRecordsPerSecond == nil)
    }

    @Test("keeps the records of the warm-up apart from the window's, and verifies both")
    func warmUp() throws {
        let scratch = try Scratch()
        let outcome = try LogLoad(
            Self.workload(in: scratch) {
                $0.partitions = 3
                $0.batches.sizes = .uniform(100...900)
                $0.pace.recordsPerSecond = 4000
                $0.pace.arrivals = .poisson
                $0.phases.warmUp = 200_000_000
                $0.phases.window = 200_000_000
            }
        ).run()
        let produce = try #require(outcome.produce)
        let warmUp = try #require(outcome.warmUp)
        #expect(warmUp.records > 0 && warmUp.nanoseconds >= 190_000_000)
        #expect(warmUp.steadyAfter.reason == "workload.warmup.until is time")
        #expect(outcome.verifiedRecords == Int64(produce.records + warmUp.records))
        #expect(outcome.discrepancy == nil)
    }

    @Test("a warm-up that never gets steady ends at its cap, and says so instead of a time")
    func neverSteady() throws {
        let scratch = try Scratch()
        let outcome = try LogLoad(
            Self.workload(in: scratch) {
                // Two appends a second: throughput jumps between nothing and much.
                $0.batches = BatchShape(batchByteCount: 1 << 10, recordByteCount: 1 << 10)
                $0.pace.recordsPerSecond = 1.5
                $0.phases.warmUp = 1_500_000_000
                $0.phases.untilSteady = true
                $0.payloadByteCount = 3 << 10
                $0.phases.window = 10_000_000
            }
        ).run()
        #expect(outcome.warmUp?.steadyAfter.reason != nil)
        #expect(outcome.warmUp?.steadyAfter.value == nil)
    }

    @Test("finds a rate that holds a latency before it measures, at that rate")
    func search() throws {
        let scratch = try Scratch()
        let outcome = try LogLoad(
            Self.workload(in: scratch) {
                $0.appendPath = AppendPathCatalog.entry(named: "null") ?? $0.appendPath
                $0.verifies = false
                $0.batches = BatchShape(batchByteCount: 64 << 10, recordByteCount: 1 << 10)
                $0.payloadByteCount = 8 << 20
                $0.pace.recordsPerSecond = 10_000
                $0.pace.latencyTarget = 20_000_000
                $0.phases.window = 50_000_000
            }
        ).run()
        let rate = try #require(outcome.askedRecordsPerSecond)
        #expect(rate > 0)
        #expect(try #require(outcome.warmUp).records > 0)
        #expect(outcome.produce != nil)
    }
}

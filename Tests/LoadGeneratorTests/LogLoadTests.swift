import CommitLog
import Compression
import LinuxKernel
import LoadGenerator
import Measurement
import Testing

@Suite("A load on the log")
struct LogLoadTests {
    @Test(
        "writes and reads exactly the records that its settings imply",
        arguments: [(1, false), (1, true), (3, false), (3, true)], [CodecID.none, .lz4])
    func amounts(_ logs: (partitions: Int, prebuilt: Bool), _ codec: CodecID) throws {
        let (partitions, prebuilt) = logs
        let scratch = try Scratch()
        let workload = try LogWorkload.small(in: scratch.path) {
            $0.partitions = partitions
            $0.directories = [scratch.path + "/a", scratch.path + "/b"]
            $0.prebuilt = prebuilt
            $0.batches.codec = codec
            $0.log.segmentBytes = 256 << 10
        }
        let outcome = try LogLoad(workload).run()
        let perBatch = workload.batches.recordsPerBatch
        let batches = (1024 + perBatch - 1) / perBatch
        let produce = try #require(outcome.produce)
        #expect(produce.batches == batches)
        #expect(produce.records == batches * perBatch)
        #expect(produce.payloadBytes == batches * perBatch * 1024)
        #expect(produce.latencies.count == Int64(batches))
        let consume = try #require(outcome.consume)
        #expect(consume.batches == batches)
        #expect(consume.records == produce.records)
        #expect(consume.storedBytes == produce.storedBytes)
        #expect(outcome.discrepancy == nil)
        #expect(outcome.verifiedRecords == Int64(produce.records))
        // Each log directory has its share of the partitions.
        #expect(try Directory.names(in: scratch.path + "/a").contains("topic-0"))
        #expect(try Directory.names(in: scratch.path + "/b").contains("topic-1") == (partitions > 1))
    }

    @Test("does each shape, measures what the shape is about, and verifies all")
    func shapes() throws {
        for shape in [LogWorkload.Shape.produce, .consume, .produceThenConsume, .produceAndConsume, .randomRead] {
            let scratch = try Scratch()
            let workload = try LogWorkload.small(shape, in: scratch.path) {
                $0.partitions = 2
                $0.maxReadByteCount = 64 << 10
            }
            let outcome = try LogLoad(workload).run()
            let reads = shape != .produce
            let writes = [.produce, .produceThenConsume, .produceAndConsume].contains(shape)
            #expect((outcome.produce != nil) == writes, "\(shape)")
            #expect((outcome.consume != nil) == reads, "\(shape)")
            #expect((outcome.durableNanoseconds != nil) == writes, "\(shape)")
            #expect(outcome.discrepancy == nil && outcome.verifiedRecords ?? 0 >= 1024, "\(shape)")
            if shape == .produceAndConsume { #expect(outcome.consume?.records == outcome.produce?.records) }
            if shape == .randomRead { #expect(outcome.consume?.latencies.count == 16) }
            #expect(outcome.windows { $0.elapsedNanoseconds > 0 && $0.payloadBytes > 0 }, "\(shape)")
        }
    }

    @Test("writes nothing on the path that stores nothing, and verifies nothing")
    func storesNothing() throws {
        let scratch = try Scratch()
        let null = try #require(AppendPathCatalog.entry(named: "null"))
        let workload = try LogWorkload.small(.produce, in: scratch.path) { $0.appendPath = null }
        let outcome = try LogLoad(workload).run()
        #expect(outcome.verifiedRecords == nil && outcome.discrepancy == nil)
        #expect(outcome.produce?.records ?? 0 >= 1024)
        #expect(try #require(outcome.diskUsedBytes) == 0)
    }

    private static let tellsWhatIsCached = PageCache.cachedPages(of: ["/proc/self/exe"]).value != nil

    @Test(
        "reads from the device where the cache is to be cold, and from memory where it is to be hot",
        arguments: [true, false])
    func temperature(isCold: Bool) throws {
        // The directory of temporary files may be in memory, where nothing is ever cold.
        let parent = try FileIdentity.resolve("/proc/self/exe").split(separator: "/").dropLast().joined(separator: "/")
        let scratch = try Scratch(in: "/" + parent)
        let workload = try LogWorkload.small(.consume, in: scratch.path) {
            $0.readsCold = isCold
            $0.payloadByteCount = 16 << 20
        }
        let outcome = try LogLoad(workload).run()
        let consume = try #require(outcome.consume)
        #expect(outcome.cacheObjection == nil)
        // An old kernel does not tell whether anything is cold.
        guard isCold, Self.tellsWhatIsCached else { return }
        // What the process read may be other tests' reads too, so only the least of it says anything.
        let read = try #require(consume.usage.io.value?.readBytes)
        #expect(read >= 16 << 20, "\(read) bytes read")
    }

    @Test(
        "objects where the cache cannot be made cold, because the files are in memory",
        .enabled(if: tellsWhatIsCached, "the kernel does not tell what is cached; Linux 6.5 does"))
    func warm() throws {
        let scratch = try Scratch(in: "/dev/shm")
        let workload = try LogWorkload.small(.consume, in: scratch.path) { $0.readsCold = true }
        let outcome = try LogLoad(workload).run()
        #expect(try #require(outcome.cacheObjection).hasPrefix("the log was to be cold, but "))
    }

    @Test("applies retention while it produces, and verifies what is kept")
    func retention() throws {
        let scratch = try Scratch()
        let workload = try LogWorkload.small(.produce, in: scratch.path) {
            $0.payloadByteCount = 8 << 20
            $0.log.segmentBytes = 1 << 20
            $0.log.retentionBytes = 2 << 20
        }
        let outcome = try LogLoad(workload).run()
        #expect(outcome.retention.droppedBytes >= 4 << 20)
        #expect(outcome.discrepancy == nil)
        #expect((2048..<4096).contains(outcome.verifiedRecords ?? 0))
        #expect(outcome.diskUsedBytes ?? .max < 5 << 20)
    }
}

extension LoadOutcome {
    /// Whether all windows that were measured are so.
    fileprivate func windows(_ holds: (Window) -> Bool) -> Bool {
        [produce, consume].compactMap { $0 }.allSatisfy(holds)
    }
}

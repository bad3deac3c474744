import LinuxKernel
import TestDisks
import Testing

@testable import CommitLog

@Suite("On a real file system that is full")
struct FullDiskTests {
    @Test(
        "what was acknowledged stays, and appends go on when there is space again",
        .enabled(if: LoopDisk.isPossible, "it takes root and a free loop device"), arguments: [false, true],
        RunnablePaths.onDisk)
    func fullDisk(_ preallocate: Bool, _ appendPath: String) throws {
        let scratch = try ScratchDirectory()
        let disk = try LoopDisk(in: scratch.path, byteCount: 8 << 20)
        defer { #expect(throws: Never.self) { try disk.detach() } }
        let batch = try Batches.make(1, records: 4, valueByteCount: 4000)
        let configuration = LogConfiguration.with {
            $0.preallocate = preallocate
            $0.segmentBytes = 1 << 20
        }
        let directory = disk.mountPoint + "/t-0"
        let name = try TopicPartition(topic: "t", partition: 0)
        let path = try #require(AppendPathCatalog.entry(named: appendPath)).make(configuration.maxMessageBytes)
        func open(_ stop: PartitionLog.LastStop) throws -> PartitionLog {
            try PartitionLog.open(
                name, directory: directory, configuration: configuration, after: stop, flusher: nil)
        }

        var acknowledged = 0
        do {
            let log = try open(.crash)
            var refusal: (any Error)?
            while refusal == nil, acknowledged < 4000 {
                do {
                    try log.append(batch, path)
                    acknowledged += 1
                } catch {
                    refusal = error
                }
            }
            guard case .system(let error)? = refusal as? LogError else {
                Issue.record("the disk never was full: \(String(describing: refusal))")
                return
            }
            #expect(error.name == "ENOSPC")
            #expect(acknowledged > 100)
            #expect(try log.records().count == acknowledged * 4)
        }
        // A restart on the full disk must be possible, or nobody could make room.
        let log = try open(.crash)
        #expect(log.logEndOffset == Int64(acknowledged * 4))
        _ = try log.removeOldestSegment()
        // A worker of a ring may hold the removed file a moment longer than the removal takes.
        let deadline = MonotonicClock.now() + 5_000_000_000
        var appended = 0
        while appended < 20 {
            do {
                try log.append(batch, path)
                appended += 1
            } catch {
                guard MonotonicClock.now() < deadline else { throw error }
                MonotonicClock.sleep(nanoseconds: 1_000_000)
            }
        }
        let start = log.logStartOffset
        #expect(try log.records().count == acknowledged * 4 + 20 * 4 - Int(start))
        try log.close()
        #expect(try open(.clean).records().count == acknowledged * 4 + 20 * 4 - Int(start))
    }
}

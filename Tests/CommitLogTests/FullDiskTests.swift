import LinuxKernel
import Testing

@testable import CommitLog

@Suite("On a real file system that is full")
struct FullDiskTests {
    /// Whether this process may make and mount a file system in a file.
    static let canMount = ProcessHandle.isRoot && (try? Command.run("losetup", ["--find"]).code) == 0

    @Test(
        "what was acknowledged stays, and appends go on when there is space again",
        .enabled(if: canMount, "it takes root and a free loop device"), arguments: [false, true], RunnablePaths.onDisk)
    func fullDisk(_ preallocate: Bool, _ appendPath: String) throws {
        let scratch = try ScratchDirectory()
        let disk = try LoopDisk(in: scratch.path, byteCount: 8 << 20)
        defer { disk.detach() }
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

/// A small ext4 file system in a file.
private final class LoopDisk {
    let mountPoint: String
    private var isMounted = false

    init(in directory: String, byteCount: Int) throws {
        let image = directory + "/disk"
        mountPoint = directory + "/mount"
        try File(image, .createNew).truncate(to: byteCount)
        try Directory.create(mountPoint)
        try Self.run("mkfs.ext4", ["-q", "-m", "0", image])
        try Self.run("mount", ["-o", "loop", image, mountPoint])
        isMounted = true
    }

    /// Unmounts; the loop device, which `mount` made, goes with it.
    func detach() {
        guard isMounted else { return }
        isMounted = false
        do {
            try Self.run("umount", [mountPoint])
        } catch {
            Issue.record(error)
            _ = try? Command.run("umount", ["--lazy", mountPoint])
        }
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let outcome = try Command.run(program, arguments)
        if outcome.code != 0 { throw Unexpected("\(program): \(outcome.output)") }
    }
}

import LinuxKernel
import Testing

@testable import CommitLog

@Suite("More segments than descriptors")
struct DescriptorTests {
    private let path = AppendPathCatalog.all.first { $0.name == "buffered" }!.make(1 << 20)

    private func name(_ partition: Int) throws -> TopicPartition {
        try TopicPartition(topic: "t", partition: Int32(partition))
    }

    @Test("logs are written, read, closed and opened again with only as many files open as allowed")
    func bounded() throws {
        let scratch = try ScratchDirectory(inMemory: true)
        let pool = DescriptorPool(limit: 5)
        let batches = try Batches.varied(12, largestValue: 200)
        let rolling = LogConfiguration.with { $0.segmentBytes = 600 }
        do {
            let directory = try LogDirectory(scratch.path, descriptors: pool)
            let logs = try (0..<40).map { try directory.open(name($0), configuration: rolling) }
            for batch in batches {
                for log in logs {
                    try log.append(batch, path)
                    #expect(pool.count <= 5)
                }
            }
            for log in logs { #expect(try log.records() == expectedRecords(batches)) }
            #expect(pool.count <= 5)
            try directory.close()
        }
        #expect(pool.count == 0, "closed with their logs")
        let directory = try LogDirectory(scratch.path, descriptors: pool)
        #expect(directory.lastStop == .clean)
        for number in 0..<40 {
            let log = try directory.open(name(number), configuration: rolling)
            #expect(log.damages.isEmpty)
            #expect(try log.records() == expectedRecords(batches))
        }
        #expect(pool.count <= 5)
        try directory.close()
    }

    @Test("a file that is being read stays open however many others are opened, and is closed afterwards")
    func pinned() throws {
        let scratch = try ScratchDirectory(inMemory: true)
        let pool = DescriptorPool(limit: 2)
        let directory = try LogDirectory(scratch.path, descriptors: pool)
        let logs = try (0..<10).map { try directory.open(name($0), configuration: LogConfiguration()) }
        try logs[0].append(Batches.make(1, valueByteCount: 100), path)
        let descriptors = try openLogs(in: scratch)
        let pin = try logs[0].activeSegment.open()
        for log in logs[1...] { try log.append(Batches.make(2), path) }
        #expect(pool.count <= 2)
        #expect(try openLogs(in: scratch) == 3, "two of the pool's and the pinned one; there were \(descriptors)")
        #expect(try pin.file.size().length == logs[0].byteCount)
        _ = consume pin
        #expect(try openLogs(in: scratch) == 2)
        try directory.close()
    }

    @Test("who holds a segment reads it after retention, another configuration or a removal took its name")
    func removedWhileHeld() throws {
        let scratch = try ScratchDirectory(inMemory: true)
        let directory = try LogDirectory(scratch.path, descriptors: DescriptorPool(limit: 1))
        let batches = try Batches.varied(20, largestValue: 100)
        let other = try directory.open(name(9), configuration: LogConfiguration())
        func held(_ number: Int, _ change: (PartitionLog) throws -> Void) throws {
            let log = try directory.open(name(number), configuration: .with { $0.segmentBytes = 500 })
            for batch in batches { try log.append(batch, path) }
            let slice = try #require(try log.slice(at: 0, maxBytes: 400))
            let before = try read(slice)
            // Its descriptor goes to another log.
            try other.append(batches[0], path)
            try change(log)
            #expect(try !Directory.exists(slice.segment.path))
            #expect(try read(slice) == before)
        }
        try held(0) { _ = try $0.removeOldestSegment() }
        try held(1) { try directory.remove($0.name) }
        try held(2) { log in
            let again = try directory.reopen(log, configuration: .with { $0.segmentBytes = 500 })
            _ = try again.removeOldestSegment()
        }
        try directory.close()
    }

    private func read(_ slice: LogSlice) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: slice.byteCount)
        let count = try unsafe bytes.withUnsafeMutableBytes {
            try unsafe slice.segment.open().file.readAll(into: $0, at: slice.position)
        }
        #expect(count == slice.byteCount)
        return bytes
    }

    @Test("a process without a free descriptor gives up one of a segment that is not in use")
    func lackOfDescriptors() throws {
        let scratch = try ScratchDirectory(inMemory: true)
        let pool = DescriptorPool(limit: 100)
        let directory = try LogDirectory(scratch.path, descriptors: pool)
        let logs = try (0..<20).map { try directory.open(name($0), configuration: LogConfiguration()) }
        for log in logs { try log.append(Batches.make(1), path) }
        let tooManyOpenFiles: Int32 = 24
        InjectedFaults.arm(
            .init(kind: .open, pathPrefix: scratch.path + "/t-20/", code: tooManyOpenFiles, afterCalls: 0))
        #expect(throws: LogError.self) { try directory.open(name(20), configuration: LogConfiguration()) }
        #expect(pool.count == 15, "a quarter was given up before the second attempt")
        InjectedFaults.disarm(pathPrefix: scratch.path)
        for log in logs { #expect(try log.records().count == 1) }
        try directory.close()
    }

    /// How many log files of a directory this process has open.
    private func openLogs(in scratch: ScratchDirectory) throws -> Int {
        var count = 0
        for descriptor in try Directory.names(in: "/proc/self/fd") {
            guard let target = try? FileIdentity.resolve("/proc/self/fd/" + descriptor) else { continue }
            if target.hasPrefix(scratch.path), target.hasSuffix(".log") { count += 1 }
        }
        return count
    }
}

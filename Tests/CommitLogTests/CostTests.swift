import CAllocationCounter
import LinuxKernel
import Testing

@testable import CommitLog

@Suite("What appends and reads cost", .serialized)
struct CostTests {
    /// How many calls of a kind the body makes, on this thread.
    private func calls(_ kind: CallKind, _ body: () throws -> Void) rethrows -> UInt64 {
        let before = CallCounters.ofThread()
        try body()
        return (CallCounters.ofThread() - before).calls(kind)
    }

    @Test("an append allocates nothing once the log runs", arguments: ["none", "fdatasync", "messages"])
    func allocations(_ policy: String) throws {
        let fixture = try LogFixture(
            .with {
                $0.flushPolicy = policy
                $0.flushMessages = 100
                $0.indexIntervalBytes = 1 << 30
            }, inMemory: true)
        let log = try fixture.open()
        var batch = try Batches.make(1, records: 10, valueByteCount: 100)
        let appends = 300
        func append() throws {
            for _ in 0..<appends {
                _ = try unsafe batch.withUnsafeMutableBytes {
                    try unsafe log.append($0, checking: .headerAndCRC, using: fixture.path)
                }
            }
        }
        // Arrays of pending and recent batches and of latencies grow to their size.
        try append()
        _ = log.takeFlushLatencies()
        let before = sluice_thread_allocations()
        try append()
        let allocations = sluice_thread_allocations() - before
        #expect(allocations == 0, "\(allocations) allocations in \(appends) appends")
    }

    @Test("a group of gathered batches allocates nothing, and is one write")
    func gatheredAllocations() throws {
        let fixture = try LogFixture(.with { $0.indexIntervalBytes = 1 << 30 }, inMemory: true)
        let log = try fixture.open()
        let batch = try Batches.make(1, records: 10, valueByteCount: 100)
        func append() throws {
            for _ in 0..<100 {
                for _ in 0..<10 {
                    let room = try unsafe log.reserve(batch.count, using: fixture.path)
                    unsafe room.copyBytes(from: batch)
                    _ = try log.commit(checking: .header, using: fixture.path)
                }
                try log.settle(using: fixture.path)
            }
        }
        try append()
        let before = sluice_thread_allocations()
        try append()
        #expect(sluice_thread_allocations() == before)
        #expect(try calls(.pwrite) { try append() } == 100)
    }

    @Test("finding an offset takes one read at most, and none for the last few batches")
    func readsPerLookup() throws {
        for valueByteCount in [10, 700, 3900, 4035, 20_000] {
            let fixture = try LogFixture(.with { $0.indexIntervalBytes = 4096 }, inMemory: true)
            let log = try fixture.open()
            for number in 0..<200 {
                try log.append(Batches.make(number, valueByteCount: valueByteCount), fixture.path)
            }
            for offset in stride(from: Int64(0), to: 160, by: 7) {
                let reads = try calls(.pread) {
                    log.window.forget(log.activeSegment)
                    _ = try log.slice(at: offset, maxBytes: 1)
                }
                #expect(reads <= 1, "\(reads) reads for offset \(offset) in batches of \(valueByteCount) bytes")
            }
            for offset in Int64(170)..<200 {
                #expect(try calls(.pread) { _ = try log.slice(at: offset, maxBytes: 1 << 20) } == 0)
            }
        }
    }
}

import LinuxKernel
import Measurement
import Synchronization
import Testing

@Suite("Interruptions of a thread that never waits", .serialized)
struct InterruptionsTests {
    @Test("are found where other threads want the same processors")
    func contention() throws {
        let isDone = Atomic(false)
        let rivals = try (0..<2 * ProcessHandle.processorCount).map { _ in
            try KernelThread(name: "rival") { while !isDone.load(ordering: .relaxed) {} }
        }
        defer {
            isDone.store(true, ordering: .relaxed)
            for rival in rivals { rival.join() }
        }
        let found = try Interruptions.watch(nanoseconds: 500_000_000)
        // Two rivals to a processor leave a third of it.
        #expect(found.share > 0.3 && found.share < 1)
        #expect(found.longestNanoseconds > 500_000)
    }

    @Test("leave the calling thread where it was")
    func place() throws {
        let before = try ProcessorSet.allowed()
        _ = try Interruptions.watch(nanoseconds: 1_000_000)
        #expect(try ProcessorSet.allowed() == before)
    }
}

import CAllocationCounter
import LinuxKernel
import Synchronization
import Testing

@Suite("Counts that the kernel keeps")
struct PerfCounterTests {
    private static let objection = objection { () throws(SystemError) in try PerfCounter.systemCalls() }
    private static let objectionToInstructions = objection { () throws(SystemError) in try PerfCounter.instructions() }

    private static func text(_ objection: SystemError?) -> String { objection.map { "\($0)" } ?? "nothing" }

    private static func objection(_ make: () throws(SystemError) -> PerfCounter) -> SystemError? {
        do throws(SystemError) {
            _ = try make()
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "what the wrappers count is what the kernel sees, of threads started since too",
        .enabled(if: objection == nil, "this machine lets nobody trace: \(text(objection))"))
    func agrees() throws {
        let seen = Mutex<(before: UInt64, after: UInt64)?>(nil)
        // In a thread of its own, so that nothing else is counted.
        let thread = try KernelThread(name: "traced") {
            guard let trace = try? PerfCounter.systemCalls(), let before = try? trace.count() else { return }
            let file = try? File("/dev/null", .readOnly)
            for _ in 0..<500 { _ = try? file?.size() }
            let other = try? KernelThread(name: "child") {
                guard let file = try? File("/dev/null", .readOnly) else { return }
                for _ in 0..<500 { _ = try? file.size() }
            }
            other?.join()
            guard let after = try? trace.count() else { return }
            seen.withLock { $0 = (before, after) }
        }
        thread.join()
        let counts = try #require(seen.withLock { $0 })
        // Starting and joining a thread takes some calls of the C library.
        #expect((1000...1100).contains(counts.after - counts.before))
    }

    @Test(
        "twice the work is about twice the instructions",
        .enabled(
            if: objectionToInstructions == nil,
            "this processor counts for nobody: \(text(objectionToInstructions))"))
    func instructions() throws {
        let counter = try PerfCounter.instructions()
        func spent(rounds: Int) throws -> Double {
            let before = try counter.count()
            for round in 0..<rounds { _ = Int64.random(in: 0...Int64(round)) }
            return Double(try counter.count() - before)
        }
        _ = try spent(rounds: 1000)
        let ratio = try spent(rounds: 200_000) / spent(rounds: 100_000)
        #expect((1.5...2.5).contains(ratio))
    }

    @Test(
        "a processor that does not count is said to, and with the reason",
        .enabled(if: objectionToInstructions != nil, "this processor counts"))
    func noInstructions() {
        #expect(Self.text(Self.objectionToInstructions).hasPrefix("perf_event_open instructions: "))
    }

    @Test("every allocation of every thread is counted, and stays so after its end")
    func allocations() throws {
        // So many in so short a time that what other tests allocate meanwhile cannot stand in for them.
        let boxes: UInt64 = 200_000
        let seen = Mutex<(ofThread: UInt64, before: UInt64, after: UInt64)?>(nil)
        let thread = try KernelThread(name: "allocating") {
            let (ownBefore, before) = (sluice_thread_allocations(), HeapAllocations.count)
            for number in 0..<boxes { withExtendedLifetime(Box(number)) {} }
            let (own, after) = (sluice_thread_allocations() - ownBefore, HeapAllocations.count)
            seen.withLock { $0 = (own, before, after) }
        }
        thread.join()
        let atTheEnd = HeapAllocations.count
        let counts = try #require(seen.withLock { $0 })
        #expect(counts.ofThread >= boxes)
        #expect(counts.after - counts.before >= counts.ofThread)
        #expect(atTheEnd >= counts.after)
    }
}

/// A value on the heap; the field is what keeps the optimiser from doing without.
private final class Box {
    private static let last = Mutex<UInt64>(0)
    let number: UInt64

    @inline(never)
    init(_ number: UInt64) {
        self.number = number
        Self.last.withLock { $0 = number }
    }
}

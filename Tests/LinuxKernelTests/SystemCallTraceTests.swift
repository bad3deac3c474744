import LinuxKernel
import Synchronization
import Testing

@Suite("System call trace")
struct SystemCallTraceTests {
    private static let objection: SystemError? = {
        do throws(SystemError) {
            _ = try SystemCallTrace()
            return nil
        } catch {
            return error
        }
    }()

    @Test(
        "what the wrappers count is what the kernel sees, of threads started since too",
        .enabled(if: objection == nil, "this machine lets nobody trace: \(String(describing: objection))"))
    func agrees() throws {
        let seen = Mutex<(before: UInt64, after: UInt64)?>(nil)
        // In a thread of its own, so that nothing else is counted.
        let thread = try KernelThread(name: "traced") {
            guard let trace = try? SystemCallTrace(), let before = try? trace.count() else { return }
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
}

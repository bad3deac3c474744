internal import LinuxKernel
internal import Synchronization

/// Whether the host of a virtual machine takes free memory back: free page reporting of virtio-balloon, cold discard of
/// Hyper-V. The next touch of such a page is a fault in the host, which shows as the guest's own system time: as no steal,
/// no pressure, and in no counter.
///
/// A guest cannot ask for it everywhere, so it is tried: memory that was let go three seconds ago is slower to touch than
/// memory that was let go just now.
package struct ReturnedMemory: Sendable, Equatable {
    /// How much longer touching takes after the pause.
    package var ratio: Double

    /// Two touches of memory that stays differ by less.
    package static let threshold = 1.6
    /// The host is told of what has been free for two seconds.
    private static let pauseNanoseconds: Int64 = 3_000_000_000
    private static let byteCount = 256 << 20

    package var isTakenBack: Bool { ratio >= Self.threshold }

    package var text: String {
        let tenths = Int((ratio * 10).rounded())
        return
            "\(isTakenBack ? "yes" : "no"): after 3 s of being free it takes \(tenths / 10).\(tenths % 10) times as long "
            + "to touch"
    }

    package init(ratio: Double) { self.ratio = ratio }

    private static let found = Mutex<Measured<ReturnedMemory>?>(nil)

    /// What this process has found, or finds now in four seconds; on a machine of one's own nothing has to be tried.
    package static func probe() -> Measured<ReturnedMemory> {
        found.withLock { found in
            if let found { return found }
            let result =
                EnvironmentCapture.isVirtualMachine.value == false
                ? .value(ReturnedMemory(ratio: 1))
                : Measured { () throws(SystemError) in try measure() }
            found = result
            return result
        }
    }

    /// What `probe` has found; not measured before it was asked.
    package static var known: Measured<ReturnedMemory> {
        found.withLock { $0 } ?? .notMeasured(because: "no leg is large enough for it to matter, so it was not tried")
    }

    private static func measure() throws(SystemError) -> ReturnedMemory {
        // The first one has the host provide it.
        _ = try touch()
        var soon = Int64.max
        for _ in 0..<3 { soon = min(soon, try touch()) }
        MonotonicClock.sleep(nanoseconds: pauseNanoseconds)
        return ReturnedMemory(ratio: Double(try touch()) / Double(max(1, soon)))
    }

    /// Nanoseconds that touching fresh pages takes, which are let go at once.
    private static func touch() throws(SystemError) -> Int64 {
        let began = MonotonicClock.now()
        let memory = try HeldMemory(byteCount: byteCount, .small)
        defer { withExtendedLifetime(memory) {} }
        return MonotonicClock.now() - began
    }
}

internal import LinuxKernel
internal import Measurement

/// What the kernel and the processor count of a broker by themselves, where they do.
package struct KernelCounters: Sendable {
    private let calls: Measured<PerfCounter>
    private let instructions: Measured<PerfCounter>

    /// Begins to count; to be called before the process has other threads.
    ///
    /// - Parameters:
    ///   - isWanted: Whether anybody is going to ask.
    ///   - tracesCalls: Whether system calls are counted too, which makes each of them a little slower.
    package static func start(_ isWanted: Bool, tracesCalls: Bool) -> KernelCounters {
        guard isWanted else {
            let reason = "no leg's load process asks"
            return KernelCounters(calls: .notMeasured(because: reason), instructions: .notMeasured(because: reason))
        }
        return KernelCounters(
            calls: tracesCalls
                ? reading { () throws(SystemError) in try PerfCounter.systemCalls() }
                : .notMeasured(because: "broker.trace.calls is false"),
            instructions: reading { () throws(SystemError) in try PerfCounter.instructions() })
    }

    /// The counts so far.
    var now: (calls: Measured<UInt64>, instructions: Measured<UInt64>) { (count(calls), count(instructions)) }

    private func count(_ counter: Measured<PerfCounter>) -> Measured<UInt64> {
        counter.flatMap { counter in Self.reading { () throws(SystemError) in try counter.count() } }
    }

    /// What the kernel gives, or its objection.
    private static func reading<Value: Sendable>(_ read: () throws(SystemError) -> Value) -> Measured<Value> {
        do throws(SystemError) {
            return .value(try read())
        } catch {
            return .notMeasured(because: "\(error)")
        }
    }
}

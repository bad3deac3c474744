internal import CLinux

/// What the wrappers of this module counted: calls and bytes by kind, over all threads of the process.
///
/// Counting costs two thread-local additions a call and takes no lock (see `sluice_count`).
package struct CallCounters: Sendable, Equatable, Codable {
    private var calls: [UInt64]
    private var bytes: [UInt64]
    /// What the threads that called ``timeOwnWork()`` took between their calls, in nanoseconds: their own instructions,
    /// page faults, waiting for locks, and what pushed them off their processor meanwhile.
    package private(set) var ownNanoseconds: UInt64 = 0

    /// Counters at zero.
    package init() {
        calls = Array(repeating: 0, count: Int(SLUICE_CALL_KINDS))
        bytes = calls
    }

    /// Counters with bytes of some kinds, and no calls.
    package init(bytes: [CallKind: UInt64]) {
        self.init()
        for (kind, count) in bytes { self.bytes[kind.rawValue] = count }
    }

    /// The counters of this process as they stand now.
    package static func now() -> CallCounters {
        unsafe CallCounters(ownNanoseconds: sluice_own_nanoseconds()) { unsafe sluice_counters_sum($0, $1) }
    }

    /// The counters of the calling thread alone, whatever the process does beside.
    package static func ofThread() -> CallCounters {
        unsafe CallCounters(ownNanoseconds: sluice_own_nanoseconds_of_thread()) {
            unsafe sluice_counters_of_thread($0, $1)
        }
    }

    private init(
        ownNanoseconds: UInt64, _ fill: (UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UInt64>) -> Void
    ) {
        self.init()
        unsafe calls.withUnsafeMutableBufferPointer { calls in
            unsafe bytes.withUnsafeMutableBufferPointer { bytes in
                unsafe fill(calls.baseAddress!, bytes.baseAddress!)
            }
        }
        self.ownNanoseconds = ownNanoseconds
    }

    /// Calls of one kind.
    package func calls(_ kind: CallKind) -> UInt64 { calls[kind.rawValue] }

    /// Bytes that calls of one kind reported.
    package func bytes(_ kind: CallKind) -> UInt64 { bytes[kind.rawValue] }

    /// Calls of all kinds: how often the kernel was entered.
    package var totalCalls: UInt64 {
        CallKind.allCases.reduce(0) { $1.isCall ? $0 + calls($1) : $0 }
    }

    /// Calls of the kinds of which the same work makes as many each time.
    package var steadyCalls: UInt64 {
        CallKind.allCases.reduce(0) { $1.isSteady ? $0 + calls($1) : $0 }
    }

    /// Bytes that went one way.
    package func bytes(_ movement: CallKind.Movement) -> UInt64 {
        CallKind.allCases.reduce(0) { $1.movement == movement ? $0 + bytes($1) : $0 }
    }

    /// What was counted between two readings.
    package static func - (later: CallCounters, earlier: CallCounters) -> CallCounters {
        var difference = CallCounters()
        for kind in difference.calls.indices {
            difference.calls[kind] = later.calls[kind] &- earlier.calls[kind]
            difference.bytes[kind] = later.bytes[kind] &- earlier.bytes[kind]
        }
        difference.ownNanoseconds = later.ownNanoseconds - min(later.ownNanoseconds, earlier.ownNanoseconds)
        return difference
    }

    /// What two counted together.
    package static func + (one: CallCounters, other: CallCounters) -> CallCounters {
        var sum = one
        for kind in sum.calls.indices {
            sum.calls[kind] &+= other.calls[kind]
            sum.bytes[kind] &+= other.bytes[kind]
        }
        sum.ownNanoseconds += other.ownNanoseconds
        return sum
    }

    /// Times the calling thread between its kernel calls from now on: what the kernel splits into user
    /// and system time it only samples, 250 times a second on many machines, which of a second's work
    /// leaves a figure that is a tenth off.
    ///
    /// Costs two readings of the processor's clock a call. Only calls that carry data or wait end the time between
    /// them; what others take, such as closing a file, is part of it.
    package static func timeOwnWork() { sluice_time_own_work() }

    /// Counts one call, with the bytes that it moved.
    @inline(__always)
    static func count(_ kind: CallKind, bytes: Int = 0) {
        sluice_count(Int32(truncatingIfNeeded: kind.rawValue), UInt64(truncatingIfNeeded: bytes))
    }
}

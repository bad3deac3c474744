internal import CLinux

/// What the wrappers of this module counted: calls and bytes by kind, over all threads of the process.
///
/// Counting costs two thread-local additions a call and takes no lock (see `sluice_count`).
package struct CallCounters: Sendable, Equatable, Codable {
    private var calls: [UInt64]
    private var bytes: [UInt64]

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
        var counters = CallCounters()
        unsafe counters.calls.withUnsafeMutableBufferPointer { calls in
            unsafe counters.bytes.withUnsafeMutableBufferPointer { bytes in
                unsafe sluice_counters_sum(calls.baseAddress!, bytes.baseAddress!)
            }
        }
        return counters
    }

    /// Calls of one kind.
    package func calls(_ kind: CallKind) -> UInt64 { calls[kind.rawValue] }

    /// Bytes that calls of one kind reported.
    package func bytes(_ kind: CallKind) -> UInt64 { bytes[kind.rawValue] }

    /// Calls of all kinds: how often the kernel was entered.
    package var totalCalls: UInt64 {
        CallKind.allCases.reduce(0) { $1.isCall ? $0 + calls($1) : $0 }
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
        return difference
    }

    /// What two counted together.
    package static func + (one: CallCounters, other: CallCounters) -> CallCounters {
        var sum = one
        for kind in sum.calls.indices {
            sum.calls[kind] &+= other.calls[kind]
            sum.bytes[kind] &+= other.bytes[kind]
        }
        return sum
    }

    /// Counts one call, with the bytes that it moved.
    @inline(__always)
    static func count(_ kind: CallKind, bytes: Int = 0) {
        sluice_count(Int32(truncatingIfNeeded: kind.rawValue), UInt64(truncatingIfNeeded: bytes))
    }
}

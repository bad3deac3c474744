internal import Glibc

/// The two clocks that Sluice's data path reads. Neither enters the kernel (both are served by the
/// vDSO), so neither is counted.
package enum MonotonicClock {
    /// Nanoseconds since an arbitrary moment; never goes back.
    @inline(__always)
    package static func now() -> Int64 { read(CLOCK_MONOTONIC) }

    @inline(__always)
    fileprivate static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

package enum WallClock {
    /// Nanoseconds since 1970-01-01 00:00 UTC.
    @inline(__always)
    package static func now() -> Int64 { MonotonicClock.read(CLOCK_REALTIME) }

    /// Milliseconds since 1970-01-01 00:00 UTC, the unit of Kafka's timestamps.
    @inline(__always)
    package static func milliseconds() -> Int64 { now() / 1_000_000 }
}

package enum ThreadClock {
    /// Nanoseconds of CPU time that the calling thread has used. This one enters the kernel; it is not counted,
    /// because only measurements read it.
    package static func now() -> Int64 { MonotonicClock.read(CLOCK_THREAD_CPUTIME_ID) }
}

internal import Glibc

extension MonotonicClock {
    /// Blocks the calling thread for at least that long; signals do not shorten it.
    package static func sleep(nanoseconds: Int64) {
        let end = now() + nanoseconds
        var rest = nanoseconds
        while rest > 0 {
            var time = timespec(tv_sec: Int(rest / 1_000_000_000), tv_nsec: Int(rest % 1_000_000_000))
            unsafe nanosleep(&time, nil)
            rest = end - now()
        }
    }
}

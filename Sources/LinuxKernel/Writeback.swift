internal import Glibc

/// Flushing more than one file.
package enum Writeback {
    /// Writes back every dirty page of every file system, and waits (sync(2)); counted as `fsync`.
    package static func syncEverything() {
        CallCounters.count(.fsync)
        Glibc.sync()
    }
}

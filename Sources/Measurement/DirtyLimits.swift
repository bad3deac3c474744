internal import LinuxKernel

/// How much may wait for writeback, from vm.dirty_*.
package enum DirtyLimits {
    /// From here on the kernel writes back beside the writers.
    package static func background() -> Measured<UInt64> { limit("dirty_background") }

    /// From here on writers are slowed down.
    package static func foreground() -> Measured<UInt64> { limit("dirty") }

    /// A limit is given either in bytes or as a percentage of the available memory; the other one is 0.
    private static func limit(_ name: String) -> Measured<UInt64> {
        setting(name + "_bytes").flatMap { bytes in
            bytes > 0
                ? .value(bytes)
                : setting(name + "_ratio").combined(with: available) { $0 * $1 / 100 }
        }
    }

    private static func setting(_ name: String) -> Measured<UInt64> {
        Measured<String>.line(of: "/proc/sys/vm/\(name)").flatMap {
            Measured(UInt64($0), orMissing: "/proc/sys/vm/\(name) is not a number")
        }
    }

    private static var available: Measured<UInt64> {
        Measured(file: "/proc/meminfo").flatMap { ProcText($0).measuredBytes("MemAvailable", of: "/proc/meminfo") }
    }
}

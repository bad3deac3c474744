package import LinuxKernel

/// What a process used between two moments, in a form that travels between processes.
package struct UsageRecord: Sendable, Codable, Equatable {
    package var elapsedNanoseconds: Int64
    package var userNanoseconds: UInt64
    package var systemNanoseconds: UInt64
    package var cpuNanoseconds: UInt64
    /// The part of it that kernel threads used which work for the process's rings.
    package var ringWorkerNanoseconds: Measured<UInt64>
    package var voluntarySwitches: UInt64
    package var involuntarySwitches: UInt64
    package var minorFaults: UInt64
    package var majorFaults: UInt64
    package var peakResidentBytes: Measured<UInt64>
    /// Bytes that went to and came from storage on the process's behalf.
    package var storageWriteBytes: Measured<UInt64>
    package var storageReadBytes: Measured<UInt64>
    /// Kernel calls, and the bytes that they copied, moved without a copy, and exchanged with the device directly.
    package var counters: CallCounters
    package var calls: UInt64 { counters.totalCalls }
    package var copiedBytes: UInt64 { counters.bytes(.copied) }
    package var movedBytes: UInt64 { counters.bytes(.moved) }
    package var directBytes: UInt64 { counters.bytes(.direct) }

    /// Heap allocations.
    package var allocations: UInt64

    /// System calls as the kernel saw them enter, those of the C library and the runtime included.
    package var tracedCalls: Measured<UInt64> = .notMeasured(because: "the kernel was not asked")
    /// Instructions in user and kernel mode.
    package var instructions: Measured<UInt64> = .notMeasured(because: "nobody asked the processor")
    /// How often the broker's own cache was asked for a block, and how often it had it; nil where there is none.
    package var cacheLookups: UInt64?
    package var cacheHits: UInt64?
    /// Bytes of appends that were copied into it.
    package var cacheFilledBytes: UInt64?

    /// The usage of this process, whose wrappers counted its calls.
    package init(_ usage: ResourceUsage) {
        elapsedNanoseconds = usage.elapsedNanoseconds
        userNanoseconds = usage.userNanoseconds
        systemNanoseconds = usage.systemNanoseconds
        cpuNanoseconds = usage.cpuNanoseconds
        ringWorkerNanoseconds = usage.ringWorkerNanoseconds
        voluntarySwitches = usage.voluntarySwitches
        involuntarySwitches = usage.involuntarySwitches
        minorFaults = usage.minorFaults
        majorFaults = usage.majorFaults
        peakResidentBytes = usage.peakResidentBytes
        storageWriteBytes = usage.io.map(\.writeBytes)
        storageReadBytes = usage.io.map(\.readBytes)
        guard let counted = usage.calls, let allocated = usage.allocations else {
            preconditionFailure("only a process itself knows what its wrappers counted")
        }
        counters = counted
        allocations = allocated
    }
}

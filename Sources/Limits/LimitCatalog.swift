/// The components that there are. A new one is a function of a file here and a line in `all`.
package enum LimitCatalog {
    package static let all: [LimitComponent] = [
        log, AppendPathLimits.all, CodecLimits.all, load, LoadLimits.all, NetworkLimits.all, BrokerLimits.all,
        PartitionLimits.all, [ClientLimits.nodeMemory],
    ].flatMap(\.self)

    private static let log: [LimitComponent] = [
        AppendLimits.sequential(
            "append-sequential-256KiB", AppendLimits.sequentialSummary, batchByteCount: 256 << 10,
            target: .ratio(atLeast: 0.90)),
        AppendLimits.sequential(
            "append-sequential-4KiB", AppendLimits.sequentialSummary, batchByteCount: 4 << 10, target: nil),
        AppendLimits.random("append-random-4KiB", AppendLimits.randomSummary, batchByteCount: 4 << 10),
        ReadLimits.sequential,
        DeviceLimits.sequentialWrites,
        DeviceLimits.write("device-write-random-4KiB", blockByteCount: 4 << 10, order: .random),
        DeviceLimits.sequentialReads,
        DeviceLimits.read("device-read-random-4KiB", blockByteCount: 4 << 10, order: .random),
        DeviceLimits.writesInFlight, DeviceLimits.readsInFlight,
        OpenLimits.recover, OpenLimits.openClean, OpenLimits.openUnclean, OpenLimits.openFlushedPrefix,
        MemoryLimits.copy, MemoryLimits.checksum,
    ]

    private static let load: [LimitComponent] = [
        RecordLimits.encode, RecordLimits.iterate,
        HarnessLimits.clock, HarnessLimits.latency, HarnessLimits.kernelCall,
    ]

    /// The component of that name; nil when there is none.
    package static func component(named name: String) -> LimitComponent? {
        all.first { $0.name == name }
    }
}

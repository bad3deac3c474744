package import CommitLog
package import Measurement

/// What a leg's load found: raw accounts of its measured windows, from which the metrics are computed.
package struct LoadOutcome: Sendable {
    /// One measured stretch of work.
    package struct Window: Sendable {
        /// From the first to the last byte that was acknowledged or read.
        package var elapsedNanoseconds: Int64
        package var payloadBytes = 0
        package var storedBytes = 0
        package var records = 0
        package var batches = 0
        package var latencies = LatencyRecorder()
        package var usage: ResourceUsage
        package var device: Measured<DeviceUsage>
        package var system: SystemUsage
        /// What each broker used, on target `broker`; empty on target `log`.
        package var brokers: [UsageRecord] = []
    }

    package var produce: Window?
    package var consume: Window?
    /// From the first byte until everything was durable.
    package var durableNanoseconds: Int64?
    package var flushes = LatencyRecorder()
    package var retention = RetentionResult()
    package var retentionNanoseconds: Int64 = 0
    package var settled: Settling?
    package var pageCache: PageCache.Outcome?
    package var cachedPagesBefore: Measured<UInt64>?
    package var cachedPagesAfter: Measured<UInt64>?
    package var diskUsedBytes: Int?
    package var verifiedRecords: Int64?
    package var discrepancy: String?
    /// Bytes of payload acknowledged up to moments of the produce window, in nanoseconds from its start.
    package var timeline: [(elapsedNanoseconds: Int64, payloadBytes: Int)] = []

    package init() {}
}

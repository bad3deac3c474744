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
        /// Of requests: under open load from the moment at which each was to be sent.
        package var latencies = LatencyRecorder()
        /// Under open load, from the moment at which each was sent; empty under closed load, where both are the same.
        package var uncorrected = LatencyRecorder()
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
    /// Why what was read in a window was not where the workload wants it; nil where it was, or where nobody can tell.
    package var cacheObjection: String?
    /// What a reader did that caught up beside the measured ones.
    package var catchUp: CatchUp?
    package var cachedPagesBefore: Measured<UInt64>?
    package var cachedPagesAfter: Measured<UInt64>?
    package var diskUsedBytes: Int?
    package var verifiedRecords: Int64?
    package var discrepancy: String?
    /// Records a second that an open load was to send.
    package var askedRecordsPerSecond: Double?
    package var warmUp: WarmUp?
    /// When the first measured window began, in nanoseconds of `MonotonicClock`.
    package var beganAt: Int64?
    /// When the last one ended.
    package var endedAt: Int64?
    package var timeline = LoadTimeline()

    /// The payload that a reader brought, and how long it took.
    package struct CatchUp: Sendable {
        package var payloadBytes: Int
        package var elapsedNanoseconds: Int64
    }

    /// What came before the measured window.
    package struct WarmUp: Sendable {
        package var nanoseconds: Int64 = 0
        /// Records that were sent before the window and belong to the log, but to no result.
        package var records = 0
        /// When throughput had become steady; not measured where it was not asked for, or did not.
        package var steadyAfter: Measured<Int64>
    }

    package init() {}
}

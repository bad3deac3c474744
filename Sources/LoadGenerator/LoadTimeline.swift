internal import LinuxKernel
internal import Measurement

/// How a measured window went, as the load saw it: a reading every 100 ms.
package struct LoadTimeline: Sendable {
    package struct Reading: Sendable {
        /// From the start of the leg's first measured window.
        package var elapsedNanoseconds: Int64
        /// `produce` or `consume`.
        package var operation: String
        /// Since the operation's window began.
        package var payloadBytes: Int
        package var bytesPerSecond: Double
        /// Percentiles of the requests that ended since the reading before; nil where there was none.
        package var p50: UInt64?
        package var p99: UInt64?
        package var max: UInt64?
    }

    package static let interval: Int64 = 100_000_000

    package private(set) var readings: [Reading] = []

    package init() {}

    mutating func append(_ reading: Reading) { readings.append(reading) }
}

/// Takes the readings of one window's operation.
struct TimelineClock {
    private let operation: String
    /// Of the leg's first measured window.
    private let origin: Int64
    private var last: Int64
    private var lastBytes = 0

    init(_ operation: String, origin: Int64, now: Int64) {
        self.operation = operation
        self.origin = origin
        last = now
    }

    /// Adds a reading if it is time for one.
    mutating func tick(_ tally: inout Tally, now: Int64, to timeline: inout LoadTimeline) {
        guard now - last >= LoadTimeline.interval else { return }
        let latencies = tally.recent.take()
        timeline.append(
            LoadTimeline.Reading(
                elapsedNanoseconds: now - origin, operation: operation, payloadBytes: tally.payloadBytes,
                bytesPerSecond: Double(tally.payloadBytes - lastBytes) / (Double(now - last) / 1e9),
                p50: latencies?.p50, p99: latencies?.p99, max: latencies?.max))
        last = now
        lastBytes = tally.payloadBytes
    }
}

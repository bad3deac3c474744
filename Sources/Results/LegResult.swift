import Foundation

/// What a load process reports of its leg: one line of JSON on standard output.
package struct LegResult: Sendable, Equatable, Codable {
    /// What was read back and how it compared with what was written.
    package struct Verification: Sendable, Equatable, Codable {
        /// How many records were read back and checked.
        package var records: Int64
        /// How: `read back through the log: count, order, content`.
        package var method: String
        /// The first discrepancy, or nil if there was none.
        package var discrepancy: String?

        package init(records: Int64, method: String, discrepancy: String? = nil) {
            self.records = records
            self.method = method
            self.discrepancy = discrepancy
        }
    }

    package var status: LegStatus
    /// Why the status is not `ok`; empty otherwise.
    package var reason: String
    /// What was measured, by column name of ``MetricCatalog``, in base units.
    package var metrics: [String: Double]
    /// Why a metric was not measured, by column name.
    package var notMeasured: [String: String]
    package var latencies: [LatencyCurve]
    /// Nil if the workload asked for no verification.
    package var verification: Verification?
    package var timeline: [TimelineRow]
    /// When the first measured window began and the last one ended, in nanoseconds of the machine's monotonic clock;
    /// nil of a leg that came to none.
    package var measured: ClosedRange<Int64>?

    package init(
        status: LegStatus, reason: String = "", metrics: [String: Double] = [:], notMeasured: [String: String] = [:],
        latencies: [LatencyCurve] = [], verification: Verification? = nil, timeline: [TimelineRow] = []
    ) {
        self.status = status
        self.reason = reason
        self.metrics = metrics
        self.notMeasured = notMeasured
        self.latencies = latencies
        self.verification = verification
        self.timeline = timeline
    }

    /// The one line, without its line end. JSON escapes line breaks inside strings, so it is always one line.
    ///
    /// - Throws: `EncodingError` if a metric is not finite.
    package func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// - Throws: `DecodingError` if `line` is not what ``line()`` makes.
    package init(line: String) throws {
        self = try JSONDecoder().decode(LegResult.self, from: Data(line.utf8))
    }

    /// The leg's row of `samples.csv`.
    package func sample(cell: String, round: Int, leg: Int, axes: [AxisValue]) -> Sample {
        Sample(
            cell: cell, round: round, leg: leg, status: status, reason: reason, axes: axes, metrics: metrics,
            notMeasured: notMeasured)
    }
}

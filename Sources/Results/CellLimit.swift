/// What bounds a metric of a cell, as the plan knows it before anything is measured.
package struct CellLimit: Sendable, Equatable, Codable {
    /// The metric's column.
    package var metric: String
    /// The names of the limits; the tightest that was measured counts.
    package var limits: [String]
    /// The name of the limit of the log's device.
    package var device: String?
    /// The cell that does the same work with a path that moves no bytes: what the harness itself can do at most.
    package var nullCell: String?
    /// Why there is no limit.
    package var reason: String?

    package init(
        metric: String, limits: [String], device: String? = nil, nullCell: String? = nil, reason: String? = nil
    ) {
        self.metric = metric
        self.limits = limits
        self.device = device
        self.nullCell = nullCell
        self.reason = reason
    }

    /// The metrics that a limit is known for, in column order.
    package static let metrics = [
        "produce_bytes_per_s", "durable_bytes_per_s", "produce_latency_p50_ns", "consume_bytes_per_s",
    ]
}

/// A result beside the limit that bounds it.
package struct LimitShare: Sendable, Equatable {
    /// The limit's name in `limits.csv`.
    package var limit: String
    /// What charts and tables call it.
    package var title: String
    /// The limit in the metric's unit: of payload, where the limit counts what is stored.
    package var value: Double
    /// 1 is at the limit; a result beyond it is above 1, whether more or less is better.
    package var share: Double
    /// It is faster than the device: the page cache took what the device had not yet.
    package var isAboveDevice: Bool
    /// The share of what the harness reaches with a path that moves no bytes; nil where the run has no such cell.
    package var ofCeiling: Double?

    package init(
        limit: String, title: String, value: Double, share: Double, isAboveDevice: Bool = false,
        ofCeiling: Double? = nil
    ) {
        self.limit = limit
        self.title = title
        self.value = value
        self.share = share
        self.isAboveDevice = isAboveDevice
        self.ofCeiling = ofCeiling
    }

    /// A result this near to the ceiling is the harness's, not the path's.
    package static let nearCeiling = 0.9
}

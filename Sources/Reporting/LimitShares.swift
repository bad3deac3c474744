import Results

/// Holds the results of a run's cells against what the machine can do at most.
enum LimitShares {
    /// The cells with the limits of their results, as far as those were measured.
    static func added(
        to cells: [CellSummary], _ plan: [PlanSummary.Cell], _ limits: [MeasuredLimit]
    ) -> [CellSummary] {
        let known = Dictionary(limits.map { ($0.name, $0) }) { first, _ in first }
        let bounds = Dictionary(plan.map { ($0.id, $0.limits ?? []) }) { first, _ in first }
        return cells.map { cell in
            var cell = cell
            for bound in bounds[cell.cell, default: []] {
                let ceiling = cells.first { $0.cell == bound.nullCell }
                cell.limits[bound.metric] = share(of: cell, bound, known, ceiling: ceiling)
            }
            return cell
        }
    }

    private static func share(
        of cell: CellSummary, _ bound: CellLimit, _ known: [String: MeasuredLimit], ceiling: CellSummary?
    ) -> LimitShare? {
        guard let result = cell.metrics[bound.metric]?.median, result > 0 else { return nil }
        let isRate = MetricCatalog.metric(named: bound.metric)?.better == .higher
        let found = bound.limits.compactMap { known[$0] }.compactMap { limit in
            value(of: limit, in: cell).map { Bound(limit: limit, value: $0) }
        }
        // A rate is bounded by the lowest, a duration by the longest.
        guard let tightest = found.min(by: { isRate ? $0.value < $1.value : $0.value > $1.value }) else { return nil }
        let device = bound.device.flatMap { known[$0] }.flatMap { value(of: $0, in: cell) }
        let isAboveDevice = bound.metric == "produce_bytes_per_s" && result > device ?? .infinity
        let most = ceiling?.metrics[bound.metric]?.median
        return LimitShare(
            limit: tightest.limit.name, title: tightest.limit.title, value: tightest.value,
            share: isRate ? result / tightest.value : tightest.value / result, isAboveDevice: isAboveDevice,
            ofCeiling: most.map { isRate ? result / $0 : $0 / result })
    }

    private struct Bound {
        var limit: MeasuredLimit
        /// In the unit of the cell's results.
        var value: Double
    }

    /// A limit in the unit of the cell's results: loops count what is stored, and results count payload.
    private static func value(of limit: MeasuredLimit, in cell: CellSummary) -> Double? {
        guard let plain = limit.most, plain > 0 else { return nil }
        guard limit.unit == .bytesPerSecond, let payload = cell.metrics["payload_bytes"]?.median,
            let stored = cell.metrics["stored_bytes"]?.median, payload > 0, stored > 0
        else { return plain }
        return plain * payload / stored
    }

    /// `62 % of plain pwrite`, or by how much it is beyond.
    static func text(_ share: LimitShare) -> String {
        let times = share.share
        let amount =
            times >= 1.005
            ? "\(SignificantDigits.format(times)) ×"
            : times >= 0.0995
                ? "\(Int((times * 100).rounded())) % of" : "\(SignificantDigits.format(times * 100, digits: 2)) % of"
        return "\(amount) \(share.title)\(share.isAboveDevice ? "; page cache" : "")"
    }
}

extension Run {
    /// Results that the harness itself bounds, rather than the path.
    package var nearCeiling: [String] {
        cells.flatMap { cell in
            CellLimit.metrics.compactMap { column -> String? in
                guard let share = cell.limits[column]?.ofCeiling, share >= LimitShare.nearCeiling,
                    let metric = MetricCatalog.metric(named: column)
                else { return nil }
                let place = cell.axes.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
                return "\(place): \(metric.title) is \(Int((share * 100).rounded())) % of what the null path reaches, "
                    + "so it says more of the harness than of the path"
            }
        }
    }

    /// Why results stand without a limit, each reason once.
    var withoutLimit: [String] {
        guard let limits else { return ["The machine's limits were not measured with this run"] }
        var reasons: [String] = []
        func add(_ reason: String) { if !reasons.contains(reason) { reasons.append(reason) } }
        let measured = Set(cells.flatMap(\.metrics.keys))
        for bound in plan.cells.flatMap({ $0.limits ?? [] }) where measured.contains(bound.metric) {
            guard let reason = bound.reason, let metric = MetricCatalog.metric(named: bound.metric) else { continue }
            add("\(metric.title) has no limit in some cells: \(reason)")
        }
        for limit in limits {
            if let reason = limit.notMeasured { add("\(limit.title) was not measured, because \(reason)") }
        }
        return reasons
    }
}

import Results

/// What a run's guards saw: the conditions that make a leg say less than it seems to, over all legs that count.
enum Guards {
    private static let metrics = [
        "steal_share", "other_load_share", "quota_throttled_share", "pressure_cpu_share", "pressure_io_share",
        "pressure_memory_share",
        "throttled_bytes", "dirty_limit_share", "produce_asked_share", "dirty_bytes_before", "writeback_bytes_after",
        "load_major_faults", "broker_major_faults",
    ].compactMap(MetricCatalog.metric(named:))

    /// One row a guard that the legs have; the median, the worst leg, and which one that was.
    static func table(of run: Run) -> ReportContent.Table {
        let rows = metrics.compactMap { metric -> ReportContent.Row? in
            let legs = run.samples.filter { $0.status == .ok }.compactMap { sample in
                sample.metrics[metric.column].map { (value: $0, sample: sample) }
            }.sorted { $0.value < $1.value }
            guard let worst = metric.better == .higher ? legs.first : legs.last else { return nil }
            let median = legs[(legs.count - 1) / 2].value
            let place = worst.sample.axes.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            return ReportContent.Row(
                coordinates: [.init(text: metric.title, isText: true)],
                values: [
                    .init(text: metric.format(median), number: CommaSeparated.number(median)),
                    .init(text: metric.format(worst.value), number: CommaSeparated.number(worst.value)),
                    .init(
                        text: worst.value > median
                            ? "\(place.isEmpty ? worst.sample.cell : place); round \(worst.sample.round)" : "–",
                        isText: true),
                ])
        }
        return ReportContent.Table(
            axes: ["Guard"],
            columns: [
                .init(title: "Median leg"), .init(title: "Worst leg"), .init(title: "Which", isText: true),
            ], rows: rows)
    }
}

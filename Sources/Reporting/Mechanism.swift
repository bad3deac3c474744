import Results

/// What explains a throughput or a latency: what the processes asked of the kernel and the kernel of the device, for
/// each payload byte where that makes cells of different sizes comparable.
struct Mechanism {
    /// The metrics that some cell has, the most telling first.
    let metrics: [Metric]
    /// The run's cells with estimates of ``metrics``.
    let cells: [CellSummary]

    /// A count of a leg that is shown for each MiB of payload.
    private struct Derived {
        var source: String
        var metric: Metric
    }

    init(_ run: Run) {
        let derived = Self.derived
        let samples = run.samples.map { sample in
            var sample = sample
            guard let payload = sample.metrics["payload_bytes"], payload > 0 else { return sample }
            for entry in derived {
                guard let value = sample.metrics[entry.source] else { continue }
                sample.metrics[entry.metric.column] = value / payload * 1_048_576
            }
            return sample
        }
        let found = Summarizer.summarize(samples, cells: run.plan.cells, seed: run.plan.seed)
        cells = found
        let named = Dictionary(uniqueKeysWithValues: derived.map { ($0.metric.column, $0.metric) })
        metrics = Self.columns.compactMap { named[$0] ?? MetricCatalog.metric(named: $0) }.filter { metric in
            found.contains { $0.metrics[metric.column] != nil }
        }
    }

    /// What differs between two cells beyond doubt, the most telling first: metrics whose intervals do not touch, by a
    /// twentieth at least.
    func differences(of cell: String, against other: String) -> [ClaimFinding.Evidence] {
        guard let cell = cells.first(where: { $0.cell == cell }), let other = cells.first(where: { $0.cell == other })
        else { return [] }
        return metrics.compactMap { metric in
            guard let ours = cell.metrics[metric.column], let theirs = other.metrics[metric.column],
                let low = ours.low, let high = ours.high, let otherLow = theirs.low, let otherHigh = theirs.high,
                low > otherHigh || otherLow > high,
                min(ours.median, theirs.median) < 0.95 * max(ours.median, theirs.median)
            else { return nil }
            return ClaimFinding.Evidence(metric: metric, compare: ours.median, against: theirs.median)
        }
    }

    private static let roles = [("load", "Load"), ("broker", "Broker")]

    private static let columns: [String] = [
        both("copied_bytes_per_byte"), both("calls_per_mib"),
        ["device_bytes_per_byte", "device_writes_per_mib", "device_mean_write_bytes"],
        both("cpu_ns_per_byte"), both("minor_faults_per_mib"), both("major_faults_per_mib"),
        both("voluntary_switches_per_mib"), both("allocations_per_mib"),
        ["broker_own_ns_per_byte", "broker_instructions_per_mib"],
    ].flatMap(\.self)

    /// The broker's first: it is what is under test.
    private static func both(_ column: String) -> [String] { ["broker_\(column)", "load_\(column)"] }

    private static let derived: [Derived] =
        roles.flatMap { role, title in
            [
                ("voluntary_switches", "voluntary switches per MiB"), ("minor_faults", "minor faults per MiB"),
                ("major_faults", "major faults per MiB"), ("allocations", "heap allocations per MiB"),
            ].map { what, words in
                Derived(
                    source: "\(role)_\(what)",
                    metric: Metric("\(role)_\(what)_per_mib", "\(title) \(words)", .countPerMebibyte, better: .lower))
            }
        } + [
            Derived(
                source: "device_write_count",
                metric: Metric("device_writes_per_mib", "Device writes per MiB", .countPerMebibyte, better: .lower))
        ]
}

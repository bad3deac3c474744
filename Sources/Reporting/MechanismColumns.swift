import Results

/// What explains a throughput or a latency: calls, copies, switches and faults of each role, and the device's writes.
enum MechanismColumns {
    static let metrics: [Metric] =
        (["load", "broker"].flatMap { role in
            [
                "\(role)_calls_per_mib", "\(role)_copied_bytes_per_byte", "\(role)_cpu_ns_per_byte",
                "\(role)_voluntary_switches", "\(role)_minor_faults", "\(role)_major_faults",
            ]
        } + ["device_write_count", "device_mean_write_bytes", "device_bytes_per_byte"])
        .compactMap(MetricCatalog.metric(named:))
}

/// Every metric a leg can yield, in the order of the columns: the one table that the CSV writers and readers, charts,
/// tables, reports and the documentation use.
package enum MetricCatalog {
    /// All metrics, in column order.
    package static let all: [Metric] = work + role("load", "Load") + role("broker", "Broker") + kinds + system

    /// The metrics of a target, in column order: target `log` has no broker process, so it has no `broker_` columns.
    package static func metrics(target: String) -> [Metric] {
        target == "log" ? all.filter { !$0.column.hasPrefix("broker_") } : all
    }

    /// The metric stored in `column`, or nil if there is no such metric.
    package static func metric(named column: String) -> Metric? { byColumn[column] }

    private static let byColumn = [String: Metric](uniqueKeysWithValues: all.map { ($0.column, $0) })

    private static let work: [Metric] = [
        throughput("produce", "Produce"),
        [Metric("durable_bytes_per_s", "Durable throughput", .bytesPerSecond, better: .higher)],
        latency("produce", "Append latency"),
        latency("produce_uncorrected", "Append latency from the sending"),
        [
            Metric("produce_asked_records_per_s", "Rate asked for", .recordsPerSecond),
            Metric("produce_asked_share", "Share of the rate achieved", .share, better: .higher),
        ],
        throughput("consume", "Consume"),
        latency("consume", "Consume latency"),
        [
            Metric(
                "catch_up_bytes_per_s", "Throughput of the consumer that catches up", .bytesPerSecond, better: .higher),
            Metric("payload_bytes", "Payload", .bytes),
            Metric("stored_bytes", "Stored in the log", .bytes, better: .lower),
            Metric("compression_ratio", "Compression ratio", .ratio, better: .higher),
            Metric("records", "Records", .count),
            Metric("batches", "Batches", .count),
            Metric("warmup_ns", "Warm-up", .nanoseconds),
            Metric("warmup_records", "Records of the warm-up", .count),
            Metric("warmup_steady_ns", "Time until throughput was steady", .nanoseconds, better: .lower),
        ],
    ].flatMap(\.self)

    private static func throughput(_ what: String, _ title: String) -> [Metric] {
        [
            Metric("\(what)_bytes_per_s", "\(title) throughput", .bytesPerSecond, better: .higher),
            Metric("\(what)_records_per_s", "\(title) rate", .recordsPerSecond, better: .higher),
        ]
    }

    private static let percentiles = [
        ("p50", "median"), ("p90", "p90"), ("p99", "p99"), ("p999", "p99.9"), ("max", "maximum"),
    ]

    private static func latency(_ what: String, _ title: String) -> [Metric] {
        percentiles.map { Metric("\(what)_latency_\($0.0)_ns", "\(title), \($0.1)", .nanoseconds, better: .lower) }
    }

    /// What the kernel and the kernel wrappers account to one process.
    private static func role(_ role: String, _ title: String) -> [Metric] {
        [
            Metric("\(role)_user_cpu_ns", "\(title) user CPU", .nanoseconds, better: .lower),
            Metric("\(role)_system_cpu_ns", "\(title) system CPU", .nanoseconds, better: .lower),
            Metric("\(role)_cpu_ns_per_byte", "\(title) CPU per byte", .nanosecondsPerByte, better: .lower),
            Metric("\(role)_ring_worker_cpu_ns", "\(title) CPU of io_uring workers", .nanoseconds, better: .lower),
            Metric("\(role)_voluntary_switches", "\(title) voluntary context switches", .count, better: .lower),
            Metric("\(role)_involuntary_switches", "\(title) involuntary context switches", .count, better: .lower),
            Metric("\(role)_minor_faults", "\(title) minor faults", .count, better: .lower),
            Metric("\(role)_major_faults", "\(title) major faults", .count, better: .lower),
            Metric("\(role)_allocations", "\(title) heap allocations", .count, better: .lower),
            Metric("\(role)_peak_rss_bytes", "\(title) peak resident memory", .bytes, better: .lower),
            Metric("\(role)_calls", "\(title) system calls", .count, better: .lower),
            Metric("\(role)_calls_per_mib", "\(title) system calls per MiB", .countPerMebibyte, better: .lower),
            Metric("\(role)_copied_bytes", "\(title) bytes copied by the CPU", .bytes, better: .lower),
            Metric("\(role)_copied_bytes_per_byte", "\(title) bytes copied per byte", .bytesPerByte, better: .lower),
            Metric("\(role)_moved_bytes", "\(title) bytes moved without a copy", .bytes),
            Metric("\(role)_direct_bytes", "\(title) bytes of direct I/O", .bytes),
        ]
    }

    /// The kinds of kernel call, and of operations on a ring, that carry payload. They are counted for
    /// the process that has the log.
    package static let payloadKinds = [
        "read", "write", "pread", "pwrite", "preadv", "pwritev", "recv", "send", "sendmsg", "warming_read",
        "pread_direct", "pwrite_direct", "sendfile", "splice", "splice_in", "send_zerocopy", "zerocopy_completion",
        "zerocopy_copied", "zerocopy_moved", "uring_read", "uring_write", "uring_read_direct", "uring_write_direct",
        "uring_send", "uring_receive", "uring_splice", "uring_splice_in", "uring_send_zerocopy", "mapped_store",
    ]

    private static let kinds = payloadKinds.flatMap(carried) + broker

    private static func carried(by kind: String) -> [Metric] {
        [
            Metric("\(kind)_calls", "Calls of \(kind)", .count),
            Metric("\(kind)_bytes", "Bytes by \(kind)", .bytes),
        ]
    }

    private static let broker: [Metric] = [
        Metric("broker_traced_calls", "Broker system calls that the kernel saw", .count, better: .lower),
        Metric("broker_uncounted_calls_share", "Of them not counted by the broker itself", .share),
        Metric(
            "broker_steady_calls_per_mib", "Broker system calls per MiB, but for sockets and waits",
            .countPerMebibyte, better: .lower),
        Metric(
            "broker_own_ns_per_byte", "Broker time between kernel calls per byte", .nanosecondsPerByte,
            better: .lower),
        Metric("broker_instructions_per_mib", "Broker instructions per MiB", .countPerMebibyte, better: .lower),
        Metric("cache_filled_bytes", "Appended bytes copied into the broker's own cache", .bytes),
        Metric("cache_hit_share", "Hits in the broker's own cache", .share, better: .higher),
        Metric("zerocopy_copied_share", "Sends without a copy that were copied after all", .share, better: .lower),
    ]

    private static let system: [Metric] = [
        Metric("device_write_count", "Device writes", .count, better: .lower),
        Metric("device_write_bytes", "Device bytes written", .bytes, better: .lower),
        Metric("device_mean_write_bytes", "Mean device write", .bytes, better: .higher),
        Metric("device_read_count", "Device reads", .count, better: .lower),
        Metric("device_read_bytes", "Device bytes read", .bytes, better: .lower),
        Metric("device_bytes_per_byte", "Device bytes written per byte", .bytesPerByte, better: .lower),
        Metric("process_write_bytes", "Process bytes written to storage", .bytes, better: .lower),
        Metric("process_read_bytes", "Process bytes read from storage", .bytes, better: .lower),
        Metric("cached_pages_before", "Cached pages before", .count),
        Metric("cached_pages_after", "Cached pages after", .count),
        Metric("dirty_bytes_before", "Dirty memory before", .bytes),
        Metric("dirty_bytes_after", "Dirty memory after", .bytes),
        Metric("writeback_bytes_after", "Memory in writeback after", .bytes),
        Metric("flush_count", "Flushes", .count),
        Metric("flush_latency_p50_ns", "Flush latency, median", .nanoseconds, better: .lower),
        Metric("flush_latency_p99_ns", "Flush latency, p99", .nanoseconds, better: .lower),
        Metric("flush_latency_max_ns", "Flush latency, maximum", .nanoseconds, better: .lower),
        Metric("retention_ns", "Time in retention", .nanoseconds, better: .lower),
        Metric("retention_bytes", "Bytes freed by retention", .bytes),
        Metric("retention_runs", "Retention runs", .count),
        Metric("disk_used_bytes", "Disk used at the end", .bytes, better: .lower),
        Metric("steal_share", "CPU stolen by the hypervisor", .share, better: .lower),
        Metric("pressure_io_share", "Time stalled on I/O", .share, better: .lower),
        Metric("pressure_cpu_share", "Time stalled on CPU", .share, better: .lower),
        Metric("pressure_memory_share", "Time stalled on memory", .share, better: .lower),
        Metric("other_load_share", "CPU used by other programs", .share, better: .lower),
        Metric(
            "quota_throttled_share", "Periods in which the control group's CPU quota was used up", .share,
            better: .lower),
        Metric("kernel_thread_cpu_ns", "CPU of the kernel's own threads", .nanoseconds, better: .lower),
        Metric("frequency_hz", "Processor frequency in Hz", .count),
        Metric("throttled_bytes", "Bytes written beyond the background limit", .bytes, better: .lower),
        Metric("dirty_limit_share", "Dirty memory, of where writers are held back", .share, better: .lower),
        Metric("settle_ns", "Wait for writeback before", .nanoseconds),
        Metric("memory_state_ns", "Making the memory's state", .nanoseconds),
        Metric("memory_reserve_bytes", "Memory held for the leg", .bytes),
        Metric("free_memory_bytes_before", "Free memory before", .bytes),
        Metric("page_cache_bytes_before", "Page cache before", .bytes),
        Metric("verified_records", "Records verified", .count),
        Metric("duration_ns", "Duration of the leg", .nanoseconds, better: .lower),
    ]
}

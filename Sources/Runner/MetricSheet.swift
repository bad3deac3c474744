internal import CommitLog
internal import LinuxKernel
internal import LoadGenerator
internal import Measurement
internal import Results

/// Collects a leg's metrics under the catalog's names; what was not measured keeps its reason.
struct MetricSheet {
    private(set) var metrics: [String: Double] = [:]
    private(set) var notMeasured: [String: String] = [:]

    mutating func set(_ column: String, _ value: Double) {
        precondition(MetricCatalog.metric(named: column) != nil, "'\(column)' is not in MetricCatalog")
        // A ratio to nothing has no value; it is left out like everything that does not apply.
        if value.isFinite { metrics[column] = value }
    }

    mutating func set(_ column: String, _ value: some BinaryInteger) { set(column, Double(value)) }

    mutating func set(_ column: String, _ value: Measured<Double>) {
        switch value {
        case .value(let value): set(column, value)
        case .notMeasured(let reason): notMeasured[column] = reason
        }
    }

    mutating func set<Number: BinaryInteger & Sendable>(_ column: String, _ value: Measured<Number>) {
        set(column, value.map { Double($0) })
    }

    /// Everything that a load found.
    mutating func add(_ outcome: LoadOutcome) {
        if let window = outcome.produce {
            add(window, as: "produce")
            addPace(outcome, window)
        }
        if let window = outcome.consume { add(window, as: "consume") }
        if let window = outcome.produce, let durable = outcome.durableNanoseconds {
            set("durable_bytes_per_s", perSecond(window.payloadBytes, durable))
        }
        let windows = outcome.windows
        addVolume(outcome.produce ?? outcome.consume)
        addRoles(windows)
        addDevice(windows, written: outcome.produce?.payloadBytes)
        addSystem(windows, written: outcome.produce?.storedBytes ?? 0)
        set("settle_ns", outcome.settlingTime)
        addLogWork(outcome)
        if let pages = outcome.cachedPagesBefore { set("cached_pages_before", pages) }
        if let pages = outcome.cachedPagesAfter { set("cached_pages_after", pages) }
        if let catchUp = outcome.catchUp {
            set("catch_up_bytes_per_s", perSecond(catchUp.payloadBytes, catchUp.elapsedNanoseconds))
        }
        if let bytes = outcome.diskUsedBytes { set("disk_used_bytes", bytes) }
        if let records = outcome.verifiedRecords { set("verified_records", records) }
    }

    private mutating func add(_ window: LoadOutcome.Window, as what: String) {
        set("\(what)_bytes_per_s", perSecond(window.payloadBytes, window.elapsedNanoseconds))
        set("\(what)_records_per_s", perSecond(window.records, window.elapsedNanoseconds))
        guard let latency = window.latencies.summary else { return }
        set(latency, as: "\(what)_latency")
    }

    private mutating func set(_ latency: LatencySummary, as what: String) {
        set("\(what)_p50_ns", latency.p50)
        set("\(what)_p90_ns", latency.p90)
        set("\(what)_p99_ns", latency.p99)
        set("\(what)_p999_ns", latency.p999)
        set("\(what)_max_ns", latency.max)
    }

    /// What was asked of the load, beside what came of it.
    private mutating func addPace(_ outcome: LoadOutcome, _ window: LoadOutcome.Window) {
        if let latency = window.uncorrected.summary { set(latency, as: "produce_uncorrected_latency") }
        if let asked = outcome.askedRecordsPerSecond {
            set("produce_asked_records_per_s", asked)
            set("produce_asked_share", perSecond(window.records, window.elapsedNanoseconds) / asked)
        }
        if let warmUp = outcome.warmUp {
            set("warmup_ns", warmUp.nanoseconds)
            set("warmup_records", warmUp.records)
            set("warmup_steady_ns", warmUp.steadyAfter)
        }
    }

    private mutating func addRoles(_ windows: [LoadOutcome.Window]) {
        let payload = windows.reduce(0) { $0 + $1.payloadBytes }
        let load = windows.map { [UsageRecord($0.usage)] }
        let brokers = windows.map(\.brokers)
        addRole("load", load, payloadBytes: payload)
        let hasBrokers = brokers.contains { !$0.isEmpty }
        if hasBrokers { addRole("broker", brokers, payloadBytes: payload) }
        // Storage is the business of the process that has the log.
        let owners = (hasBrokers ? brokers : load).flatMap { $0 }
        set("process_write_bytes", combined(owners.map(\.storageWriteBytes), +))
        set("process_read_bytes", combined(owners.map(\.storageReadBytes), +))
        if hasBrokers {
            let traced = combined(owners.map(\.tracedCalls), +)
            let counted = owners.reduce(UInt64(0)) { $0 + $1.calls }
            set("broker_traced_calls", traced)
            set("broker_uncounted_calls_share", traced.map { 1 - Double(counted) / Double($0) })
            let steady = owners.reduce(UInt64(0)) { $0 + $1.counters.steadyCalls }
            let own = owners.reduce(0) { $0 + Double($1.counters.ownNanoseconds) }
            set("broker_own_ns_per_byte", own / Double(payload))
            let mebibytes = Double(payload) / 1_048_576
            set("broker_steady_calls_per_mib", Double(steady) / mebibytes)
            set(
                "broker_instructions_per_mib",
                combined(owners.map(\.instructions), +).map { Double($0) / mebibytes })
        }
        let lookups = owners.compactMap(\.cacheLookups)
        if !lookups.isEmpty {
            set("cache_filled_bytes", owners.compactMap(\.cacheFilledBytes).reduce(0, +))
            set("cache_hit_share", Double(owners.compactMap(\.cacheHits).reduce(0, +)) / Double(lookups.reduce(0, +)))
        }
        addKinds(owners.reduce(CallCounters()) { $0 + $1.counters })
    }

    /// Calls and bytes by kind, of the kinds that carry payload.
    private mutating func addKinds(_ counters: CallCounters) {
        for kind in MetricCatalog.payloadKinds.compactMap({ name in CallKind.allCases.first { $0.columnName == name } })
        {
            set("\(kind.columnName)_calls", counters.calls(kind))
            set("\(kind.columnName)_bytes", counters.bytes(kind))
        }
        let copied = Double(counters.bytes(.zerocopyCopied))
        set("zerocopy_copied_share", copied / (copied + Double(counters.bytes(.zerocopyMoved))))
    }

    private mutating func addVolume(_ window: LoadOutcome.Window?) {
        guard let window else { return }
        set("payload_bytes", window.payloadBytes)
        set("stored_bytes", window.storedBytes)
        set("compression_ratio", Double(window.payloadBytes) / Double(window.storedBytes))
        set("records", window.records)
        set("batches", window.batches)
    }

    /// What a role's processes used in all measured windows together, and per byte of payload that went through them.
    ///
    /// - Parameter windows: For each window what each process used, in the same order; peak memory is that of all
    ///   processes together, each with the largest of its windows.
    private mutating func addRole(_ role: String, _ windows: [[UsageRecord]], payloadBytes: Int) {
        let usages = windows.flatMap { $0 }
        let peaks = (0..<(windows.first?.count ?? 0)).map { process in
            combined(windows.map { $0[process].peakResidentBytes }, max)
        }
        func sum(_ property: KeyPath<UsageRecord, UInt64>) -> UInt64 {
            usages.reduce(0) { $0 + $1[keyPath: property] }
        }
        let payload = Double(payloadBytes)
        set("\(role)_user_cpu_ns", sum(\.userNanoseconds))
        set("\(role)_system_cpu_ns", sum(\.systemNanoseconds))
        set("\(role)_cpu_ns_per_byte", Double(sum(\.cpuNanoseconds)) / payload)
        set("\(role)_ring_worker_cpu_ns", combined(usages.map(\.ringWorkerNanoseconds), +))
        set("\(role)_voluntary_switches", sum(\.voluntarySwitches))
        set("\(role)_involuntary_switches", sum(\.involuntarySwitches))
        set("\(role)_minor_faults", sum(\.minorFaults))
        set("\(role)_major_faults", sum(\.majorFaults))
        set("\(role)_allocations", sum(\.allocations))
        set("\(role)_peak_rss_bytes", combined(peaks, +))
        set("\(role)_calls", sum(\.calls))
        set("\(role)_calls_per_mib", Double(sum(\.calls)) / (payload / 1_048_576))
        set("\(role)_copied_bytes", sum(\.copiedBytes))
        set("\(role)_copied_bytes_per_byte", Double(sum(\.copiedBytes)) / payload)
        set("\(role)_moved_bytes", sum(\.movedBytes))
        set("\(role)_direct_bytes", sum(\.directBytes))
    }

    /// - Parameter written: The payload that was appended; nil where none was in a measured window.
    private mutating func addDevice(_ windows: [LoadOutcome.Window], written: Int?) {
        let devices = windows.map(\.device)
        let writes = combined(devices.map { $0.map(\.writeCount) }, +)
        let bytes = combined(devices.map { $0.map(\.writeBytes) }, +)
        set("device_write_count", writes)
        set("device_write_bytes", bytes)
        if let written { set("device_bytes_per_byte", bytes.map { Double($0) / Double(written) }) }
        set("device_mean_write_bytes", bytes.combined(with: writes) { Double($0) / Double($1) })
        set("device_read_count", combined(devices.map { $0.map(\.readCount) }, +))
        set("device_read_bytes", combined(devices.map { $0.map(\.readBytes) }, +))
    }

    /// - Parameter written: The bytes that were appended in measured windows.
    private mutating func addSystem(_ windows: [LoadOutcome.Window], written: Int) {
        guard let first = windows.first, let last = windows.last else { return }
        set("dirty_bytes_before", first.system.before.dirtyBytes)
        set("dirty_bytes_after", last.system.after.dirtyBytes)
        set("writeback_bytes_after", last.system.after.writebackBytes)
        // The worst of the windows: a guard asks whether any of them was disturbed. Where one is too short to tell, the
        // runner looks further around.
        if windows.allSatisfy({ $0.elapsedNanoseconds >= Surroundings.shortestNanoseconds }) {
            set("steal_share", combined(windows.map { $0.system.processor.map(\.steal) }, max))
            set("pressure_io_share", combined(windows.map { $0.system.pressureIO.map(\.some) }, max))
            set("pressure_cpu_share", combined(windows.map { $0.system.pressureCPU.map(\.some) }, max))
            set("pressure_memory_share", combined(windows.map { $0.system.pressureMemory.map(\.some) }, max))
            set("other_load_share", combined(windows.map(\.otherLoad), max))
        }
        set("kernel_thread_cpu_ns", combined(windows.map(\.system.kernelThreadNanoseconds), +))
        set("frequency_hz", last.system.after.frequencyHertz)
        set("free_memory_bytes_before", first.system.before.freeMemoryBytes)
        set("page_cache_bytes_before", first.system.before.pageCacheBytes)
        set("throttled_bytes", DirtyLimits.background().map { max(0, written - Int($0)) })
        set("duration_ns", windows.reduce(0) { $0 + $1.elapsedNanoseconds })
    }

    /// Flushes and retention, which only the process that has the log can time.
    private mutating func addLogWork(_ outcome: LoadOutcome) {
        guard outcome.windows.allSatisfy(\.brokers.isEmpty) else {
            let columns = MetricCatalog.all.map(\.column).filter {
                $0.hasPrefix("flush_") || $0.hasPrefix("retention_")
            }
            for column in columns { notMeasured[column] = "the broker does not report it" }
            return
        }
        set("retention_ns", outcome.retentionNanoseconds)
        set("retention_bytes", outcome.retention.droppedBytes)
        set("retention_runs", outcome.retention.runs)
        let flushes = outcome.flushes.summary
        set("flush_count", flushes?.count ?? 0)
        guard let flushes else { return }
        set("flush_latency_p50_ns", flushes.p50)
        set("flush_latency_p99_ns", flushes.p99)
        set("flush_latency_max_ns", flushes.max)
    }

    private func perSecond(_ count: Int, _ nanoseconds: Int64) -> Double {
        Double(count) / (Double(nanoseconds) / 1e9)
    }

    /// One value of several windows; not measured where any of them was not.
    private func combined<Value: Sendable>(
        _ values: [Measured<Value>], _ combine: (Value, Value) -> Value
    ) -> Measured<Value> {
        guard let first = values.first else { return .notMeasured(because: "nothing was measured") }
        return values.dropFirst().reduce(first) { $0.combined(with: $1, combine) }
    }
}

extension LoadOutcome.Window {
    /// The share of all processors' time that neither the load nor its brokers nor the kernel's own threads used.
    fileprivate var otherLoad: Measured<Double> {
        system.otherLoad(ownNanoseconds: brokers.reduce(usage.cpuNanoseconds) { $0 + $1.cpuNanoseconds })
    }
}

extension LoadOutcome {
    /// How long writeback was awaited before the leg; not measured where it was not, or was not over.
    fileprivate var settlingTime: Measured<Int64> {
        guard let settled else { return .notMeasured(because: "run.settle is false") }
        return settled.settled.flatMap { isOver in
            let seconds = settled.waitedNanoseconds / 1_000_000_000
            return isOver
                ? .value(settled.waitedNanoseconds)
                : .notMeasured(because: "writeback was not over after \(seconds) s: other programs write")
        }
    }

    /// The measured windows that have accounts of their own; tailing reads share those of the appends.
    fileprivate var windows: [Window] {
        switch (produce, consume) {
        case (let produce?, let consume?) where produce.usage == consume.usage: [produce]
        case (let produce, let consume): [produce, consume].compactMap { $0 }
        }
    }
}

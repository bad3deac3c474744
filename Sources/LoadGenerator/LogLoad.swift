internal import CommitLog
internal import LinuxKernel
internal import Measurement
internal import RecordFormat

/// Runs one leg on target `log`: the commit log in this very process, without a network.
///
/// Memory does not depend on how much is written: batches come from a bounded source, and readings are
/// kept as histograms.
@safe
package final class LogLoad {
    private let workload: LogWorkload
    private let directories: [LogDirectory]
    private let logs: [PartitionLog]
    private let path: AppendPath
    /// How many batches the measured window needs, if all records have the mean size.
    private let totalBatches: Int
    private var ledger = BatchLedger()
    private var tails: [Tail] = []
    private var outcome = LoadOutcome()

    /// Opens the logs of a leg.
    package init(_ workload: LogWorkload) throws {
        var workload = workload
        let largest = try workload.batches.largestBatchByteCount()
        workload.log.maxMessageBytes = largest
        self.workload = workload
        directories = try workload.directories.map { try LogDirectory($0) }
        var logs: [PartitionLog] = []
        for number in 0..<workload.partitions {
            let name = try TopicPartition(topic: workload.topic, partition: Int32(number))
            logs.append(try directories[number % directories.count].open(name, configuration: workload.log))
        }
        self.logs = logs
        path = workload.appendPath.make(largest)
        let payloadPerBatch = workload.batches.recordsPerBatch * workload.batches.recordByteCount
        totalBatches = max(1, (workload.payloadByteCount + payloadPerBatch - 1) / payloadPerBatch)
    }

    /// Runs the workload, then verifies it where asked to, and closes the logs.
    package func run() throws -> LoadOutcome {
        // An open load that is woken late is late with every request.
        if workload.pace.isOpen { try TimerSlack.makePrecise() }
        let source = try BatchSource(shape: workload.batches, prebuilt: workload.prebuilt, totalBatches: totalBatches)
        if workload.settles { outcome.settled = Settling.settle() }
        outcome.cachedPagesBefore = PageCache.cachedPages(of: files)
        switch workload.shape {
        case .produce:
            try produce(from: source, measured: true)
        case .consume:
            try produce(from: source, measured: false)
            try consume()
        case .produceThenConsume:
            try produce(from: source, measured: true)
            try consume()
        case .produceAndConsume:
            try produce(from: source, measured: true, tailing: true)
        case .catchUp, .tailBesideCatchUp:
            preconditionFailure("the planner lets only a broker read and write at the same time")
        case .randomRead:
            try produce(from: source, measured: false)
            try readRandomly()
        }
        outcome.endedAt = MonotonicClock.now()
        outcome.cachedPagesAfter = PageCache.cachedPages(of: files)
        outcome.diskUsedBytes = try diskUsedBytes()
        if workload.verifies { try verify(cycle: source.cycle) }
        for directory in directories { try directory.close() }
        return outcome
    }

    /// The log files that there are now.
    private var files: [String] { logs.flatMap { $0.segments.map(\.path) } }

    private func diskUsedBytes() throws -> Int {
        try logs.reduce(0) { sum, log in
            try log.segments.reduce(sum) { $0 + (try $1.open().file.size().allocated) }
        }
    }

    // MARK: Produce

    private func produce(from source: BatchSource, measured: Bool, tailing: Bool = false) throws {
        tails = tailing ? logs.map { Tail($0, maxBytes: workload.maxReadByteCount) } : []
        let rate = measured ? try warmUp(from: source) : nil
        let probes = try Probes(path: directories[0].path)
        var window = Tally()
        var reads = Tally(decodes: workload.decodes)
        let began = openTimeline()
        var clock = measured ? TimelineClock("produce", origin: outcome.beganAt ?? began, now: began) : nil
        let ended = try append(
            from: source, rate: rate, began: began, lasting: measured ? workload.phases.window : nil, &window, &reads
        ) { window, now in
            clock?.tick(&window, now: now, to: &outcome.timeline)
            return false
        }
        let elapsed = ended - began
        let usage = try probes.resources.finish()
        // What is durable is known only after this, and only now has everything reached the device.
        for log in logs { try log.flush() }
        let durable = MonotonicClock.now() - began
        takeFlushLatencies(counting: measured)
        guard measured else { return }
        outcome.durableNanoseconds = durable
        outcome.produce = probes.window(window, elapsed: elapsed, usage: usage)
        if tailing { outcome.consume = probes.window(reads, elapsed: elapsed, usage: usage) }
    }

    /// Appends for a while, unmeasured, and finds the rate where one is to be found.
    ///
    /// - Returns: The rate to measure at; nil for a closed load.
    private func warmUp(from source: BatchSource) throws -> Double? {
        var driver = WarmUpDriver(workload.pace, workload.phases)
        try driver.run { rate, nanoseconds, tick in
            var window = Tally()
            var reads = Tally(decodes: workload.decodes)
            let began = MonotonicClock.now()
            let ended = try append(
                from: source, rate: rate, began: began, lasting: nanoseconds, &window, &reads
            ) { window, now in tick(window.payloadBytes, now) }
            return WarmUpDriver.Trial(
                records: window.records, nanoseconds: ended - began, p99: window.latencies.percentile(99))
        }
        takeFlushLatencies(counting: false)
        outcome.warmUp = driver.outcome
        outcome.askedRecordsPerSecond = driver.rate
        return driver.rate
    }

    /// Appends batches until the bytes or the time are used up, or `tick` says so.
    ///
    /// - Returns: When the last one was in the log.
    private func append(
        from source: BatchSource, rate: Double?, began: Int64, lasting nanoseconds: Int64?, _ window: inout Tally,
        _ reads: inout Tally, _ tick: (inout Tally, Int64) -> Bool
    ) throws -> Int64 {
        var schedule = rate.map {
            ArrivalSchedule(
                perSecond: $0 / Double(workload.batches.recordsPerBatch), arrivals: workload.pace.arrivals,
                seed: workload.batches.seed)
        }
        let endsAt = nanoseconds.map { began + $0 } ?? .max
        var now = began
        while window.batches == 0 || window.payloadBytes < workload.payloadByteCount {
            let due = schedule.map { began + $0.next }
            guard due ?? now < endsAt else { break }
            let partition = ledger.batchCount % logs.count
            let log = logs[partition]
            let batch = unsafe try source.next()
            if let due {
                now = MonotonicClock.now()
                if due > now { MonotonicClock.sleep(nanoseconds: due - now) }
            }
            // Encoding belongs to the producer's throughput, not to the append's latency.
            let started = MonotonicClock.now()
            _ = unsafe try log.append(batch.bytes, checking: .header, using: path)
            if log.retentionIsDue { try applyRetention(to: log) }
            now = MonotonicClock.now()
            unsafe window.add(
                batch, nanoseconds: now - (due ?? started), uncorrected: due == nil ? nil : now - started)
            unsafe ledger.append(recordCount: batch.recordCount)
            schedule?.advance()
            if !tails.isEmpty { try tails[partition].drain(into: &reads) }
            if tick(&window, now) { break }
        }
        return now
    }

    private func openTimeline() -> Int64 {
        let now = MonotonicClock.now()
        if outcome.beganAt == nil { outcome.beganAt = now }
        return now
    }

    private func applyRetention(to log: PartitionLog) throws {
        let began = MonotonicClock.now()
        let result = try log.applyRetention(now: WallClock.milliseconds())
        outcome.retentionNanoseconds += MonotonicClock.now() - began
        outcome.retention.droppedBytes += result.droppedBytes
        outcome.retention.runs += result.runs
    }

    private func takeFlushLatencies(counting: Bool) {
        for log in logs {
            let latencies = log.takeFlushLatencies()
            if counting { for nanoseconds in latencies { outcome.flushes.record(nanoseconds: nanoseconds) } }
        }
    }

    // MARK: Consume

    private func consume() throws {
        try prepareCache()
        let probes = try Probes(path: directories[0].path)
        var reads = Tally(decodes: workload.decodes)
        let began = openTimeline()
        var clock = TimelineClock("consume", origin: outcome.beganAt ?? began, now: began)
        for log in logs {
            let tail = Tail(log, maxBytes: workload.maxReadByteCount)
            try tail.drain(into: &reads) { clock.tick(&$0, now: MonotonicClock.now(), to: &outcome.timeline) }
        }
        let elapsed = MonotonicClock.now() - began
        outcome.consume = probes.window(reads, elapsed: elapsed, usage: try probes.resources.finish())
    }

    private func readRandomly() throws {
        try prepareCache()
        let count = max(1, workload.payloadByteCount / workload.maxReadByteCount)
        var generator = SplitMix64(seed: workload.log.seed)
        let readers = logs.map { Tail($0, maxBytes: workload.maxReadByteCount) }
        let probes = try Probes(path: directories[0].path)
        var reads = Tally(decodes: workload.decodes)
        let began = openTimeline()
        for number in 0..<count {
            let log = logs[number % logs.count]
            let offset = Int64.random(in: log.logStartOffset..<log.logEndOffset, using: &generator)
            try readers[number % logs.count].read(at: offset, into: &reads)
        }
        let elapsed = MonotonicClock.now() - began
        outcome.consume = probes.window(reads, elapsed: elapsed, usage: try probes.resources.finish())
    }

    private func prepareCache() throws {
        outcome.cacheObjection = try PageCache.make(workload.readsCold ? .cold : .hot, files: files).objection
    }

    // MARK: Verify

    private func verify(cycle: UInt64?) throws {
        guard !workload.appendPath.storesNothing else { return }
        var verified: Int64 = 0
        for (number, log) in logs.enumerated() where outcome.discrepancy == nil {
            var verifier = StreamVerifier(
                name: "\(log.name)", cycles: [cycle],
                sequences: [PartitionSequence(ledger, partition: number, of: logs.count)],
                startingAt: log.logStartOffset)
            try verifier.take(log, maxBytes: max(1 << 20, workload.maxReadByteCount))
            verifier.finish(expected: [ledger.recordCount(partition: number, of: logs.count)])
            verified += verifier.verified
            outcome.discrepancy = verifier.discrepancy?.description
        }
        outcome.verifiedRecords = verified
    }
}

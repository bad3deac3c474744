internal import CommitLog
internal import LinuxKernel
internal import Measurement
internal import RecordFormat

/// Runs one leg on target `log`: the commit log in this very process, without a network.
///
/// Memory does not depend on how much is written: batches come from a bounded source, and readings are kept as histograms.
@safe
package final class LogLoad {
    private let workload: LogWorkload
    private let directories: [LogDirectory]
    private let logs: [PartitionLog]
    private let path: AppendPath
    private let totalBatches: Int
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
        let source = try BatchSource(shape: workload.batches, prebuilt: workload.prebuilt, totalBatches: totalBatches)
        outcome.settled = Settling.settle()
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
        case .randomRead:
            try produce(from: source, measured: false)
            try readRandomly()
        }
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
        let probes = try Probes(path: directories[0].path)
        var window = Tally()
        var reads = Tally(decodes: workload.decodes)
        let readers = tailing ? logs.map { Tail($0, maxBytes: workload.maxReadByteCount) } : []
        let began = MonotonicClock.now()
        var next = began
        var nextTimeline = began
        for number in 0..<totalBatches {
            let partition = number % logs.count
            let log = logs[partition]
            let batch = unsafe try source.next()
            // Encoding belongs to the producer's throughput, not to the append's latency.
            let started = MonotonicClock.now()
            _ = unsafe try log.append(batch.bytes, checking: .header, using: path)
            if log.retentionIsDue { try applyRetention(to: log) }
            next = MonotonicClock.now()
            unsafe window.add(batch, nanoseconds: next - started)
            if tailing { try readers[partition].drain(into: &reads) }
            if measured, next >= nextTimeline {
                outcome.timeline.append((next - began, window.payloadBytes))
                nextTimeline = next + 100_000_000
            }
        }
        let elapsed = next - began
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
        let began = MonotonicClock.now()
        for log in logs {
            let tail = Tail(log, maxBytes: workload.maxReadByteCount)
            try tail.drain(into: &reads)
        }
        let elapsed = MonotonicClock.now() - began
        outcome.consume = probes.window(reads, elapsed: elapsed, usage: try probes.resources.finish())
    }

    private func readRandomly() throws {
        try prepareCache()
        let count = max(1, workload.payloadByteCount / workload.maxReadByteCount)
        var generator = SplitMix64(seed: workload.log.seed)
        let probes = try Probes(path: directories[0].path)
        var reads = Tally(decodes: workload.decodes)
        let began = MonotonicClock.now()
        for number in 0..<count {
            let log = logs[number % logs.count]
            let offset = Int64.random(in: log.logStartOffset..<log.logEndOffset, using: &generator)
            var reader = LogReader(log, from: offset, maxBytes: workload.maxReadByteCount)
            try reads.read { try reader.next() }
        }
        let elapsed = MonotonicClock.now() - began
        outcome.consume = probes.window(reads, elapsed: elapsed, usage: try probes.resources.finish())
    }

    private func prepareCache() throws {
        outcome.pageCache = try PageCache.make(workload.readsCold ? .cold : .hot, files: files)
    }

    // MARK: Verify

    private func verify(cycle: UInt64?) throws {
        guard !workload.appendPath.traits.contains(.storesNothing) else { return }
        var verifier = RecordVerifier(cycle: cycle)
        let perBatch = Int64(workload.batches.recordsPerBatch)
        for (number, log) in logs.enumerated() where verifier.discrepancy == nil {
            // Batch by batch the partitions take turns, so a partition's n-th batch is the (n × partitions + number)-th.
            let batches = totalBatches / logs.count + (number < totalBatches % logs.count ? 1 : 0)
            try verifier.verify(
                log, endOffset: Int64(batches) * perBatch, maxBytes: max(1 << 20, workload.maxReadByteCount)
            ) { offset in
                let batch = offset / perBatch * Int64(logs.count) + Int64(number)
                return UInt64(batch * perBatch + offset % perBatch)
            }
        }
        outcome.verifiedRecords = verifier.verified
        outcome.discrepancy = verifier.discrepancy
    }
}

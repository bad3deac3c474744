internal import Compression
internal import KafkaClient
internal import LinuxKernel
internal import Measurement
internal import RecordFormat

/// Runs one leg on target `broker`: producers and consumers of the native client, all in one thread, over loopback.
package final class BrokerLoad {
    private let workload: BrokerWorkload
    private let bootstrap: [(host: String, port: UInt16)]
    private let accounts: any BrokerAccounts
    private let loop: ClientLoop
    private var senders: [BatchSender] = []
    private var outcome = LoadOutcome()

    /// - Parameters:
    ///   - bootstrap: The brokers' addresses.
    ///   - accounts: Where they are asked what they used.
    package init(
        _ workload: BrokerWorkload, bootstrap: [(host: String, port: UInt16)], accounts: any BrokerAccounts
    ) throws {
        self.workload = workload
        self.bootstrap = bootstrap
        self.accounts = accounts
        loop = try ClientLoop()
    }

    /// Makes the topics, runs the workload, and verifies it where asked to.
    package func run() throws -> LoadOutcome {
        // An open load that is woken late is late with every request.
        if workload.pace.isOpen { try TimerSlack.makePrecise() }
        let cluster = ClusterConnection(loop, bootstrap: bootstrap, workload.producer.client)
        defer { cluster.close() }
        try cluster.waitUntilReady()
        for topic in workload.topics {
            try cluster.createTopic(
                topic, partitions: workload.partitions, configs: workload.topicConfiguration)
        }
        for number in 0..<workload.producers {
            let producer = try Producer(loop, bootstrap: bootstrap, workload.producer)
            for topic in workload.topics { _ = try producer.open(topic) }
            senders.append(try BatchSender(workload, number: number, producer: producer))
        }
        if workload.settles { outcome.settled = Settling.settle() }
        outcome.cachedPagesBefore = PageCache.cachedPages(of: try logFiles())
        switch workload.shape {
        case .produce:
            try produce(measured: true)
        case .consume:
            try produce(measured: false)
            try consume()
        case .produceThenConsume:
            try produce(measured: true)
            try consume()
        case .produceAndConsume:
            try produce(measured: true, tailing: true)
        case .catchUp:
            try produce(measured: false)
            try prepareCache()
            try produce(measured: true, tailing: true)
        case .tailBesideCatchUp:
            try produce(measured: false)
            try prepareCache()
            try produce(measured: true, tailing: true, besideCatchUp: true)
        case .randomRead:
            try produce(measured: false)
            try readRandomly()
        }
        outcome.endedAt = MonotonicClock.now()
        outcome.cachedPagesAfter = PageCache.cachedPages(of: try logFiles())
        outcome.diskUsedBytes = try logFiles().reduce(0) { $0 + (try File($1, .readOnly).size().allocated) }
        if workload.verifies { try verify() }
        for sender in senders { sender.producer.close() }
        return outcome
    }

    /// The segments of the workload's topics that there are now.
    private func logFiles() throws -> [String] {
        try workload.directories.flatMap { directory in
            let names = try Directory.names(in: directory)
            return try names.filter { name in workload.topics.contains { name.hasPrefix($0 + "-") } }.flatMap {
                partition in
                try Directory.names(in: "\(directory)/\(partition)").filter { $0.hasSuffix(".log") }
                    .map { "\(directory)/\(partition)/\($0)" }
            }
        }
    }

    // MARK: Windows

    private func produce(measured: Bool, tailing: Bool = false, besideCatchUp: Bool = false) throws {
        let catchUp = besideCatchUp ? CatchUp(try makeReaders()) : nil
        let readers = tailing ? try makeReaders(fromEnd: besideCatchUp) : nil
        let rate = measured ? try warmUp(readers) : nil
        var written = Tally()
        var read = Tally(decodes: workload.decodes)
        readers?.follow()
        let probes = try openWindow()
        catchUp?.start()
        let began = openTimeline()
        var clock = measured ? TimelineClock("produce", origin: outcome.beganAt ?? began, now: began) : nil
        begin(
            rate: rate, from: began, lasting: measured ? workload.phases.window : nil,
            payloadByteCount: workload.payloadByteCount)
        try drive(&written, readers, &read, catchUp) { written, now in
            clock?.tick(&written, now: now, to: &outcome.timeline)
        }
        let elapsed = MonotonicClock.now() - began
        let usage = try probes.resources.finish()
        let brokers = try accounts.end()
        // There is no request for it in the protocol: everything is durable when the kernel has written
        // everything back.
        Writeback.syncEverything()
        let durable = MonotonicClock.now() - began
        guard measured else { return }
        // Batches that the client gathered came back without the sizes of their records; all were acknowledged.
        written.payloadBytes = senders.reduce(0) { $0 + $1.stintPayloadByteCount }
        outcome.durableNanoseconds = durable
        outcome.catchUp = catchUp?.result
        outcome.produce = probes.window(written, elapsed: elapsed, usage: usage, brokers: brokers)
        if tailing { outcome.consume = probes.window(read, elapsed: elapsed, usage: usage, brokers: brokers) }
    }

    /// Sends for a while, unmeasured, and finds the rate where one is to be found.
    ///
    /// - Returns: The rate to measure at; nil for a closed load.
    private func warmUp(_ readers: PartitionReaders?) throws -> Double? {
        var driver = WarmUpDriver(workload.pace, workload.phases)
        try driver.run { rate, nanoseconds, tick in
            var written = Tally()
            var read = Tally(decodes: workload.decodes)
            readers?.follow()
            let began = MonotonicClock.now()
            begin(
                rate: rate, from: began, lasting: nanoseconds, payloadByteCount: workload.payloadByteCount)
            try drive(&written, readers, &read) { written, now in
                if tick(written.payloadBytes, now) { stopSending() }
            }
            return WarmUpDriver.Trial(
                records: written.records, nanoseconds: MonotonicClock.now() - began,
                p99: written.latencies.percentile(99))
        }
        outcome.warmUp = driver.outcome
        outcome.askedRecordsPerSecond = driver.rate
        return driver.rate
    }

    private func begin(rate: Double?, from began: Int64, lasting nanoseconds: Int64?, payloadByteCount: Int) {
        let share = (payloadByteCount + senders.count - 1) / senders.count
        let stint = Stint(
            payloadByteCount: share, endsAt: nanoseconds.map { began + $0 } ?? .max, recordsPerSecond: rate,
            beganAt: began)
        for sender in senders { sender.begin(stint) }
    }

    private func stopSending() {
        for sender in senders { sender.stop() }
    }

    /// Sends what the senders' stint is, and reads along, until all is answered and read.
    private func drive(
        _ written: inout Tally, _ readers: PartitionReaders?, _ read: inout Tally, _ catchUp: CatchUp? = nil,
        _ tick: (inout Tally, Int64) -> Void
    ) throws {
        let longest: Int64 = 100_000_000
        var isSending = true
        while isSending || readers?.isDone == false || catchUp?.isDone == false {
            var now = MonotonicClock.now()
            var wait = longest
            for sender in senders {
                try sender.fill(now: now)
                if let next = sender.nextArrival { wait = min(wait, max(0, next - now)) }
            }
            try loop.poll(nanoseconds: wait)
            for sender in senders { try sender.takeOutcomes(into: &written) }
            try readers?.take { try read.add($0) }
            try catchUp?.take()
            now = MonotonicClock.now()
            tick(&written, now)
            if isSending, senders.allSatisfy(\.isDone) {
                isSending = false
                readers?.setEnds(endOffsets)
            }
        }
    }

    /// The offsets behind each partition's last record.
    private var endOffsets: [Int64] {
        (0..<workload.placeCount).map { place in
            senders.reduce(0) { $0 + $1.ledger.recordCount(partition: place, of: workload.placeCount) }
        }
    }

    private func openTimeline() -> Int64 {
        let now = MonotonicClock.now()
        if outcome.beganAt == nil { outcome.beganAt = now }
        return now
    }

    private func consume() throws {
        let readers = try makeReaders()
        try prepareCache()
        let probes = try openWindow()
        var read = Tally(decodes: workload.decodes)
        let began = openTimeline()
        var clock = TimelineClock("consume", origin: outcome.beganAt ?? began, now: began)
        readers.start()
        try readers.drain {
            try read.add($0)
            clock.tick(&read, now: MonotonicClock.now(), to: &outcome.timeline)
        }
        let elapsed = MonotonicClock.now() - began
        outcome.consume = probes.window(
            read, elapsed: elapsed, usage: try probes.resources.finish(), brokers: try accounts.end())
    }

    private func readRandomly() throws {
        var configuration = workload.consumer
        configuration.fetchesAhead = false
        let readers = try makeReaders(configuration)
        try prepareCache()
        let count = max(1, workload.payloadByteCount / workload.consumer.maxPartitionFetchBytes)
        var generator = SplitMix64(seed: workload.batches.seed)
        let endOffsets = endOffsets
        let probes = try openWindow()
        var read = Tally(decodes: workload.decodes)
        let began = openTimeline()
        for number in 0..<count {
            let place = number % workload.placeCount
            let offset = Int64.random(in: 0..<max(1, endOffsets[place]), using: &generator)
            try readers.read(place: place, at: offset) { try read.add($0) }
        }
        let elapsed = MonotonicClock.now() - began
        outcome.consume = probes.window(
            read, elapsed: elapsed, usage: try probes.resources.finish(), brokers: try accounts.end())
    }

    private func makeReaders(
        _ configuration: ConsumerConfiguration? = nil, fromEnd: Bool = false
    ) throws -> PartitionReaders {
        try PartitionReaders(
            loop, bootstrap: bootstrap, workload, configuration ?? workload.consumer, endOffsets: endOffsets,
            fromEnd: fromEnd)
    }

    private func openWindow() throws -> Probes {
        let probes = try Probes(path: workload.directories[0])
        try accounts.begin()
        return probes
    }

    private func prepareCache() throws {
        switch workload.keeper {
        case .kernel:
            outcome.cacheObjection = try PageCache.make(workload.readsCold ? .cold : .hot, files: logFiles()).objection
        case .nobody:
            outcome.cacheObjection = try PageCache.make(.cold, files: logFiles()).objection
        case .broker:
            // What appends left there goes first, so that hot data is what was read, in the order of reading.
            var cached = try accounts.forgetCaches()
            outcome.cacheObjection = try PageCache.make(.cold, files: logFiles()).objection
            if workload.readsCold {
                if cached > 0 {
                    outcome.cacheObjection = "the log was to be cold, but the broker has \(cached) bytes of it"
                }
                return
            }
            let read = try readOnce()
            cached = try accounts.cachedByteCount()
            if cached < read {
                outcome.cacheObjection =
                    "the log was to be hot, but the broker's own cache has \(cached) of its \(read) bytes"
            }
        }
    }

    /// Reads everything that there is, unmeasured.
    ///
    /// - Returns: The bytes of its batches.
    private func readOnce() throws -> Int {
        let readers = try makeReaders()
        var tally = Tally()
        readers.start()
        try readers.drain { try tally.add($0) }
        return tally.storedBytes
    }

    // MARK: Verify

    private func verify() throws {
        let places = workload.placeCount
        var verifiers = (0..<places).map { place in
            StreamVerifier(
                name: workload.name(ofPlace: place), cycles: senders.map(\.cycle),
                sequences: senders.map { PartitionSequence($0.ledger, partition: place, of: places) })
        }
        let decompressor = Decompressor()
        let readers = try makeReaders()
        readers.start()
        do {
            try readers.drain { try $0.decode(decompressor) { verifiers[readers.place].take($0) } }
        } catch {
            guard verifiers[readers.place].take(error) else { throw error }
        }
        for place in verifiers.indices {
            verifiers[place].finish(expected: senders.map { $0.ledger.recordCount(partition: place, of: places) })
        }
        outcome.verifiedRecords = verifiers.reduce(0) { $0 + $1.verified }
        outcome.discrepancy = verifiers.lazy.compactMap(\.discrepancy).first?.description
    }
}

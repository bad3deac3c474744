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
    private let spread: RecordSpread
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
        spread = RecordSpread(workload)
    }

    /// Makes the topic, runs the workload, and verifies it where asked to.
    package func run() throws -> LoadOutcome {
        let cluster = ClusterConnection(loop, bootstrap: bootstrap, workload.producer.client)
        defer { cluster.close() }
        try cluster.waitUntilReady()
        try cluster.createTopic(
            workload.topic, partitions: workload.partitions, configs: workload.topicConfiguration)
        for number in 0..<workload.producers {
            let producer = try Producer(loop, bootstrap: bootstrap, workload.producer)
            senders.append(
                try BatchSender(
                    workload, number: number, spread: spread, producer: producer,
                    topic: try producer.open(workload.topic)))
        }
        outcome.settled = Settling.settle()
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
        case .randomRead:
            try produce(measured: false)
            try readRandomly()
        }
        outcome.cachedPagesAfter = PageCache.cachedPages(of: try logFiles())
        outcome.diskUsedBytes = try logFiles().reduce(0) { $0 + (try File($1, .readOnly).size().allocated) }
        if workload.verifies { try verify() }
        for sender in senders { sender.producer.close() }
        return outcome
    }

    /// The segments of the workload's topic that there are now.
    private func logFiles() throws -> [String] {
        try workload.directories.flatMap { directory in
            try Directory.names(in: directory).filter { $0.hasPrefix(workload.topic + "-") }.flatMap { partition in
                try Directory.names(in: "\(directory)/\(partition)").filter { $0.hasSuffix(".log") }
                    .map { "\(directory)/\(partition)/\($0)" }
            }
        }
    }

    // MARK: Windows

    private func produce(measured: Bool, tailing: Bool = false) throws {
        let readers = tailing ? try makeReaders() : nil
        readers?.start()
        let probes = try openWindow()
        var written = Tally()
        var read = Tally(decodes: workload.decodes)
        let began = MonotonicClock.now()
        var nextTimeline = began
        while !senders.allSatisfy(\.isDone) || readers?.isDone == false {
            for sender in senders { try sender.fill() }
            try loop.poll(nanoseconds: 100_000_000)
            for sender in senders { try sender.takeOutcomes(into: &written) }
            try readers?.take { try read.add($0) }
            let now = MonotonicClock.now()
            if measured, now >= nextTimeline {
                outcome.timeline.append((now - began, written.payloadBytes))
                nextTimeline = now + 100_000_000
            }
        }
        let elapsed = MonotonicClock.now() - began
        let usage = try probes.resources.finish()
        let brokers = try accounts.end()
        // There is no request for it in the protocol: everything is durable when the kernel has written everything back.
        Writeback.syncEverything()
        let durable = MonotonicClock.now() - began
        guard measured else { return }
        outcome.durableNanoseconds = durable
        outcome.produce = probes.window(written, elapsed: elapsed, usage: usage, brokers: brokers)
        if tailing { outcome.consume = probes.window(read, elapsed: elapsed, usage: usage, brokers: brokers) }
    }

    private func consume() throws {
        let readers = try makeReaders()
        try prepareCache()
        let probes = try openWindow()
        var read = Tally(decodes: workload.decodes)
        let began = MonotonicClock.now()
        readers.start()
        try readers.drain { try read.add($0) }
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
        let probes = try openWindow()
        var read = Tally(decodes: workload.decodes)
        let began = MonotonicClock.now()
        for number in 0..<count {
            let partition = number % workload.partitions
            let offset = Int64.random(in: 0..<max(1, spread.endOffset(partition: partition)), using: &generator)
            try readers.read(partition: partition, at: offset) { try read.add($0) }
        }
        let elapsed = MonotonicClock.now() - began
        outcome.consume = probes.window(
            read, elapsed: elapsed, usage: try probes.resources.finish(), brokers: try accounts.end())
    }

    private func makeReaders(_ configuration: ConsumerConfiguration? = nil) throws -> PartitionReaders {
        try PartitionReaders(
            loop, bootstrap: bootstrap, topic: workload.topic, consumers: workload.consumers,
            configuration ?? workload.consumer,
            endOffsets: (0..<workload.partitions).map { spread.endOffset(partition: $0) })
    }

    private func openWindow() throws -> Probes {
        let probes = try Probes(path: workload.directories[0])
        try accounts.begin()
        return probes
    }

    private func prepareCache() throws {
        outcome.pageCache = try PageCache.make(workload.readsCold ? .cold : .hot, files: try logFiles())
    }

    // MARK: Verify

    private func verify() throws {
        let spread = spread
        var verifiers = (0..<workload.partitions).map { partition in
            StreamVerifier(
                name: "\(workload.topic)-\(partition)", producers: workload.producers, cycle: senders[0].cycle
            ) { _, index in spread.sequence(partition: partition, index: index) }
        }
        let decompressor = Decompressor()
        let readers = try makeReaders()
        readers.start()
        try readers.drain { fetched in
            try fetched.decode(decompressor) { verifiers[fetched.partition.index].take($0) }
        }
        for partition in verifiers.indices {
            verifiers[partition].finish(
                expected: (0..<workload.producers).map { spread.count(producer: $0, partition: partition) })
        }
        outcome.verifiedRecords = verifiers.reduce(0) { $0 + $1.verified }
        outcome.discrepancy = verifiers.lazy.compactMap(\.discrepancy).first
    }
}

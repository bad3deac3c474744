package import Compression
internal import KafkaProtocol
internal import LinuxKernel
package import RecordFormat

/// Sends batches to the leaders of their partitions: prebuilt ones as they are, or records that it gathers itself.
///
/// Nothing is sent but in the loop's `poll`; what became of each batch is taken with `nextOutcome`. There is at
/// most one batch of a partition in a request. In the steady state nothing is allocated: batches wait where they
/// lie, and queues keep their memory.
package final class Producer {
    package let cluster: ClusterConnection
    let configuration: ProducerConfiguration
    let compressor: Compressor

    /// By topic and partition.
    var queues: [[PartitionQueue]] = []
    var lanes: [ProducerLane] = []
    var outcomes = Ring<DeliveryOutcome>()
    /// Partitions that wait after an error.
    var paused: [PartitionQueue] = []
    var nextExpiry: Int64 = 0
    /// Nobody takes outcomes meanwhile, so they are no reason not to wait.
    private(set) var isFlushing = false

    /// Bytes of batches that wait or are on the way; of one that is being built, `batch.size`.
    package internal(set) var bufferedBytes = 0
    /// Batches that have no outcome yet, those being built included.
    package internal(set) var pendingBatches = 0

    /// An open batch, and when it is due.
    struct Lingering {
        let queue: PartitionQueue
        /// The builder's; it may be gone by now.
        let number: UInt64
        let dueAt: Int64
    }

    /// The first due first.
    var lingering = Ring<Lingering>()
    var spareBuilders: [BatchBuilder] = []
    private var lastNumber: UInt64 = 0
    private var choice: PartitionChoice

    package init(
        _ loop: ClientLoop, bootstrap: [(host: String, port: UInt16)], _ configuration: ProducerConfiguration = .init()
    ) throws(CompressionError) {
        guard let codec = CodecCatalog[configuration.codec] else { throw .unknownCodec(configuration.codec) }
        compressor = try codec.makeCompressor(level: configuration.compressionLevel)
        self.configuration = configuration
        choice = PartitionChoice(configuration.partitioner, seed: configuration.seed)
        cluster = ClusterConnection(loop, bootstrap: bootstrap, configuration.client)
        cluster.member = self
    }

    /// Ends the connections, whatever is on the way; `flush` before to have it delivered. No outcomes follow.
    package func close() {
        cluster.close()
    }

    /// Opens a topic and waits until its partitions have leaders.
    ///
    /// - Returns: Its number, the `topic` of its `PartitionID`s.
    package func open(_ topic: String, timeout: Int64 = ClusterConnection.callTimeout) throws(ClientError) -> Int {
        let index = cluster.follow(topic)
        try cluster.waitForLeaders(of: index, timeout: timeout)
        return index
    }

    /// How many partitions a topic has that was opened.
    package func partitionCount(of topic: Int) -> Int { queues[topic].count }

    /// What became of the next batch, in the order in which it was known.
    package func nextOutcome() -> DeliveryOutcome? { outcomes.popFirst() }

    /// Sends everything that waits and polls until every batch has its outcome, to be taken afterwards.
    package func flush(timeout: Int64 = ClusterConnection.callTimeout) throws(ClientError) {
        makeAllDue()
        isFlushing = true
        defer { isFlushing = false }
        let began = MonotonicClock.now()
        while pendingBatches > 0 {
            let rest = began + timeout - MonotonicClock.now()
            guard rest > 0 else {
                throw cluster.lastError ?? ClientError(.timedOut(nanoseconds: timeout), api: .produce)
            }
            try cluster.loop.poll(nanoseconds: rest)
        }
    }

    // MARK: What is to be sent

    /// Sends a prebuilt batch.
    ///
    /// - Parameters:
    ///   - batch: It must stay as it is until its outcome was taken.
    ///   - tag: Comes back in the outcome.
    ///   - intendedAt: When it should have been sent, in nanoseconds of `MonotonicClock`; nil is now.
    /// - Returns: False if there is no room (`buffer.memory`): poll, and try again.
    package func send(
        _ batch: UnsafeRawBufferPointer, recordCount: Int, to partition: PartitionID, tag: UInt64 = 0,
        intendedAt: Int64? = nil
    ) -> Bool {
        guard hasRoom(for: batch.count) else { return false }
        let queue = queues[partition.topic][partition.index]
        // Records that were gathered before keep their place.
        seal(queue)
        let now = MonotonicClock.now()
        bufferedBytes += batch.count
        pendingBatches += 1
        unsafe queue.append(
            PendingBatch(
                partition: partition, bytes: batch, builder: nil, recordCount: recordCount, tag: tag,
                order: queue.nextOrder(), intendedAt: intendedAt ?? now, enqueuedAt: now))
        list(queue)
        return true
    }

    /// Adds a record to a batch of the partition that the partitioner chooses, or of the one that is given.
    ///
    /// - Parameters:
    ///   - timestamp: Milliseconds since 1970; nil is now.
    ///   - intendedAt: When it should have been sent, in nanoseconds of `MonotonicClock`; nil is now.
    /// - Returns: False if there is no room (`buffer.memory`): poll, and try again.
    /// - Throws: What the encoder throws for a record that no batch can hold.
    package func append(
        toTopic topic: Int, partition: Int? = nil, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        timestamp: Int64? = nil, intendedAt: Int64? = nil
    ) throws(RecordBatchError) -> Bool {
        let bound = unsafe RecordBatchEncoder.recordBound(
            keyByteCount: key?.count ?? 0, valueByteCount: value?.count ?? 0)
        var queue = unsafe chooseQueue(ofTopic: topic, partition, key: key)
        while let open = queue.open, !open.hasRoom(for: bound, batchSize: configuration.batchSize) {
            seal(queue)
            list(queue)
            // What stuck to the partition of the full batch goes elsewhere now.
            unsafe queue = chooseQueue(ofTopic: topic, partition, key: key)
        }
        if queue.open == nil { try openBatch(queue, intendedAt: intendedAt) }
        guard let builder = queue.open else { return false }
        do throws(RecordBatchError) {
            unsafe try builder.append(timestamp: timestamp ?? WallClock.milliseconds(), key: key, value: value)
        } catch {
            if builder.recordCount == 0 { discardOpenBatch(queue) }
            throw error
        }
        if partition == nil { choice.took(topic: topic) }
        return true
    }

    private func chooseQueue(
        ofTopic topic: Int, _ partition: Int?, key: UnsafeRawBufferPointer?
    ) -> PartitionQueue {
        let count = queues[topic].count
        return unsafe queues[topic][partition ?? choice.partition(ofTopic: topic, key: key, count: count)]
    }

    private func hasRoom(for byteCount: Int) -> Bool {
        bufferedBytes == 0 || bufferedBytes + byteCount <= configuration.bufferMemory
    }

    private func openBatch(_ queue: PartitionQueue, intendedAt: Int64?) throws(RecordBatchError) {
        guard hasRoom(for: configuration.batchSize) else { return }
        let now = MonotonicClock.now()
        let builder = spareBuilders.popLast() ?? BatchBuilder(capacity: configuration.batchSize)
        lastNumber += 1
        try builder.begin(number: lastNumber, intendedAt: intendedAt ?? now, enqueuedAt: now)
        queue.open = builder
        queue.isDue = false
        bufferedBytes += configuration.batchSize
        pendingBatches += 1
        lingering.append(Lingering(queue: queue, number: lastNumber, dueAt: now + configuration.linger))
    }

    private func discardOpenBatch(_ queue: PartitionQueue) {
        guard let builder = queue.open else { return }
        queue.open = nil
        release(builder)
        pendingBatches -= 1
    }

    func release(_ builder: BatchBuilder) {
        spareBuilders.append(builder)
        bufferedBytes -= configuration.batchSize
    }

    /// Ends the partition's open batch, if there is one.
    func seal(_ queue: PartitionQueue) {
        guard let builder = queue.open else { return }
        queue.open = nil
        queue.isDue = false
        choice.sealed(queue.id)
        let recordCount = builder.recordCount
        let bytes: UnsafeRawBufferPointer
        var failure: RecordBatchError?
        do throws(RecordBatchError) {
            unsafe bytes = try builder.finish(compressor)
        } catch {
            unsafe bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            failure = error
        }
        let batch = unsafe PendingBatch(
            partition: queue.id, bytes: bytes, builder: builder, recordCount: recordCount, tag: 0,
            order: queue.nextOrder(), intendedAt: builder.intendedAt, enqueuedAt: builder.enqueuedAt)
        if let failure {
            finish(batch, failure: ClientError(.batch(failure), api: .produce, subject: name(of: queue.id)))
        } else {
            queue.append(batch)
        }
    }

    /// Lets the partition take part in the next requests, if it has something to send and a leader.
    func list(_ queue: PartitionQueue) {
        guard !queue.isListed, queue.isReady, let lane = queue.lane else { return }
        lanes[lane].list(queue)
    }

    func name(of partition: PartitionID) -> String { "\(cluster.topics[partition.topic].name)-\(partition.index)" }
}

package import KafkaClient

/// What a leg on target `broker` does: the same work as on target `log`, through sockets.
package struct BrokerWorkload: Sendable {
    package var shape: LogWorkload.Shape
    package var batches: BatchShape
    /// Whether batches are built before the clock starts, so that the client's own work is small.
    package var prebuilt: Bool
    /// The bytes of record values that all producers together write.
    package var payloadByteCount: Int
    package var producers: Int
    package var consumers: Int
    package var producer: ProducerConfiguration
    package var consumer: ConsumerConfiguration
    package var readsCold: Bool
    /// Whether what is read in a measured window is decoded record by record, not only taken.
    package var decodes: Bool
    package var verifies: Bool
    package var topic: String
    package var partitions: Int
    /// The topic's configuration under Kafka's names.
    package var topicConfiguration: [(name: String, value: String)]
    /// Where the brokers keep their partitions, for what is read of the files and the device beside the brokers.
    package var directories: [String]

    package init(
        shape: LogWorkload.Shape, batches: BatchShape, prebuilt: Bool, payloadByteCount: Int, producers: Int,
        consumers: Int, producer: ProducerConfiguration, consumer: ConsumerConfiguration, readsCold: Bool,
        decodes: Bool, verifies: Bool, topic: String, partitions: Int,
        topicConfiguration: [(name: String, value: String)],
        directories: [String]
    ) {
        self.shape = shape
        self.batches = batches
        self.prebuilt = prebuilt
        self.payloadByteCount = payloadByteCount
        self.producers = producers
        self.consumers = consumers
        self.producer = producer
        self.consumer = consumer
        self.readsCold = readsCold
        self.decodes = decodes
        self.verifies = verifies
        self.topic = topic
        self.partitions = partitions
        self.topicConfiguration = topicConfiguration
        self.directories = directories
    }
}

/// How records are spread: each producer fills full batches and gives them to the partitions in turn.
struct RecordSpread: Sendable {
    let recordsPerBatch: Int64
    let partitions: Int
    /// By producer.
    let batchCounts: [Int]

    init(_ workload: BrokerWorkload) {
        recordsPerBatch = Int64(workload.batches.recordsPerBatch)
        partitions = workload.partitions
        let perBatch = workload.batches.recordsPerBatch * workload.batches.recordByteCount
        let total = max(workload.producers, (workload.payloadByteCount + perBatch - 1) / perBatch)
        let producers = workload.producers
        batchCounts = (0..<producers).map { total / producers + ($0 < total % producers ? 1 : 0) }
    }

    /// The partition of a producer's n-th batch.
    func partition(ofBatch number: Int) -> Int { number % partitions }

    /// The sequence number of the n-th record that a producer sends to a partition.
    func sequence(partition: Int, index: Int64) -> UInt64 {
        let batch = index / recordsPerBatch * Int64(partitions) + Int64(partition)
        return UInt64(batch * recordsPerBatch + index % recordsPerBatch)
    }

    /// How many records a producer sends to a partition.
    func count(producer: Int, partition: Int) -> Int64 {
        let batches = batchCounts[producer]
        return Int64(batches / partitions + (partition < batches % partitions ? 1 : 0)) * recordsPerBatch
    }

    /// The offset behind a partition's last record.
    func endOffset(partition: Int) -> Int64 {
        batchCounts.indices.reduce(0) { $0 + count(producer: $1, partition: partition) }
    }
}

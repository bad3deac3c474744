package import KafkaClient

/// Who keeps what is read of a log.
package enum CacheKeeper: Sendable {
    /// In the page cache.
    case kernel
    /// In a cache of its own.
    case broker
    case nobody
}

/// What a leg on target `broker` does: the same work as on target `log`, through sockets.
package struct BrokerWorkload: Sendable {
    package var shape: LogWorkload.Shape
    package var batches: BatchShape
    /// Whether batches are built before the clock starts, so that the client's own work is small.
    package var prebuilt: Bool
    package var pace = Pace()
    package var phases = Phases()
    /// Whether what is dirty is written back, and awaited, before anything else.
    package var settles = true
    /// The bytes of record values that all producers together write in the measured window, and no more before it.
    package var payloadByteCount: Int
    package var producers: Int
    package var consumers: Int
    package var producer: ProducerConfiguration
    package var consumer: ConsumerConfiguration
    package var readsCold: Bool
    /// Who keeps what is read, and so where data is when it is hot.
    package var keeper = CacheKeeper.kernel
    /// Whether what is read in a measured window is decoded record by record, not only taken.
    package var decodes: Bool
    package var verifies: Bool
    package var topics: [String]
    /// Of each topic.
    package var partitions: Int
    /// The topics' configuration under Kafka's names.
    package var topicConfiguration: [(name: String, value: String)]
    /// Where the brokers keep their partitions, for what is read of the files and the device beside the brokers.
    package var directories: [String]

    package init(
        shape: LogWorkload.Shape, batches: BatchShape, prebuilt: Bool, payloadByteCount: Int, producers: Int,
        consumers: Int, producer: ProducerConfiguration, consumer: ConsumerConfiguration, readsCold: Bool,
        decodes: Bool, verifies: Bool, topics: [String], partitions: Int,
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
        self.topics = topics
        self.partitions = partitions
        self.topicConfiguration = topicConfiguration
        self.directories = directories
    }
}

extension BrokerWorkload {
    /// All partitions of all topics in one row, the first topic's first: what verification and readers count by.
    var placeCount: Int { topics.count * partitions }

    /// As a client numbers it that has opened the topics in their order and no others.
    func partition(atPlace place: Int) -> PartitionID {
        PartitionID(topic: place / partitions, index: place % partitions)
    }

    func place(of partition: PartitionID) -> Int { partition.topic * partitions + partition.index }

    func name(ofPlace place: Int) -> String { "\(topics[place / partitions])-\(place % partitions)" }
}

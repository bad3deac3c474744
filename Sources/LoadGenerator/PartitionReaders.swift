internal import Compression
internal import KafkaClient
internal import RecordFormat

/// The consumers of a workload, partitions spread over them in turn.
final class PartitionReaders {
    private let consumers: [Consumer]
    private let topics: [Int]
    private let loop: ClientLoop
    private var endOffsets: [Int64]
    private var positions: [Int64]

    init(
        _ loop: ClientLoop, bootstrap: [(host: String, port: UInt16)], topic: String, consumers count: Int,
        _ configuration: ConsumerConfiguration, endOffsets: [Int64]
    ) throws {
        self.loop = loop
        self.endOffsets = endOffsets
        positions = Array(repeating: 0, count: endOffsets.count)
        consumers = (0..<count).map { _ in Consumer(loop, bootstrap: bootstrap, configuration) }
        topics = try consumers.map { try $0.open(topic) }
    }

    deinit {
        for consumer in consumers { consumer.close() }
    }

    /// Reads all partitions from where they are, at first the beginning; one that is at its end is done at once.
    func start() {
        for partition in positions.indices where positions[partition] < endOffsets[partition] {
            seek(partition, to: positions[partition])
        }
    }

    /// Reads on, whatever is produced, until the ends are set.
    func follow() {
        endOffsets = Array(repeating: .max, count: endOffsets.count)
        start()
    }

    /// Reads up to these offsets; partitions that are there already are read no more.
    func setEnds(_ offsets: [Int64]) {
        endOffsets = offsets
        for partition in positions.indices where positions[partition] >= offsets[partition] {
            let owner = partition % consumers.count
            consumers[owner].pause(PartitionID(topic: topics[owner], index: partition))
        }
    }

    var isDone: Bool { zip(positions, endOffsets).allSatisfy { $0 >= $1 } }

    private func seek(_ partition: Int, to offset: Int64) {
        let owner = partition % consumers.count
        consumers[owner].seek(PartitionID(topic: topics[owner], index: partition), to: offset)
    }

    /// Hands over what has come; it is good only within the body.
    func take(_ body: (FetchedPartition) throws -> Void) throws {
        for consumer in consumers {
            while let fetched = consumer.next() {
                if let failure = fetched.failure { throw failure }
                try body(fetched)
                let partition = fetched.partition
                positions[partition.index] = fetched.nextOffset
                if fetched.nextOffset >= endOffsets[partition.index] { consumer.pause(partition) }
            }
        }
    }

    /// Reads everything to the end.
    func drain(_ body: (FetchedPartition) throws -> Void) throws {
        while !isDone {
            try loop.poll(nanoseconds: 100_000_000)
            try take(body)
        }
    }

    /// Reads one piece at an offset.
    func read(partition: Int, at offset: Int64, _ body: (FetchedPartition) throws -> Void) throws {
        seek(partition, to: offset)
        var isRead = false
        while !isRead {
            try loop.poll(nanoseconds: 100_000_000)
            for consumer in consumers {
                while let fetched = consumer.next() {
                    if let failure = fetched.failure { throw failure }
                    // A piece of the read before may still have been on its way.
                    guard fetched.partition.index == partition, fetched.fetchOffset == offset else { continue }
                    try body(fetched)
                    consumer.pause(fetched.partition)
                    isRead = true
                }
            }
        }
    }
}

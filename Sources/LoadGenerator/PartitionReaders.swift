internal import Compression
internal import KafkaClient
internal import RecordFormat

/// The consumers of a workload, partitions spread over them in turn.
final class PartitionReaders {
    private let workload: BrokerWorkload
    private let consumers: [Consumer]
    private let loop: ClientLoop
    private var endOffsets: [Int64]
    private var positions: [Int64]
    /// Of the partition whose piece was handed over last.
    private(set) var place = 0

    /// - Parameters:
    ///   - endOffsets: Of all partitions, in the order of the workload's places.
    ///   - fromEnd: Whether they begin there, not at the beginning.
    init(
        _ loop: ClientLoop, bootstrap: [(host: String, port: UInt16)], _ workload: BrokerWorkload,
        _ configuration: ConsumerConfiguration, endOffsets: [Int64], fromEnd: Bool = false
    ) throws {
        self.loop = loop
        self.workload = workload
        self.endOffsets = endOffsets
        positions = fromEnd ? endOffsets : Array(repeating: 0, count: endOffsets.count)
        consumers = (0..<workload.consumers).map { _ in Consumer(loop, bootstrap: bootstrap, configuration) }
        for consumer in consumers {
            for topic in workload.topics { _ = try consumer.open(topic) }
        }
    }

    deinit {
        for consumer in consumers { consumer.close() }
    }

    /// Reads all partitions from where they are; one that is at its end is done at once.
    func start() {
        for place in positions.indices where positions[place] < endOffsets[place] {
            seek(place, to: positions[place])
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
        for place in positions.indices where positions[place] >= offsets[place] {
            consumers[place % consumers.count].pause(workload.partition(atPlace: place))
        }
    }

    var isDone: Bool { zip(positions, endOffsets).allSatisfy { $0 >= $1 } }

    private func seek(_ place: Int, to offset: Int64) {
        consumers[place % consumers.count].seek(workload.partition(atPlace: place), to: offset)
    }

    /// Hands over what has come; it is good only within the body.
    func take(_ body: (FetchedPartition) throws -> Void) throws {
        for consumer in consumers {
            while let fetched = consumer.next() {
                place = workload.place(of: fetched.partition)
                if let failure = fetched.failure { throw failure }
                try body(fetched)
                positions[place] = fetched.nextOffset
                if fetched.nextOffset >= endOffsets[place] { consumer.pause(fetched.partition) }
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
    func read(place: Int, at offset: Int64, _ body: (FetchedPartition) throws -> Void) throws {
        seek(place, to: offset)
        var isRead = false
        while !isRead {
            try loop.poll(nanoseconds: 100_000_000)
            for consumer in consumers {
                while let fetched = consumer.next() {
                    if let failure = fetched.failure { throw failure }
                    // A piece of the read before may still have been on its way.
                    guard workload.place(of: fetched.partition) == place, fetched.fetchOffset == offset else {
                        continue
                    }
                    try body(fetched)
                    consumer.pause(fetched.partition)
                    isRead = true
                }
            }
        }
    }
}

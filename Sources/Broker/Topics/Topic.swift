internal import KafkaProtocol

/// A topic: its partitions over all nodes, of which this one holds some, and its configuration.
///
/// Immutable but for its partitions' insides; a change makes a new one, so that whoever found it may
/// use it without a lock.
@safe
final class Topic: @unchecked Sendable {
    let name: String
    /// What was set for this topic, by Kafka's names.
    let overrides: [String: String]
    let configuration: TopicConfiguration
    /// By number; nil where another node leads, and where the log directory is not there.
    let partitions: [Partition?]
    /// Those of this node whose log directory is not there.
    let offline: Set<Int>
    /// Whether it is the broker's own, as the log of committed offsets.
    let isInternal: Bool
    /// The name's bytes, which the catalog's table is keyed by.
    private let nameBytes: UnsafeRawBufferPointer

    init(
        name: String, overrides: [String: String], configuration: TopicConfiguration, partitions: [Partition?],
        offline: Set<Int>, isInternal: Bool
    ) {
        self.name = name
        self.overrides = overrides
        self.configuration = configuration
        self.partitions = partitions
        self.offline = offline
        self.isInternal = isInternal
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: name.utf8.count, alignment: 1)
        unsafe copy.copyBytes(from: name.utf8)
        unsafe nameBytes = UnsafeRawBufferPointer(copy)
    }

    deinit {
        unsafe nameBytes.deallocate()
    }

    /// The partition, or what clients are told instead.
    func partition(_ index: Int32) -> Result<Partition, ErrorCode> {
        guard index >= 0, Int(index) < partitions.count else { return .failure(.unknownTopicOrPartition) }
        if let partition = partitions[Int(index)] {
            return partition.health.isBroken ? .failure(.kafkaStorageError) : .success(partition)
        }
        return .failure(offline.contains(Int(index)) ? .kafkaStorageError : .notLeaderOrFollower)
    }

    /// Whether a partition of this node is in a directory that is not there or broken.
    func isOffline(_ index: Int) -> Bool { offline.contains(index) || partitions[index]?.health.isBroken ?? false }

    /// Valid as long as the topic.
    var key: WireString { unsafe WireString(nameBytes) }
}

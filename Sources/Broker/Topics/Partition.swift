internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel

/// A partition that this node leads: its log, its producers, and who waits for its next record.
///
/// Everything but the name belongs to whoever holds the lock. A reactor holds it from its first reservation to the next
/// `settle`, within one turn of its loop; with one reactor nobody ever waits for it.
final class Partition: @unchecked Sendable {
    /// A long-polling fetch: the connection's place in its reactor, and which of its waits it is.
    struct Waiter {
        let reactor: Int
        let slot: Int
        let ticket: UInt64
    }

    let name: TopicPartition
    /// Of the directory that it is in.
    let health: DirectoryHealth
    let lock = Lock()
    var log: PartitionLog
    var configuration: TopicConfiguration
    var producers = ProducerTable()
    /// Up to which offset the file of the producers' states holds; 0 where there is none. It belongs to whoever holds
    /// the catalog's change lock.
    var savedProducersOffset: Int64 = 0
    /// What DeleteRecords asked for; the log itself may begin earlier.
    var deletedUpTo: Int64 = 0
    /// The topic was deleted while someone still held the partition.
    var isDeleted = false
    private var waiters: [Waiter] = []

    init(_ log: PartitionLog, _ configuration: TopicConfiguration, in health: DirectoryHealth) {
        name = log.name
        self.health = health
        self.log = log
        self.configuration = configuration
    }

    /// The first offset that clients can read.
    var logStartOffset: Int64 { min(max(log.logStartOffset, deletedUpTo), log.logEndOffset) }

    /// Throws where nothing is appended any more.
    func refuseWhenGone() throws(LogError) {
        if isDeleted { throw .offsetOutOfRange(offset: 0, logStartOffset: 0, logEndOffset: 0) }
        if let cause = health.cause { throw .offline(path: health.path, cause: cause) }
    }

    /// Wakes a waiter at the next append; its earlier wait, if any, is forgotten.
    func addWaiter(_ waiter: Waiter) {
        if let index = waiters.firstIndex(where: { $0.slot == waiter.slot && $0.reactor == waiter.reactor }) {
            waiters[index] = waiter
        } else {
            waiters.append(waiter)
        }
    }

    /// Hands every waiter to `wake` and forgets it.
    func takeWaiters(_ wake: (Waiter) -> Void) {
        guard !waiters.isEmpty else { return }
        for waiter in waiters { wake(waiter) }
        waiters.removeAll(keepingCapacity: true)
    }
}

extension LogError {
    /// What clients are told.
    var code: ErrorCode {
        switch self {
        case .system, .offline, .damaged, .directoryLocked, .incompatible: .kafkaStorageError
        case .invalidBatch: .corruptMessage
        case .batchTooLarge(_, _, let limit): limit == "segment.bytes" ? .recordListTooLarge : .messageTooLarge
        case .offsetOutOfRange: .offsetOutOfRange
        case .invalidTopicName: .invalidTopicException
        }
    }
}

internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel

/// What a reactor appends in a turn: the partition that it has locked, the batches that are not settled yet, and the
/// answers that wait for a flush.
///
/// It holds the lock of at most one partition, and none between turns.
final class AppendTurn {
    /// A batch that was appended and is not settled: whose it is, and where its answer stands; nil where none is given.
    struct Unsettled {
        let connection: Connection
        let position: Int?
        let responseStart: Int
        let lastOffset: Int64
    }

    /// Owns the turn.
    private unowned let reactor: Reactor
    private unowned let node: BrokerNode
    private var path: AppendPath
    private var pathBytes: Int
    /// Appended bytes that are settled before the turn ends: as many as the path likes best.
    private let settleBytes: Int
    /// From where the path likes to get large batches.
    let intake: AppendPath.Intake

    /// The partition whose lock is held, and what was appended to it since.
    private var locked: Partition?
    private var unsettled: [Unsettled] = []
    private var unsettledBytes = 0
    /// Partitions with settled batches that wait for a flush, and the connections that hold answers back for it.
    private var unflushed: [Partition] = []
    private var holding: [Connection] = []

    init(of reactor: Reactor) {
        self.reactor = reactor
        node = reactor.node
        pathBytes = node.configuration.topicDefaults.log.maxMessageBytes
        path = node.makeAppendPath(largestBatchBytes: pathBytes)
        settleBytes = path.settleBytes
        intake = path.intake
    }

    /// Takes the partition's lock, after settling another's appends; the path is for this partition until `settle`.
    func begin(with partition: Partition) -> AppendPath {
        if locked !== partition || unsettledBytes >= settleBytes { settle() }
        let largest = partition.log.configuration.maxMessageBytes
        if largest > pathBytes {
            settle()
            pathBytes = largest
            path = node.makeAppendPath(largestBatchBytes: largest)
        }
        if locked == nil {
            partition.lock.lock()
            locked = partition
        }
        return path
    }

    func note(_ append: Unsettled, byteCount: Int) {
        unsettled.append(append)
        unsettledBytes += byteCount
    }

    /// A call into the partition's log threw; what had been appended and was lost by it is answered as failed.
    ///
    /// - Returns: What the client is told.
    func failed(_ partition: Partition, _ error: LogError) -> ErrorCode {
        partition.health.judge(error)
        if error.code == .kafkaStorageError { node.log.warn(.storage, "\(partition.name): \(error)") }
        settle()
        return partition.isDeleted ? .unknownTopicOrPartition : error.code
    }

    /// Writes what was appended, answers what was lost as failed, and lets the partition go. Who waits for records is
    /// woken, and the answers may be sent, now or when the log's flush policy is satisfied.
    func settle() {
        guard let partition = locked else { return }
        var failure: LogError?
        do throws(LogError) {
            try partition.log.settle(using: path)
        } catch {
            failure = error
            partition.health.judge(error)
            node.log.warn(.storage, "\(partition.name): \(error)")
        }
        let end = partition.log.logEndOffset
        let waits = partition.log.awaitsFlush
        for append in unsettled {
            if append.lastOffset >= end {
                partition.producers.forget(from: end)
                lost(append, failure?.code ?? .kafkaStorageError)
            } else if waits {
                hold(append, partition.log.ledger)
            }
        }
        if waits {
            if !unflushed.contains(where: { $0 === partition }) { unflushed.append(partition) }
        } else if !unsettled.isEmpty {
            partition.takeWaiters { node.wake($0, from: reactor) }
        }
        unsettled.removeAll(keepingCapacity: true)
        unsettledBytes = 0
        locked = nil
        partition.lock.unlock()
    }

    private func hold(_ append: Unsettled, _ ledger: FlushLedger) {
        let connection = append.connection
        guard let position = append.position, !connection.isClosed else { return }
        if connection.holds.isEmpty { holding.append(connection) }
        connection.holds.append(
            OutputHold(
                ledger: ledger, lastOffset: append.lastOffset, position: position, responseStart: append.responseStart))
    }

    /// Sends the answers that waited for a flush, and wakes who waits for records that can be read now.
    func flushed() {
        for connection in holding where !connection.isClosed {
            if let error = connection.releaseHolds() {
                node.log.warn(.storage, "batches of \(connection.peer) may be lost: \(error)")
            }
            reactor.flushLater(connection)
        }
        holding.removeAll { $0.isClosed || $0.holds.isEmpty }
        unflushed.removeAll { partition in
            partition.lock.withLock {
                partition.takeWaiters { node.wake($0, from: reactor) }
                if let cause = partition.log.ledger.failure {
                    partition.health.judge(.system(cause))
                    return true
                }
                return !partition.log.awaitsFlush
            }
        }
    }

    private func lost(_ append: Unsettled, _ code: ErrorCode) {
        guard !append.connection.isClosed else { return }
        if let position = append.position {
            append.connection.failProduced(at: position, code)
        } else {
            reactor.close(append.connection, .reason("a batch sent with acks 0 could not be stored"))
        }
    }
}

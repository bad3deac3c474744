internal import CommitLog
internal import LinuxKernel
internal import Synchronization

/// The thread that applies retention to records, producers and offsets, and writes producers' states, beside the
/// reactors: removing and writing files may take its time.
final class Housekeeper: Sendable {
    private let wake: WakeEvent
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<KernelThread?>(nil)

    init(_ node: BrokerNode) throws(SystemError) {
        wake = try WakeEvent()
        let started = try KernelThread(name: "housekeeper") { [self] in run(node) }
        thread.withLock { $0 = started }
    }

    func stop() {
        isStopping.store(true, ordering: .relaxed)
        wake.signal()
        thread.withLock { $0.take() }?.join()
    }

    private func run(_ node: BrokerNode) {
        let retentionInterval = max(1, node.configuration.retentionCheckMilliseconds) * 1_000_000
        let checkpointInterval = max(1, node.configuration.checkpointMilliseconds) * 1_000_000
        var nextRetention = MonotonicClock.now() + retentionInterval
        var nextCheckpoint = MonotonicClock.now() + checkpointInterval
        while true {
            wake.wait(nanoseconds: max(0, min(nextRetention, nextCheckpoint) - MonotonicClock.now()))
            if isStopping.load(ordering: .relaxed) { return }
            if nextRetention <= MonotonicClock.now() {
                applyRetention(node)
                nextRetention = MonotonicClock.now() + retentionInterval
            }
            if nextCheckpoint <= MonotonicClock.now() {
                node.topics.saveProducers()
                nextCheckpoint = MonotonicClock.now() + checkpointInterval
            }
        }
    }

    private func applyRetention(_ node: BrokerNode) {
        for partition in node.topics.partitions where !partition.health.isBroken {
            do throws(LogError) {
                try partition.lock.withLock { () throws(LogError) in
                    guard !partition.isDeleted else { return }
                    try partition.log.applyRetention(now: WallClock.milliseconds())
                    partition.producers.expire(
                        before: WallClock.milliseconds() - node.configuration.producerExpirationMilliseconds)
                }
            } catch {
                partition.health.judge(error)
                node.log.warn(.storage, "retention of \(partition.name): \(error)")
            }
        }
        node.groups.expireOffsets(now: WallClock.milliseconds())
    }
}

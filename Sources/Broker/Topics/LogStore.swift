internal import CommitLog
internal import LinuxKernel
internal import Synchronization

/// The log directories of a node: which partition lies where, opening and removing logs, and a clean stop.
///
/// A directory that cannot be used when the node starts, or breaks later, is left out, with the partitions in it, and
/// the others go on. Not safe for use by several threads at a time; the topic catalog's lock guards it.
final class LogStore {
    private struct Volume {
        let directory: LogDirectory
        let health: DirectoryHealth
        var partitionCount = 0
    }

    /// Those that can be used; empty once they are closed.
    private var volumes: [Volume] = []
    /// Of the directories that could be used at the start.
    private let healths: [DirectoryHealth]
    /// The directory of each partition, as an index of `volumes`; once chosen it stays.
    private(set) var places: [TopicPartition: Int] = [:]
    /// What belongs to the node as a whole.
    let files: NodeFiles
    /// Why a partition that is known and not found may be in a directory that is not there; nil where all are.
    let gap: String?
    private let log: EventLog
    /// Why a directory was passed over, the first time.
    private let failure = Failure()

    private final class Failure: Sendable {
        private let reason = Mutex<String?>(nil)

        var first: String? { reason.withLock { $0 } }
        func note(_ text: String) { reason.withLock { $0 = $0 ?? text } }
    }

    /// The directories that can be used.
    var usablePaths: [String] { volumes.map(\.directory.path) }

    /// Whether the directory was found usable at the start and has not broken since. May be asked from any thread.
    func isUsable(_ path: String) -> Bool {
        healths.contains { $0.path == path && !$0.isBroken }
    }

    /// Why one of the directories was passed over so far; nil where none was. May be asked from any thread.
    var passedOver: String? { failure.first }

    /// Locks every directory and looks what is in it.
    ///
    /// - Throws: When another process has one of them, when a partition is in two, or when none can be used.
    ///
    /// - Parameters:
    ///   - cache: Where appended batches are kept for readers; nil where that is left to the kernel.
    ///   - checkpointMilliseconds: How often the recovery checkpoints are written.
    init(
        _ paths: [String], cache: BlockCache?, checkpointMilliseconds: Int64, log: EventLog
    ) throws(BrokerError) {
        self.log = log
        var found: [[TopicPartition]] = []
        var unusable: [String] = []
        for path in paths {
            do throws(LogError) {
                let directory = try LogDirectory(
                    path, groupsFlushes: true, cache: cache,
                    checkpointInterval: max(1, checkpointMilliseconds) * 1_000_000,
                    report: { log.warn(.storage, $0) })
                try directory.removeLeftovers()
                found.append(try directory.partitions())
                volumes.append(Volume(directory: directory, health: DirectoryHealth(of: path)))
            } catch {
                guard case .system(let cause) = error else { throw .log(error) }
                unusable.append("\(path): \(cause)")
                log.error("log directory \(path) cannot be used, and its partitions are offline: \(cause)")
            }
        }
        healths = volumes.map(\.health)
        guard !volumes.isEmpty else { throw .directories(unusable) }
        let usable = volumes.map(\.directory.path)
        files = try NodeFiles(usable, areComplete: unusable.isEmpty, log: log)
        // Where others have been used before, an empty directory may be the place of a disk that is not mounted.
        let isEmpty = { [files] (index: Int) in found[index].isEmpty && files.outdated.contains(usable[index]) }
        let empty = usable.indices.first(where: isEmpty).map { "\(usable[$0]) is empty" }
        gap = unusable.first ?? empty
        if let first = unusable.first { failure.note(first) }
        for volume in volumes { watch(volume.health) }
        for index in volumes.indices { try take(found[index], in: index) }
    }

    /// Says so when a directory breaks, and keeps what belongs to the node elsewhere.
    private func watch(_ health: DirectoryHealth) {
        health.whenBroken { [path = health.path, log, files, failure] cause in
            log.error(
                "log directory \(path) is given up until the next start, and its partitions are offline: \(cause)")
            failure.note("\(path): \(cause)")
            files.leaveOut(path)
        }
    }

    /// Notes where partitions are. A directory that was away may have what was deleted, and perhaps
    /// made again, meanwhile.
    private func take(_ partitions: [TopicPartition], in index: Int) throws(BrokerError) {
        let path = volumes[index].directory.path
        for partition in partitions {
            guard let other = places[partition] else {
                note(partition, in: index)
                continue
            }
            let otherPath = volumes[other].directory.path
            switch (files.outdated.contains(path), files.outdated.contains(otherPath)) {
            case (true, false): removeRemains(of: partition, in: index)
            case (false, true):
                removeRemains(of: partition, in: other)
                volumes[other].partitionCount -= 1
                note(partition, in: index)
            default:
                throw .log(
                    .incompatible(
                        path: path, reason: "\(partition) is also in \(otherPath); remove one of the two"))
            }
        }
    }

    private func note(_ partition: TopicPartition, in index: Int) {
        places[partition] = index
        volumes[index].partitionCount += 1
    }

    /// Removes what directories that were away have of topics that were deleted meanwhile.
    ///
    /// - Parameter isKnown: Whether there is such a partition.
    func removeRemains(unless isKnown: (TopicPartition) -> Bool) {
        for (partition, index) in places where files.outdated.contains(volumes[index].directory.path) {
            guard !isKnown(partition) else { continue }
            places[partition] = nil
            volumes[index].partitionCount -= 1
            removeRemains(of: partition, in: index)
        }
    }

    /// Whether a partition's directory holds a log.
    func holdsLog(_ partition: TopicPartition) -> Bool {
        guard let place = places[partition] else { return false }
        // Where that cannot be found out the error comes again when it is opened, with all that follows.
        return (try? volumes[place].directory.holdsLog(partition)) ?? true
    }

    /// Leaves a directory alone that only has the name of a partition.
    func leaveAlone(_ partition: TopicPartition, because reason: String) {
        guard let place = places.removeValue(forKey: partition) else { return }
        volumes[place].partitionCount -= 1
        let directory = volumes[place].directory
        directory.leaveAlone(partition)
        log.warn(.storage, "\(directory.path)/\(partition.directoryName) is left alone: \(reason)")
    }

    private func removeRemains(of partition: TopicPartition, in index: Int) {
        let directory = volumes[index].directory
        do throws(LogError) {
            try directory.remove(partition)
            log.notice("\(partition) in \(directory.path) is removed: it was deleted while the directory was away")
        } catch {
            log.error("\(partition) in \(directory.path) was deleted, but cannot be removed: \(error)")
        }
    }

    /// Calls the listener whenever logs were flushed, on a thread of the directory.
    func whenFlushed(_ listener: @escaping @Sendable () -> Void) {
        for volume in volumes { volume.directory.flusher.whenFlushed(listener) }
    }

    /// Opens a partition's log where it was found, or makes it in the directory that has the fewest
    /// partitions and takes it.
    func open(_ name: TopicPartition, configuration: LogConfiguration) throws(LogError) -> PartitionLog {
        // Wherever it lies: the next start would find the partition twice.
        if let volume = volumes.first(where: { $0.directory.isLeftAlone(name) }) {
            return try volume.directory.open(name, configuration: configuration)
        }
        if let place = places[name] { return try volumes[place].directory.open(name, configuration: configuration) }
        var failure: LogError?
        for place in byUse {
            let directory = volumes[place].directory
            if let cause = volumes[place].health.cause {
                failure = failure ?? .offline(path: directory.path, cause: cause)
                continue
            }
            do throws(LogError) {
                let log = try directory.open(name, configuration: configuration)
                note(name, in: place)
                return log
            } catch {
                guard case .system(let cause) = error else { throw error }
                failure = failure ?? error
                volumes[place].health.judge(error)
                self.log.warn(.storage, "\(name) cannot be made in \(directory.path): \(cause)")
                removeHalf(of: name, in: directory)
                self.failure.note("\(directory.path): \(cause)")
            }
        }
        guard let failure else { preconditionFailure("there is a directory") }
        throw failure
    }

    /// Removes what a failed attempt made of a partition: found at the next start, it would be there twice.
    private func removeHalf(of name: TopicPartition, in directory: LogDirectory) {
        do throws(LogError) {
            try directory.remove(name)
        } catch {
            if case .system(let cause) = error, cause.name == "ENOENT" { return }
            log.error("remains of \(name) in \(directory.path) cannot be removed; remove them by hand: \(error)")
        }
    }

    /// The directories, the one with the fewest partitions first.
    private var byUse: [Int] {
        if volumes.count == 1 { return [0] }
        return volumes.indices.sorted { (volumes[$0].partitionCount, $0) < (volumes[$1].partitionCount, $1) }
    }

    /// Of the directory in which an open partition is.
    func health(of name: TopicPartition) -> DirectoryHealth {
        guard let place = places[name] else { preconditionFailure("\(name) is not open") }
        return volumes[place].health
    }

    /// Closes a log and opens it again under another configuration.
    func reopen(_ log: PartitionLog, configuration: LogConfiguration) throws(LogError) -> PartitionLog {
        guard let place = places[log.name] else { preconditionFailure("\(log.name) is not open") }
        return try volumes[place].directory.reopen(log, configuration: configuration)
    }

    /// Removes a partition with all its records.
    func remove(_ name: TopicPartition) throws(LogError) {
        guard let place = places.removeValue(forKey: name) else { return }
        volumes[place].partitionCount -= 1
        try volumes[place].directory.remove(name)
    }

    /// Closes every log and leaves the marker of a clean stop where all could be closed; throws the first error after
    /// all. A broken directory is left as it is, as by a crash.
    func close() throws(LogError) {
        var failure: LogError?
        for volume in volumes where !volume.health.isBroken {
            do throws(LogError) {
                try volume.directory.close()
            } catch {
                failure = failure ?? error
            }
        }
        volumes = []
        if let failure { throw failure }
    }
}

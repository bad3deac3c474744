internal import Glibc
internal import LinuxKernel

/// A directory that holds partitions' logs, locked for one process.
///
/// A clean stop leaves a marker, by Kafka's name; without it the next open checks every batch from the recovery
/// checkpoint on. After a crash there is a marker only when every partition was opened, and so checked, in between.
package final class LogDirectory {
    package let path: String
    /// How the process before this one stopped.
    package let lastStop: PartitionLog.LastStop
    private let lock: File
    package let flusher: Flusher
    let descriptors: DescriptorPool
    let cache: BlockCache?
    let checkpoint: RecoveryCheckpoint
    private let report: @Sendable (String) -> Void
    var logs: [TopicPartition: PartitionLog] = [:]
    /// Directories that have a partition's name and are none.
    var strays: Set<TopicPartition> = []
    private var isClosed = false

    private static let lockName = ".lock"
    /// The marker of a clean stop.
    package static let cleanShutdownName = ".kafka_cleanshutdown"
    /// Where the recovery points are.
    package static let recoveryCheckpointName = RecoveryCheckpoint.fileName

    /// Takes the directory's lock, and makes the directory when it is missing.
    ///
    /// - Parameters:
    ///   - descriptors: What bounds how many segments are open.
    ///   - groupsFlushes: Whether the flushes that policies ask for after a write run on the flusher's thread.
    ///   - cache: Where appended batches are kept for readers; nil where that is left to the kernel.
    ///   - checkpointInterval: How often the recovery checkpoint is written where there is a flusher's thread, in
    ///     nanoseconds; it is Kafka's default. A clean stop writes it too.
    ///   - report: Told, on any thread, why a start reads more than it had to, this one or the next.
    package init(
        _ path: String, descriptors: DescriptorPool = .shared, groupsFlushes: Bool = false, cache: BlockCache? = nil,
        checkpointInterval: Int64 = 60_000_000_000, report: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(LogError) {
        self.path = path
        self.descriptors = descriptors
        self.cache = cache
        self.report = report
        lock = try Self.takeLock(in: path)
        do throws(SystemError) {
            lastStop = try Self.takeMarker(in: path)
            checkpoint = try RecoveryCheckpoint(in: path, report: report)
            flusher = try Flusher(groupsFlushes: groupsFlushes, checkpoint: checkpoint, every: checkpointInterval)
        } catch {
            throw .system(error)
        }
        try reportDoubts()
    }

    /// Says why all of every log is checked.
    private func reportDoubts() throws(LogError) {
        guard lastStop == .crash else { return }
        if let objection = checkpoint.objection {
            report("\(path)/\(RecoveryCheckpoint.fileName) is not believed, and all logs are read whole: \(objection)")
        } else if !checkpoint.wasFound, try !partitions().isEmpty {
            report("\(path) has no \(RecoveryCheckpoint.fileName), so all logs are read whole")
        }
    }

    deinit {
        // Without a close, as after a crash: nothing is flushed, but no thread stays.
        flusher.stop()
    }

    /// Waits a moment for a lock that is held: by a process that is about to be gone, or by a child that another thread
    /// of this process has just forked, until it runs its own program.
    private static func takeLock(in path: String) throws(LogError) -> File {
        do throws(SystemError) {
            try Directory.create(path)
            let lock = try File(path + "/" + lockName, .create)
            for attempt in 0..<10 {
                if attempt > 0 { MonotonicClock.sleep(nanoseconds: 20_000_000) }
                if try lock.tryLock() { return lock }
            }
        } catch {
            throw .system(error)
        }
        throw .directoryLocked(path: path)
    }

    /// Removes the marker of a clean stop, so that from here on only a clean close can say that it was one.
    private static func takeMarker(in path: String) throws(SystemError) -> PartitionLog.LastStop {
        let marker = path + "/" + cleanShutdownName
        guard try Directory.exists(marker) else { return .crash }
        try Directory.unlinkFile(marker)
        try Directory.sync(path)
        return .clean
    }

    /// Opens or makes the log of a partition; it must not be open already.
    package func open(
        _ name: TopicPartition, configuration: LogConfiguration
    ) throws(LogError) -> PartitionLog {
        precondition(!isClosed, "\(path) is closed")
        precondition(logs[name] == nil, "\(name) is open already")
        guard !strays.contains(name) else {
            // Somebody else's directory is where the partition's would be.
            throw .system(SystemError(call: "mkdir", path: path + "/" + name.directoryName, code: EEXIST))
        }
        let log = try PartitionLog.open(
            name, directory: path + "/" + name.directoryName, configuration: configuration, after: lastStop,
            recoveryPoint: checkpoint.point(of: name), flusher: flusher, descriptors: descriptors, cache: cache)
        if let objection = log.recoveryObjection {
            report(
                "\(path)/\(RecoveryCheckpoint.fileName) is not believed for \(name), which is read whole: \(objection)")
        }
        // Before anything is appended: what it says must not be more than what is durable.
        try kernel { () throws(SystemError) in try checkpoint.add(log.ledger, for: name) }
        logs[name] = log
        return log
    }

    /// The partitions that have a directory here, open or not.
    package func partitions() throws(LogError) -> [TopicPartition] {
        try kernel { () throws(SystemError) in
            var partitions: [TopicPartition] = []
            for name in try Directory.names(in: path) {
                guard let partition = TopicPartition(directoryName: name) else { continue }
                if try Directory.isDirectory(path + "/" + name) { partitions.append(partition) }
            }
            return partitions
        }
    }

    /// Closes every log and leaves the marker of a clean stop; the lock ends with the directory's `deinit`.
    ///
    /// When a log cannot be closed properly there is no marker, the others are closed all the same, and the first error
    /// is thrown. Closing again does nothing.
    package func close() throws(LogError) {
        guard !isClosed else { return }
        isClosed = true
        flusher.stop()
        var failure: LogError?
        for log in logs.values {
            do throws(LogError) {
                try log.close()
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        try kernel { () throws(SystemError) in try checkpoint.write() }
        let isChecked =
            lastStop == .clean ? true : try partitions().allSatisfy { logs[$0] != nil || strays.contains($0) }
        logs = [:]
        guard isChecked else { return }
        try kernel { () throws(SystemError) in
            try TextFile.replace(path + "/" + Self.cleanShutdownName, with: "")
        }
    }
}

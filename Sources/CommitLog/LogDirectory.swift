internal import LinuxKernel

/// A directory that holds partitions' logs, locked for one process.
///
/// A clean stop leaves a marker, by Kafka's name; without it the next open checks every batch. After a crash there is a
/// marker only when every partition was opened, and so checked, in between.
package final class LogDirectory {
    package let path: String
    /// How the process before this one stopped.
    package let lastStop: PartitionLog.LastStop
    private let lock: File
    package let flusher: Flusher
    let descriptors: DescriptorPool
    var logs: [TopicPartition: PartitionLog] = [:]
    private var isClosed = false

    private static let lockName = ".lock"
    private static let cleanShutdownName = ".kafka_cleanshutdown"

    /// Takes the directory's lock, and makes the directory when it is missing.
    ///
    /// - Parameters:
    ///   - descriptors: What bounds how many segments are open.
    ///   - groupsFlushes: Whether the flushes that policies ask for after a write run on the flusher's thread.
    package init(
        _ path: String, descriptors: DescriptorPool = .shared, groupsFlushes: Bool = false
    ) throws(LogError) {
        self.path = path
        self.descriptors = descriptors
        lock = try Self.takeLock(in: path)
        do throws(SystemError) {
            lastStop = try Self.takeMarker(in: path)
            flusher = try Flusher(groupsFlushes: groupsFlushes)
        } catch {
            throw .system(error)
        }
    }

    deinit {
        // Without a close, as after a crash: nothing is flushed, but no thread stays.
        flusher.stop()
    }

    /// Waits a moment for a lock that is held: by a process that is about to be gone, or by a child that another thread of
    /// this process has just forked, until it runs its own program.
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
        let log = try PartitionLog.open(
            name, directory: path + "/" + name.directoryName, configuration: configuration, after: lastStop,
            flusher: flusher, descriptors: descriptors)
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
    /// When a log cannot be closed properly there is no marker, the others are closed all the same, and the first error is
    /// thrown. Closing again does nothing.
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
        let isChecked = lastStop == .clean ? true : try partitions().allSatisfy { logs[$0] != nil }
        logs = [:]
        guard isChecked else { return }
        try kernel { () throws(SystemError) in
            try TextFile.replace(path + "/" + Self.cleanShutdownName, with: "")
        }
    }
}

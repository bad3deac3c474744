internal import LinuxKernel

extension LogDirectory {
    /// How the names of partitions that are being removed begin. They do not have the partition's name, which may be as
    /// long as a file system allows, and no partition's name has the last character.
    private static let removedPrefix = ".removed="

    /// Closes a log and opens it again under another configuration; readers that hold a segment of it go on.
    package func reopen(_ log: PartitionLog, configuration: LogConfiguration) throws(LogError) -> PartitionLog {
        precondition(logs[log.name] === log, "\(log.name) is not open here")
        try log.close()
        try kernel { () throws(SystemError) in try log.keepReadSegmentsOpen() }
        let reopened = try PartitionLog.open(
            log.name, directory: log.directory, configuration: configuration, after: .clean, flusher: flusher,
            descriptors: descriptors, cache: cache)
        logs[log.name] = reopened
        try kernel { () throws(SystemError) in try checkpoint.add(reopened.ledger, for: log.name) }
        return reopened
    }

    /// Removes a partition with all its records, open or not; readers that hold a segment go on.
    ///
    /// Its directory gets another name first, so that a crash in the middle leaves no half of a partition; call
    /// `removeLeftovers` at the start.
    package func remove(_ name: TopicPartition) throws(LogError) {
        if let log = logs.removeValue(forKey: name) {
            // What cannot be flushed any more need not be: it is removed.
            try? log.close()
            try kernel { () throws(SystemError) in try log.keepReadSegmentsOpen() }
        }
        checkpoint.remove(name)
        let removed = path + "/" + Self.removedPrefix + String(WallClock.now())
        try kernel { () throws(SystemError) in
            try Directory.rename(path + "/" + name.directoryName, to: removed)
            try Directory.removeTree(removed)
        }
    }

    /// Removes what a crash left of partitions that were being removed.
    package func removeLeftovers() throws(LogError) {
        try kernel { () throws(SystemError) in
            for name in try Directory.names(in: path) where name.hasPrefix(Self.removedPrefix) {
                try Directory.removeTree(path + "/" + name)
            }
        }
    }
}

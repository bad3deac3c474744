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
        // A file of that name was in the way, and is somebody else's.
        guard try kernel({ () throws(SystemError) in try Directory.isDirectory(path + "/" + name.directoryName) })
        else {
            return
        }
        let removed = path + "/" + Self.removedPrefix + String(WallClock.now())
        try kernel { () throws(SystemError) in
            try Directory.rename(path + "/" + name.directoryName, to: removed)
            try Directory.removeTree(removed)
        }
    }

    /// Leaves a directory alone that has a partition's name and is none: it is not opened, and does not count at the stop.
    package func leaveAlone(_ name: TopicPartition) { strays.insert(name) }

    package func isLeftAlone(_ name: TopicPartition) -> Bool { strays.contains(name) }

    /// Whether the directory of a partition's name has a segment in it, as every partition's has.
    package func holdsLog(_ name: TopicPartition) throws(LogError) -> Bool {
        try kernel { () throws(SystemError) in
            try Directory.names(in: path + "/" + name.directoryName).contains { file in
                file.hasSuffix(".log") && file.utf8.count == 24 && Int64(file.dropLast(4)) != nil
            }
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

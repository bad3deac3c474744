internal import CommitLog

/// The log directories of a node: which partition lies where, opening and removing logs, and a clean stop.
///
/// Not safe for use by several threads at a time; the topic catalog's lock guards it.
final class LogStore {
    /// Empty once they are closed.
    private var volumes: [LogDirectory]
    /// The directory of each partition, as an index of `volumes`; once chosen it stays.
    private(set) var places: [TopicPartition: Int] = [:]

    /// Locks every directory and looks what is in it.
    init(_ paths: [String]) throws(BrokerError) {
        do throws(LogError) {
            var volumes: [LogDirectory] = []
            for (index, path) in paths.enumerated() {
                let volume = try LogDirectory(path, groupsFlushes: true)
                try volume.removeLeftovers()
                for partition in try volume.partitions() {
                    if let other = places.updateValue(index, forKey: partition) {
                        throw .incompatible(
                            path: path, reason: "\(partition) is also in \(paths[other]); remove one of the two")
                    }
                }
                volumes.append(volume)
            }
            self.volumes = volumes
        } catch {
            throw .log(error)
        }
    }

    /// Calls the listener whenever logs were flushed, on a thread of the directory.
    func whenFlushed(_ listener: @escaping @Sendable () -> Void) {
        for volume in volumes { volume.flusher.whenFlushed(listener) }
    }

    /// The first directory, which also holds what belongs to the node as a whole.
    var mainPath: String { volumes[0].path }

    /// Opens a partition's log where it was found, or makes it in the directory that has the fewest partitions.
    func open(_ name: TopicPartition, configuration: LogConfiguration) throws(LogError) -> PartitionLog {
        let place = places[name] ?? leastUsed
        let log = try volumes[place].open(name, configuration: configuration)
        places[name] = place
        return log
    }

    private var leastUsed: Int {
        if volumes.count == 1 { return 0 }
        var counts = [Int](repeating: 0, count: volumes.count)
        for place in places.values { counts[place] += 1 }
        return counts.indices.min { counts[$0] < counts[$1] } ?? 0
    }

    /// Closes a log and opens it again under another configuration.
    func reopen(_ log: PartitionLog, configuration: LogConfiguration) throws(LogError) -> PartitionLog {
        guard let place = places[log.name] else { preconditionFailure("\(log.name) is not open") }
        return try volumes[place].reopen(log, configuration: configuration)
    }

    /// Removes a partition with all its records.
    func remove(_ name: TopicPartition) throws(LogError) {
        guard let place = places.removeValue(forKey: name) else { return }
        try volumes[place].remove(name)
    }

    /// Closes every log and leaves the marker of a clean stop where all could be closed; throws the first error after all.
    func close() throws(LogError) {
        var failure: LogError?
        for volume in volumes {
            do throws(LogError) {
                try volume.close()
            } catch {
                failure = failure ?? error
            }
        }
        volumes = []
        if let failure { throw failure }
    }
}

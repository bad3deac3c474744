internal import CommitLog
internal import LinuxKernel

/// What a node remembers of its topics beside their logs, as text.
///
/// `.topics/<topic>=` has `partitions=N` and what was set for the topic; `log-start-offset-checkpoint` has, in Kafka's
/// format, the offsets that DeleteRecords asked for (see `OffsetCheckpoint`).
struct TopicFiles {
    struct Description: Equatable {
        var partitionCount: Int
        var overrides: [String: String] = [:]
    }

    /// No topic's name has this character, so that no file is taken for another's; and a name of 249 characters still
    /// fits into the 255 of a file system, also with the `.tmp` under which it is written.
    private static let suffix = "="

    private static let folder = ".topics"
    private static let checkpoint = "log-start-offset-checkpoint"

    let files: NodeFiles

    private static func file(ofTopic name: String) -> String { folder + "/" + name + suffix }

    func path(ofTopic name: String) -> String { files.path(of: Self.file(ofTopic: name)) }

    func readTopics() throws(BrokerError) -> [String: Description] {
        var topics: [String: Description] = [:]
        let names = try kernel { () throws(SystemError) in try files.names(in: Self.folder) }
        for file in names where file.hasSuffix(Self.suffix) {
            let name = String(file.dropLast(Self.suffix.count))
            let text = try kernel { () throws(SystemError) in try files.read(Self.folder + "/" + file) ?? "" }
            var description = Description(partitionCount: 0)
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else {
                    throw .topic(path: path(ofTopic: name), reason: "'\(line)' is no key=value")
                }
                if parts[0] == "partitions" {
                    description.partitionCount = Int(parts[1]) ?? 0
                } else {
                    description.overrides[String(parts[0])] = String(parts[1])
                }
            }
            guard description.partitionCount > 0 else {
                throw .topic(path: path(ofTopic: name), reason: "it does not say partitions=N")
            }
            topics[name] = description
        }
        return topics
    }

    func writeTopic(_ name: String, _ description: Description) throws(LogError) {
        var text = "partitions=\(description.partitionCount)\n"
        for (key, value) in description.overrides.sorted(by: { $0.key < $1.key }) {
            text += "\(key)=\(value)\n"
        }
        do throws(SystemError) {
            try files.replace(Self.file(ofTopic: name), with: text)
        } catch {
            throw .system(error)
        }
    }

    func removeTopic(_ name: String) throws(SystemError) {
        try files.remove(Self.file(ofTopic: name))
    }

    func readDeletedOffsets() throws(BrokerError) -> [TopicPartition: Int64] {
        guard let text = try kernel({ () throws(SystemError) in try files.read(Self.checkpoint) }) else { return [:] }
        do throws(OffsetCheckpoint.Damage) {
            return try OffsetCheckpoint.parse(text)
        } catch {
            throw .topic(path: files.path(of: Self.checkpoint), reason: error.reason)
        }
    }

    func writeDeletedOffsets(_ offsets: [TopicPartition: Int64]) throws(LogError) {
        do throws(SystemError) {
            try files.replace(Self.checkpoint, with: OffsetCheckpoint.text(of: offsets))
        } catch {
            throw .system(error)
        }
    }
}

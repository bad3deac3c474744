/// Kafka's format for an offset of each partition, as text: a version (0), a count, and a topic, a partition and an
/// offset a line. See `kafka.server.checkpoints.CheckpointFile` of Kafka.
package enum OffsetCheckpoint {
    /// What is wrong with a text that is no checkpoint.
    package struct Damage: Error {
        package let reason: String
    }

    package static func text(of offsets: [TopicPartition: Int64]) -> String {
        offsets.reduce(into: "0\n\(offsets.count)\n") { text, entry in
            text += "\(entry.key.topic) \(entry.key.partition) \(entry.value)\n"
        }
    }

    package static func parse(_ text: String) throws(Damage) -> [TopicPartition: Int64] {
        let lines = text.split(separator: "\n")
        guard lines.count >= 2, lines[0] == "0", Int(lines[1]) == lines.count - 2 else {
            throw Damage(reason: "it is no checkpoint of version 0 with as many lines as it says")
        }
        var offsets: [TopicPartition: Int64] = [:]
        for line in lines.dropFirst(2) {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 3, let number = Int32(parts[1]), let offset = Int64(parts[2]), offset >= 0,
                // Why the name is none is in the line that is shown.
                let name = try? TopicPartition(topic: String(parts[0]), partition: number), offsets[name] == nil
            else { throw Damage(reason: "'\(line.prefix(80))' is no topic, partition and offset") }
            offsets[name] = offset
        }
        return offsets
    }
}

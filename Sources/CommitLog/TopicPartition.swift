/// A partition's name: its topic and its number.
package struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
    package let topic: String
    package let partition: Int32

    /// Checks the topic's name by Kafka's rule, 1 to 249 of `a-z A-Z 0-9 . _ -`, neither `.` nor `..`, and
    /// that the number is not negative.
    package init(topic: String, partition: Int32) throws(LogError) {
        if let reason = Self.objection(toTopic: topic) {
            throw .invalidTopicName(topic, reason: reason)
        }
        guard partition >= 0 else {
            throw .invalidTopicName(topic, reason: "partition \(partition) is negative")
        }
        self.topic = topic
        self.partition = partition
    }

    /// Reads a directory's name, `<topic>-<partition>`; nil when it is not that of a partition.
    package init?(directoryName: String) {
        guard let dash = directoryName.lastIndex(of: "-"),
            let partition = Int32(directoryName[directoryName.index(after: dash)...]), partition >= 0,
            // "07" or "+7" would give two directories for one partition.
            directoryName[directoryName.index(after: dash)...] == String(partition),
            let named = try? TopicPartition(topic: String(directoryName[..<dash]), partition: partition)
        else { return nil }
        self = named
    }

    /// The name of the partition's directory, as Kafka has it: `orders-0`.
    package var directoryName: String { "\(topic)-\(partition)" }

    package var description: String { directoryName }

    /// Why a text cannot be a topic's name; nil when it can.
    package static func objection(toTopic name: String) -> String? {
        if name.isEmpty { return "it is empty" }
        if name == "." || name == ".." { return "it would name a directory outside of the log" }
        if name.utf8.count > 249 { return "it has \(name.utf8.count) bytes; 249 are allowed" }
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": continue
            default: return "'\(scalar)' is not allowed; use letters, digits, '.', '_' and '-'"
            }
        }
        return nil
    }
}

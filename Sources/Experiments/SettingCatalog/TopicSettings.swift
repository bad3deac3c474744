// The settings of `topic`.

extension Setting where Value == TopicName {
    package static var topicName: Self {
        guard let name = try? TopicName(parsing: "topic") else { preconditionFailure("the default is a topic name") }
        return Self("topic.name", default: name, .both, "The topic; its partitions' directories begin with it.")
    }
}

extension Setting where Value == Int {
    package static var topics: Self {
        Self(
            "topic.count", default: 1, in: 1...1_000, .broker,
            "The number of topics, all alike; of several, each has its number behind the name.")
    }
    package static var partitions: Self {
        Self("topic.partitions", default: 1, in: 1...10_000, .both, "The number of partitions of a topic.")
    }
}

extension Setting where Value == ByteCount {
    package static var segmentBytes: Self {
        // Kafka's own lower bound; the upper one keeps positions within the index's 32 bits.
        Self(
            "topic.segment.bytes", default: .gibibytes(1), in: .mebibytes(1)...ByteCount(Int(Int32.max)), .both.kafkas,
            "A segment is closed, and a new one begun, before it grows beyond this.")
    }
    package static var indexInterval: Self {
        Self(
            "topic.index.interval.bytes", default: .kibibytes(4), in: ByteCount(1)...ByteCount(Int(Int32.max)),
            .both.kafkas, "The bytes of log between two entries of the sparse offset index.")
    }
}

extension Setting where Value == TimeSpan {
    package static var segmentTime: Self {
        Self(
            "topic.segment.ms", default: .hours(168), in: .milliseconds(1)...maximum, .both.kafkas,
            "A segment is closed when it has been open for this long.")
    }
    fileprivate static var maximum: TimeSpan { .hours(24 * 365 * 100) }
}

extension Setting where Value == Int? {
    package static var flushMessages: Self {
        Self(
            "topic.flush.messages", default: nil, in: 1...1_000_000_000, .both.kafkas,
            "Flush after this many records; for the flush policy that counts them.")
    }
}

extension Setting where Value == TimeSpan? {
    package static var flushTime: Self {
        Self(
            "topic.flush.ms", default: nil, in: .milliseconds(1)...Setting<TimeSpan>.maximum, .both.kafkas,
            "Flush this long after the last flush; for the flush policy that waits.")
    }
    package static var retentionTime: Self {
        Self(
            "topic.retention.ms", default: nil, in: .milliseconds(1)...Setting<TimeSpan>.maximum, .both.kafkas,
            "Records older than this may be dropped.")
    }
}

extension Setting where Value == ByteCount? {
    package static var retentionBytes: Self {
        Self(
            "topic.retention.bytes", default: nil, in: .mebibytes(1)...ByteCount(1 << 50), .both.kafkas,
            "A partition larger than this drops its oldest records.")
    }
}

extension Setting where Value == String {
    package static var retentionMethod: Self {
        Self("topic.retention.method", default: "delete", .both.strategy, "How old records are dropped.")
    }
    package static var topicCompression: Self {
        Self(
            "topic.compression.type", default: "producer", .broker.kafkas.strategy,
            "The codec on disk; `producer` keeps each batch as it came.")
    }
}

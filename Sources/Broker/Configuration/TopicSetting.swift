internal import CommitLog
internal import Compression
internal import RecordFormat

/// A topic's setting, by Kafka's name: the one table that topic configuration, the broker's defaults for it and
/// DescribeConfigs read.
struct TopicSetting: Sendable {
    /// DescribeConfigs' numbers for the type of a value.
    enum Kind: Int8 {
        case boolean = 1
        case string = 2
        case int = 3
        case long = 5
        case list = 7
    }

    let name: String
    /// The broker's setting that is the default of all topics; nil where there is none.
    let brokerName: String?
    let kind: Kind
    let summary: String
    let read: @Sendable (TopicConfiguration) -> String
    let write: @Sendable (inout TopicConfiguration, _ text: String, _ key: String) throws(ConfigurationError) -> Void

    static func named(_ name: String) -> TopicSetting? { all.first { $0.name == name } }

    static let all: [TopicSetting] = [
        TopicSetting(
            name: "allocate.ahead.bytes", brokerName: "log.allocate.ahead.bytes", kind: .long,
            summary: "allocate a growing segment's blocks ahead of writes, at most so many bytes; 0 is none",
            read: { "\($0.log.allocateAheadBytes)" },
            write: { (topic, text, key) throws(ConfigurationError) in
                topic.log.allocateAheadBytes = try SettingText.bytes(text, key: key, in: 0...Int(Int32.max))
            }),
        TopicSetting(
            name: "cleanup.policy", brokerName: "log.cleanup.policy", kind: .list,
            summary: "what is done with old segments: delete; compaction is not there",
            read: { _ in "delete" },
            write: { (_, text, key) throws(ConfigurationError) in
                try SettingText.fixed(text, key: key, to: "delete", because: "there is no compaction here")
            }),
        TopicSetting(
            name: "compression.type", brokerName: "compression.type", kind: .string,
            summary: "producer keeps what producers send; a codec compresses it anew",
            read: { $0.codec.map { $0 == .none ? "uncompressed" : "\($0)" } ?? "producer" },
            write: { (topic, text, key) throws(ConfigurationError) in
                let codecs = CodecCatalog.all.filter { $0.id != .none }.map(\.name)
                switch try SettingText.choice(text, key: key, among: ["producer", "uncompressed"] + codecs) {
                case "producer": topic.codec = nil
                case "uncompressed": topic.codec = CodecID.none
                case let name: topic.codec = CodecCatalog.named(name)?.id
                }
            }),
        TopicSetting(
            name: "flush.messages", brokerName: "log.flush.interval.messages", kind: .long,
            summary: "records that may be unflushed, for flush.policy messages",
            read: { "\($0.log.flushMessages ?? Int.max)" },
            write: { (topic, text, key) throws(ConfigurationError) in
                let count = try SettingText.count(text, key: key, in: 1...Int.max)
                topic.log.flushMessages = count == .max ? nil : count
                topic.log.adoptFlushPolicy()
            }),
        TopicSetting(
            name: "flush.ms", brokerName: "log.flush.interval.ms", kind: .long,
            summary: "how long a record may be unflushed, for flush.policy interval",
            read: { "\($0.log.flushMilliseconds ?? Int64.max)" },
            write: { (topic, text, key) throws(ConfigurationError) in
                let time = try SettingText.milliseconds(text, key: key, in: 1...Int.max)
                topic.log.flushMilliseconds = time == .max ? nil : Int64(time)
                topic.log.adoptFlushPolicy()
            }),
        TopicSetting(
            name: "flush.policy", brokerName: "flush.policy", kind: .string,
            summary: "when appended records are made durable",
            read: { $0.log.flushPolicy },
            write: { (topic, text, key) throws(ConfigurationError) in
                topic.log.flushPolicy = try SettingText.choice(
                    text, key: key, among: FlushPolicyCatalog.all.map(\.name))
            }),
        TopicSetting(
            name: "index.interval.bytes", brokerName: "log.index.interval.bytes", kind: .int,
            summary: "bytes of log between two index entries",
            read: { "\($0.log.indexIntervalBytes)" },
            write: { (topic, text, key) throws(ConfigurationError) in
                topic.log.indexIntervalBytes = try SettingText.bytes(text, key: key, in: 0...Int(Int32.max))
            }),
        TopicSetting(
            name: "max.message.bytes", brokerName: "message.max.bytes", kind: .int,
            summary: "the largest batch that is taken",
            read: { "\($0.log.maxMessageBytes)" },
            write: { (topic, text, key) throws(ConfigurationError) in
                topic.log.maxMessageBytes = try SettingText.bytes(text, key: key, in: 61...(256 << 20))
            }),
        TopicSetting(
            name: "message.timestamp.type", brokerName: "log.message.timestamp.type", kind: .string,
            summary: "whose clock records carry: CreateTime the producer's, LogAppendTime the broker's",
            read: { $0.timestampType == .createTime ? "CreateTime" : "LogAppendTime" },
            write: { (topic, text, key) throws(ConfigurationError) in
                let name = try SettingText.choice(text, key: key, among: ["CreateTime", "LogAppendTime"])
                topic.timestampType = name == "CreateTime" ? .createTime : .logAppendTime
            }),
        TopicSetting(
            name: "min.insync.replicas", brokerName: "min.insync.replicas", kind: .int,
            summary: "1: there is one replica, the leader",
            read: { _ in "1" },
            write: { (_, text, key) throws(ConfigurationError) in
                try SettingText.fixed(text, key: key, to: "1", because: "there are no replicas here")
            }),
        TopicSetting(
            name: "placement", brokerName: "placement", kind: .string,
            summary: "where in a segment a batch goes",
            read: { $0.log.placement },
            write: { (topic, text, key) throws(ConfigurationError) in
                topic.log.placement = try SettingText.choice(text, key: key, among: PlacementCatalog.all.map(\.name))
            }),
        TopicSetting(
            name: "preallocate", brokerName: "log.preallocate", kind: .boolean,
            summary: "allocate a segment's blocks when it is made",
            read: { "\($0.log.preallocate)" },
            write: { (topic, text, key) throws(ConfigurationError) in
                topic.log.preallocate = try SettingText.flag(text, key: key)
            }),
        TopicSetting(
            name: "retention.bytes", brokerName: "log.retention.bytes", kind: .long,
            summary: "bytes of a partition that are kept; -1 keeps all",
            read: { "\($0.log.retentionBytes ?? -1)" },
            write: { (topic, text, key) throws(ConfigurationError) in
                let bytes = try SettingText.bytes(text, key: key, in: -1...Int.max)
                topic.log.retentionBytes = bytes < 0 ? nil : bytes
            }),
        TopicSetting(
            name: "retention.method", brokerName: "retention.method", kind: .string,
            summary: "how old data is given up",
            read: { $0.log.retentionMethod },
            write: { (topic, text, key) throws(ConfigurationError) in
                topic.log.retentionMethod = try SettingText.choice(
                    text, key: key, among: RetentionMethodCatalog.all.map(\.name))
            }),
        TopicSetting(
            name: "retention.ms", brokerName: "log.retention.ms", kind: .long,
            summary: "how long records are kept; -1 keeps them for ever",
            read: { "\($0.log.retentionMilliseconds ?? -1)" },
            write: { (topic, text, key) throws(ConfigurationError) in
                let time = try SettingText.milliseconds(text, key: key, in: -1...Int.max)
                topic.log.retentionMilliseconds = time < 0 ? nil : Int64(time)
            }),
        TopicSetting(
            name: "segment.bytes", brokerName: "log.segment.bytes", kind: .int,
            summary: "a segment is closed before it would grow beyond this",
            read: { "\($0.log.segmentBytes)" },
            write: { (topic, text, key) throws(ConfigurationError) in
                topic.log.segmentBytes = try SettingText.bytes(
                    text, key: key, in: 14...LogConfiguration.maximumSegmentBytes)
            }),
        TopicSetting(
            name: "segment.reuse", brokerName: "segment.reuse", kind: .string,
            summary: "whether new segments are written over the files of retired ones: none, recycle",
            read: { $0.log.segmentReuse.rawValue },
            write: { (topic, text, key) throws(ConfigurationError) in
                let name = try SettingText.choice(text, key: key, among: SegmentReuse.allCases.map(\.rawValue))
                topic.log.segmentReuse = SegmentReuse(rawValue: name) ?? SegmentReuse.none
            }),
        TopicSetting(
            name: "segment.ms", brokerName: "log.roll.ms", kind: .long,
            summary: "a segment is closed when it is older than this",
            read: { "\($0.log.segmentMilliseconds)" },
            write: { (topic, text, key) throws(ConfigurationError) in
                topic.log.segmentMilliseconds = Int64(try SettingText.milliseconds(text, key: key, in: 1...Int.max))
            }),
    ]
}

extension LogConfiguration {
    /// Kafka has no policy by name: a number of records or a time is one. The number wins, as the stricter of the two.
    fileprivate mutating func adoptFlushPolicy() {
        guard ["none", "messages", "interval"].contains(flushPolicy) else { return }
        if flushMessages != nil {
            flushPolicy = "messages"
        } else {
            flushPolicy = flushMilliseconds != nil ? "interval" : "none"
        }
    }
}

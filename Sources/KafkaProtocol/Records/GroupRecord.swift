/// A key or a value of a record of `__consumer_offsets`: 16 bits of version, then the structure in that version.
///
/// Source of the structures and their versions: Kafka's record definitions (group-coordinator, `common/message`).
package protocol GroupRecordPart: WireStructure {
    /// The versions that are read.
    static var versions: ClosedRange<Int16> { get }
    /// The first version with compact lengths and tagged fields.
    static var flexibleFrom: Int16 { get }
}

extension GroupRecordPart {
    /// Reads the version and then what it says; nil where the version is not known.
    package static func decode(_ reader: inout WireReader) throws(WireError) -> Self? {
        let version = try reader.int16()
        guard versions.contains(version) else { return nil }
        reader.version = version
        reader.isFlexible = version >= flexibleFrom
        return try read(from: &reader)
    }

    package func encode(into writer: inout WireWriter, version: Int16) throws(WireError) {
        precondition(Self.versions.contains(version), "\(Self.self) has no version \(version)")
        writer.int16(version)
        writer.version = version
        writer.isFlexible = version >= Self.flexibleFrom
        try write(to: &writer)
    }
}

/// Which committed offset a record is of.
package struct OffsetCommitKey: GroupRecordPart, Hashable {
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleFrom = Int16.max

    package var group = ""
    package var topic = ""
    package var partition: Int32 = 0

    package init() {}

    package init(group: String, topic: String, partition: Int32) {
        self.group = group
        self.topic = topic
        self.partition = partition
    }

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&group)
        try coder.field(&topic)
        try coder.field(&partition)
    }
}

/// A committed offset.
package struct OffsetCommitValue: GroupRecordPart {
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleFrom: Int16 = 4
    private static let topicIdTag: UInt32 = 0

    package var offset: Int64 = -1
    /// Of the last record that was read; -1 where it is not known.
    package var leaderEpoch: Int32 = -1
    package var metadata = ""
    /// Milliseconds since 1970.
    package var timestamp: Int64 = -1
    /// Milliseconds since 1970, in version 1 alone; -1 leaves the offset to the broker's retention.
    package var expiry: Int64 = -1
    /// Of the topic; zero where it is not known. A tagged field, so from version 4 on.
    package var topicId = TopicId.zero

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&offset)
        try coder.field(&leaderEpoch, 3...)
        try coder.field(&metadata)
        try coder.field(&timestamp)
        try coder.field(&expiry, 1...1)
    }

    package static func read(from reader: inout WireReader) throws(WireError) -> OffsetCommitValue {
        var value = OffsetCommitValue()
        try value.code(with: &reader)
        guard reader.isFlexible else { return value }
        for _ in 0..<(try reader.unsignedVarint()) {
            let tag = try reader.unsignedVarint()
            let length = Int(try reader.unsignedVarint())
            if tag == topicIdTag, length == TopicId.minimumLength {
                value.topicId = try TopicId.read(from: &reader)
            } else {
                try reader.skip(length)
            }
        }
        return value
    }

    package func write(to writer: inout WireWriter) throws(WireError) {
        var value = self
        try value.code(with: &writer)
        guard writer.isFlexible, topicId != .zero else { return writer.noTaggedFields() }
        writer.unsignedVarint(1)
        writer.unsignedVarint(Self.topicIdTag)
        writer.unsignedVarint(UInt32(TopicId.minimumLength))
        topicId.write(to: &writer)
    }

    /// Writes the form that Kafka 4 has, where the topic's id is known, and else that which all of its versions read.
    package func encode(into writer: inout WireWriter) throws(WireError) {
        try encode(into: &writer, version: topicId == .zero ? 3 : 4)
    }
}

/// Which group's members a record is of.
package struct GroupMetadataKey: GroupRecordPart, Hashable {
    package static let versions: ClosedRange<Int16> = 2...2
    package static let flexibleFrom = Int16.max

    package var group = ""

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&group)
    }
}

/// The members of a group of the classic protocol in its last stable generation; none where it is empty.
package struct GroupMetadataValue: GroupRecordPart {
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleFrom: Int16 = 4
    /// What Kafka 4.3 writes.
    package static let writtenVersion: Int16 = 3

    package struct Member: WireStructure {
        package var id = ""
        package var instanceId: String?
        package var clientId = ""
        /// With a slash before the address.
        package var clientHost = ""
        /// Milliseconds; -1 stands for the session's.
        package var rebalanceTimeout: Int32 = -1
        /// Milliseconds.
        package var sessionTimeout: Int32 = 0
        /// Of the group's protocol.
        package var subscription: [UInt8] = []
        package var assignment: [UInt8] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&id)
            try coder.field(&instanceId, 3...)
            try coder.field(&clientId)
            try coder.field(&clientHost)
            try coder.field(&rebalanceTimeout, 1...)
            try coder.field(&sessionTimeout)
            try coder.field(&subscription)
            try coder.field(&assignment)
        }
    }

    package var protocolType = ""
    package var generation: Int32 = 0
    package var protocolName: String?
    package var leader: String?
    /// When it came to this state; milliseconds since 1970, -1 where it is not known.
    package var timestamp: Int64 = -1
    package var members: [Member] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&protocolType)
        try coder.field(&generation)
        try coder.field(&protocolName)
        try coder.field(&leader)
        try coder.field(&timestamp, 2...)
        try coder.field(&members)
    }
}

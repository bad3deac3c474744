/// OffsetCommit (8): how far a group has read. Definitions: OffsetCommitRequest, OffsetCommitResponse.
package struct OffsetCommitRequest: WireMessage {
    package static let api = ApiKey.offsetCommit
    package var groupId = ""
    package var generationId: Int32 = -1
    package var memberId = ""
    package var groupInstanceId: String?
    /// -1: as the broker is configured. Later versions leave it to the broker.
    package var retentionTimeMs: Int64 = -1
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&groupId)
        try coder.field(&generationId, 1...)
        try coder.field(&memberId, 1...)
        try coder.field(&groupInstanceId, 7...)
        try coder.field(&retentionTimeMs, 2...4)
        try coder.field(&topics)
    }

    package struct Topic: WireStructure {
        package var name = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&partitions)
        }
    }

    package struct Partition: WireStructure {
        package var partitionIndex: Int32 = 0
        package var committedOffset: Int64 = -1
        package var committedLeaderEpoch: Int32 = -1
        /// Version 1 only: milliseconds since 1970; -1: now.
        package var commitTimestamp: Int64 = -1
        package var committedMetadata: String?

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&partitionIndex)
            try coder.field(&committedOffset)
            try coder.field(&committedLeaderEpoch, 6...)
            try coder.field(&commitTimestamp, 1...1)
            try coder.field(&committedMetadata)
        }
    }
}

package struct OffsetCommitResponse: WireMessage {
    package static let api = ApiKey.offsetCommit
    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 3...)
        try coder.field(&topics)
    }

    package struct Topic: WireStructure {
        package var name = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&partitions)
        }
    }

    package struct Partition: WireStructure {
        package var partitionIndex: Int32 = 0
        package var errorCode = ErrorCode.none

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&partitionIndex)
            try coder.field(&errorCode)
        }
    }
}

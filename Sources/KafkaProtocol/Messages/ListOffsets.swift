/// ListOffsets (2): the first, the last, or the first offset at a time. Definitions:
/// ListOffsetsRequest, ListOffsetsResponse.
package struct ListOffsetsRequest: WireMessage {
    package static let api = ApiKey.listOffsets
    /// The timestamp that asks for the offset after the last record.
    package static let latestTimestamp: Int64 = -1
    /// The timestamp that asks for the first offset.
    package static let earliestTimestamp: Int64 = -2
    /// The timestamp that asks for the record with the largest timestamp, from version 7 on.
    package static let newestTimestamp: Int64 = -3

    package var replicaId: Int32 = -1
    /// 0: read uncommitted, 1: read committed.
    package var isolationLevel: Int8 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&replicaId)
        try coder.field(&isolationLevel, 2...)
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
        package var currentLeaderEpoch: Int32 = -1
        /// Milliseconds since 1970, or one of the negative values.
        package var timestamp: Int64 = 0
        /// Version 0 only: how many offsets to answer with.
        package var maxNumOffsets: Int32 = 1

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&partitionIndex)
            try coder.field(&currentLeaderEpoch, 4...)
            try coder.field(&timestamp)
            try coder.field(&maxNumOffsets, 0...0)
        }
    }
}

package struct ListOffsetsResponse: WireMessage {
    package static let api = ApiKey.listOffsets
    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 2...)
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
        package var timestamp: Int64 = -1
        /// -1 if there is none. Version 0 has an array instead, which is read and written as none or one.
        package var offset: Int64 = -1
        package var leaderEpoch: Int32 = -1

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&partitionIndex)
            try coder.field(&errorCode)
            if coder.version == 0 {
                var offsets = offset >= 0 ? [offset] : []
                try coder.field(&offsets)
                offset = offsets.first ?? -1
            }
            try coder.field(&timestamp, 1...)
            try coder.field(&offset, 1...)
            try coder.field(&leaderEpoch, 4...)
        }
    }
}

/// OffsetFetch (9): how far groups have read. Definitions: OffsetFetchRequest, OffsetFetchResponse.
package struct OffsetFetchRequest: WireMessage {
    package static let api = ApiKey.offsetFetch
    /// Exactly one before version 8.
    package var groups: [Group] = []
    package var requireStable = false

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        if coder.version >= 8 {
            try coder.field(&groups)
        } else {
            var group = try coder.onlyElement(of: groups)
            guard group.topics != nil || coder.version >= 2 else {
                throw WireError(.notInVersion(coder.version, "all partitions with an offset"), at: 0)
            }
            try coder.field(&group.groupId)
            try coder.field(&group.topics, nullable: 2...)
            groups = [group]
        }
        try coder.field(&requireStable, 7...)
    }

    package struct Group: WireStructure {
        package var groupId = ""
        /// nil: all partitions with an offset. Versions 0 and 1 have no null.
        package var topics: [Topic]? = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&groupId)
            try coder.field(&topics)
        }
    }

    package struct Topic: WireStructure {
        package var name = ""
        package var partitionIndexes: [Int32] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&partitionIndexes)
        }
    }
}

package struct OffsetFetchResponse: WireMessage {
    package static let api = ApiKey.offsetFetch
    package var throttleTimeMs: Int32 = 0
    /// Exactly one before version 8, without its id.
    package var groups: [Group] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 3...)
        if coder.version >= 8 {
            try coder.field(&groups)
        } else {
            var group = try coder.onlyElement(of: groups)
            try coder.field(&group.topics)
            try coder.field(&group.errorCode, 2...)
            groups = [group]
        }
    }

    package struct Group: WireStructure {
        package var groupId = ""
        package var topics: [Topic] = []
        /// Not in versions 0 and 1, where it stands with each partition.
        package var errorCode = ErrorCode.none

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&groupId)
            try coder.field(&topics)
            try coder.field(&errorCode)
        }
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
        /// -1 if none is known.
        package var committedOffset: Int64 = -1
        package var committedLeaderEpoch: Int32 = -1
        package var metadata: String?
        package var errorCode = ErrorCode.none

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&partitionIndex)
            try coder.field(&committedOffset)
            try coder.field(&committedLeaderEpoch, 5...)
            try coder.field(&metadata)
            try coder.field(&errorCode)
        }
    }
}

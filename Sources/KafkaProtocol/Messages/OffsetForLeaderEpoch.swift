/// OffsetForLeaderEpoch (23): where a leader's epoch ended. Definitions: OffsetForLeaderEpochRequest,
/// OffsetForLeaderEpochResponse.
package struct OffsetForLeaderEpochRequest: WireMessage {
    package static let api = ApiKey.offsetForLeaderEpoch
    /// -1: a consumer, -2: a debugging consumer.
    package var replicaId: Int32 = -2
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&replicaId, 3...)
        try coder.field(&topics)
    }

    package struct Topic: WireStructure {
        package var topic = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&topic)
            try coder.field(&partitions)
        }
    }

    package struct Partition: WireStructure {
        package var partition: Int32 = 0
        package var currentLeaderEpoch: Int32 = -1
        package var leaderEpoch: Int32 = 0

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&partition)
            try coder.field(&currentLeaderEpoch, 2...)
            try coder.field(&leaderEpoch)
        }
    }
}

package struct OffsetForLeaderEpochResponse: WireMessage {
    package static let api = ApiKey.offsetForLeaderEpoch
    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 2...)
        try coder.field(&topics)
    }

    package struct Topic: WireStructure {
        package var topic = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&topic)
            try coder.field(&partitions)
        }
    }

    package struct Partition: WireStructure {
        package var errorCode = ErrorCode.none
        package var partition: Int32 = 0
        package var leaderEpoch: Int32 = -1
        package var endOffset: Int64 = -1

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&errorCode)
            try coder.field(&partition)
            try coder.field(&leaderEpoch, 1...)
            try coder.field(&endOffset)
        }
    }
}

/// OffsetDelete (47): forgets how far a group has read. Definitions: OffsetDeleteRequest, OffsetDeleteResponse.
package struct OffsetDeleteRequest: WireMessage {
    package static let api = ApiKey.offsetDelete
    package var groupId = ""
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&groupId)
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

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&partitionIndex)
        }
    }
}

package struct OffsetDeleteResponse: WireMessage {
    package static let api = ApiKey.offsetDelete
    package var errorCode = ErrorCode.none
    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&errorCode)
        try coder.field(&throttleTimeMs)
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

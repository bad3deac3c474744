/// CreatePartitions (37). Definitions: CreatePartitionsRequest, CreatePartitionsResponse.
package struct CreatePartitionsRequest: WireMessage {
    package static let api = ApiKey.createPartitions
    package var topics: [Topic] = []
    package var timeoutMs: Int32 = 0
    package var validateOnly = false

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&topics)
        try coder.field(&timeoutMs)
        try coder.field(&validateOnly)
    }

    package struct Topic: WireStructure {
        package var name = ""
        /// The new total.
        package var count: Int32 = 0
        /// nil: as the broker likes.
        package var assignments: [Assignment]?

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&count)
            try coder.field(&assignments)
        }
    }

    package struct Assignment: WireStructure {
        package var brokerIds: [Int32] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&brokerIds)
        }
    }
}

package struct CreatePartitionsResponse: WireMessage {
    package static let api = ApiKey.createPartitions
    package var throttleTimeMs: Int32 = 0
    package var results: [Topic] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs)
        try coder.field(&results)
    }

    package struct Topic: WireStructure {
        package var name = ""
        package var errorCode = ErrorCode.none
        package var errorMessage: String?

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&errorCode)
            try coder.field(&errorMessage)
        }
    }
}

/// DeleteTopics (20). Definitions: DeleteTopicsRequest, DeleteTopicsResponse.
package struct DeleteTopicsRequest: WireMessage {
    package static let api = ApiKey.deleteTopics
    package var topicNames: [String] = []
    package var timeoutMs: Int32 = 0

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&topicNames)
        try coder.field(&timeoutMs)
    }
}

package struct DeleteTopicsResponse: WireMessage {
    package static let api = ApiKey.deleteTopics
    package var throttleTimeMs: Int32 = 0
    package var responses: [Topic] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 1...)
        try coder.field(&responses)
    }

    package struct Topic: WireStructure {
        package var name = ""
        package var errorCode = ErrorCode.none
        package var errorMessage: String?

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&errorCode)
            try coder.field(&errorMessage, 5...)
        }
    }
}

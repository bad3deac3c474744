/// DeleteTopics (20). Definitions: DeleteTopicsRequest, DeleteTopicsResponse.
package struct DeleteTopicsRequest: WireMessage {
    package static let api = ApiKey.deleteTopics
    /// By name or, from version 6 on, by id.
    package var topics: [Topic] = []
    package var timeoutMs: Int32 = 0

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        if coder.version >= 6 {
            try coder.field(&topics)
        } else {
            guard topics.allSatisfy({ $0.name != nil }) else {
                throw WireError(.notInVersion(coder.version, "a topic by its id"), at: 0)
            }
            try coder.field(&topicNames)
        }
        try coder.field(&timeoutMs)
    }

    /// The topics that are given by name.
    package var topicNames: [String] {
        get { topics.compactMap(\.name) }
        set { topics = newValue.map { name in Topic { $0.name = name } } }
    }

    package struct Topic: WireStructure {
        /// Null where the topic is named by its id.
        package var name: String?
        package var topicId = TopicId.zero

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&topicId)
        }
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
        package var name: String? = ""
        package var topicId = TopicId.zero
        package var errorCode = ErrorCode.none
        package var errorMessage: String?

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name, nullable: 6...)
            try coder.field(&topicId, 6...)
            try coder.field(&errorCode)
            try coder.field(&errorMessage, 5...)
        }
    }
}

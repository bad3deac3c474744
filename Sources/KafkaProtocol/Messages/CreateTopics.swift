/// CreateTopics (19). Definitions: CreateTopicsRequest, CreateTopicsResponse.
package struct CreateTopicsRequest: WireMessage {
    package static let api = ApiKey.createTopics
    package var topics: [Topic] = []
    package var timeoutMs: Int32 = 60_000
    package var validateOnly = false

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&topics)
        try coder.field(&timeoutMs)
        try coder.field(&validateOnly, 1...)
    }

    package struct Topic: WireStructure {
        package var name = ""
        /// -1: the broker's default, or as `assignments` say.
        package var numPartitions: Int32 = -1
        package var replicationFactor: Int16 = -1
        package var assignments: [Assignment] = []
        package var configs: [Config] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&numPartitions)
            try coder.field(&replicationFactor)
            try coder.field(&assignments)
            try coder.field(&configs)
        }
    }

    package struct Assignment: WireStructure {
        package var partitionIndex: Int32 = 0
        package var brokerIds: [Int32] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&partitionIndex)
            try coder.field(&brokerIds)
        }
    }

    package struct Config: WireStructure {
        package var name = ""
        package var value: String?

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&value)
        }
    }
}

package struct CreateTopicsResponse: WireMessage {
    package static let api = ApiKey.createTopics
    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 2...)
        try coder.field(&topics)
    }

    package struct Topic: WireStructure {
        package var name = ""
        package var errorCode = ErrorCode.none
        package var errorMessage: String?
        package var numPartitions: Int32 = -1
        package var replicationFactor: Int16 = -1
        package var configs: [Config]? = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&errorCode)
            try coder.field(&errorMessage, 1...)
            try coder.field(&numPartitions, 5...)
            try coder.field(&replicationFactor, 5...)
            try coder.field(&configs, 5...)
        }
    }

    package struct Config: WireStructure {
        package var name = ""
        package var value: String?
        package var readOnly = false
        package var configSource: Int8 = -1
        package var isSensitive = false

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&value)
            try coder.field(&readOnly)
            try coder.field(&configSource)
            try coder.field(&isSensitive)
        }
    }
}

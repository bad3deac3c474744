/// AlterConfigs (33): replaces all that was set. Definitions: AlterConfigsRequest, AlterConfigsResponse.
package struct AlterConfigsRequest: WireMessage {
    package static let api = ApiKey.alterConfigs
    package var resources: [Resource] = []
    package var validateOnly = false

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&resources)
        try coder.field(&validateOnly)
    }

    package struct Resource: WireStructure {
        /// 2: topic, 4: broker.
        package var resourceType: Int8 = 0
        package var resourceName = ""
        package var configs: [Config] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&resourceType)
            try coder.field(&resourceName)
            try coder.field(&configs)
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

package struct AlterConfigsResponse: WireMessage {
    package static let api = ApiKey.alterConfigs
    package var throttleTimeMs: Int32 = 0
    package var responses: [Resource] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs)
        try coder.field(&responses)
    }

    package struct Resource: WireStructure {
        package var errorCode = ErrorCode.none
        package var errorMessage: String?
        /// 2: topic, 4: broker.
        package var resourceType: Int8 = 0
        package var resourceName = ""

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&errorCode)
            try coder.field(&errorMessage)
            try coder.field(&resourceType)
            try coder.field(&resourceName)
        }
    }
}

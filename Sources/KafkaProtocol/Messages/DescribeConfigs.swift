/// DescribeConfigs (32). Definitions: DescribeConfigsRequest, DescribeConfigsResponse.
package struct DescribeConfigsRequest: WireMessage {
    package static let api = ApiKey.describeConfigs
    package var resources: [Resource] = []
    package var includeSynonyms = false
    package var includeDocumentation = false

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&resources)
        try coder.field(&includeSynonyms, 1...)
        try coder.field(&includeDocumentation, 3...)
    }

    package struct Resource: WireStructure {
        /// 2: topic, 4: broker.
        package var resourceType: Int8 = 0
        package var resourceName = ""
        /// nil: all.
        package var configurationKeys: [String]?

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&resourceType)
            try coder.field(&resourceName)
            try coder.field(&configurationKeys)
        }
    }
}

package struct DescribeConfigsResponse: WireMessage {
    package static let api = ApiKey.describeConfigs
    package var throttleTimeMs: Int32 = 0
    package var results: [Result] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs)
        try coder.field(&results)
    }

    package struct Result: WireStructure {
        package var errorCode = ErrorCode.none
        package var errorMessage: String?
        /// 2: topic, 4: broker.
        package var resourceType: Int8 = 0
        package var resourceName = ""
        package var configs: [Config] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&errorCode)
            try coder.field(&errorMessage)
            try coder.field(&resourceType)
            try coder.field(&resourceName)
            try coder.field(&configs)
        }
    }

    package struct Config: WireStructure {
        package var name = ""
        package var value: String?
        package var readOnly = false
        /// Version 0 only; later, `configSource` says it.
        package var isDefault = false
        /// 1: of the topic, 4: of the broker's file, 5: the default.
        package var configSource: Int8 = -1
        package var isSensitive = false
        package var synonyms: [Synonym] = []
        /// 1: boolean, 2: string, 3: int, 4: short, 5: long, 6: double, 7: list, 8: class, 9: password.
        package var configType: Int8 = 0
        package var documentation: String?

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&value)
            try coder.field(&readOnly)
            try coder.field(&isDefault, 0...0)
            try coder.field(&configSource, 1...)
            try coder.field(&isSensitive)
            try coder.field(&synonyms, 1...)
            try coder.field(&configType, 3...)
            try coder.field(&documentation, 3...)
        }
    }

    package struct Synonym: WireStructure {
        package var name = ""
        package var value: String?
        package var source: Int8 = 0

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&value)
            try coder.field(&source)
        }
    }
}

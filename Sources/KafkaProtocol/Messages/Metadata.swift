/// Metadata (3): the brokers, the topics and who leads their partitions. Definitions: MetadataRequest,
/// MetadataResponse.
package struct MetadataRequest: WireMessage {
    package static let api = ApiKey.metadata
    /// The topics to describe; nil means all. Version 0 has no null: there, an empty array means all
    /// (`isForAllTopics`).
    package var topics: [Topic]? = []
    package var allowAutoTopicCreation = true
    package var includeClusterAuthorizedOperations = false
    package var includeTopicAuthorizedOperations = false

    package init() {}

    /// Whether a request of this version asks for all topics.
    package func isForAllTopics(version: Int16) -> Bool {
        topics.map { version == 0 && $0.isEmpty } ?? true
    }

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&topics, nullable: 1...)
        try coder.field(&allowAutoTopicCreation, 4...)
        try coder.field(&includeClusterAuthorizedOperations, 8...10)
        try coder.field(&includeTopicAuthorizedOperations, 8...)
    }

    package struct Topic: WireStructure {
        /// Asks by id where `name` is null.
        package var topicId = TopicId.zero
        package var name: String? = ""

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&topicId, 10...)
            try coder.field(&name, nullable: 10...)
        }
    }
}

package struct MetadataResponse: WireMessage {
    package static let api = ApiKey.metadata
    package var throttleTimeMs: Int32 = 0
    package var brokers: [Broker] = []
    package var clusterId: String?
    package var controllerId: Int32 = -1
    package var topics: [Topic] = []
    package var clusterAuthorizedOperations = AuthorizedOperations.notAsked

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 3...)
        try coder.field(&brokers)
        try coder.field(&clusterId, 2...)
        try coder.field(&controllerId, 1...)
        try coder.field(&topics)
        try coder.field(&clusterAuthorizedOperations, 8...10)
    }

    package struct Broker: WireStructure {
        package var nodeId: Int32 = 0
        package var host = ""
        package var port: Int32 = 0
        package var rack: String?

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&nodeId)
            try coder.field(&host)
            try coder.field(&port)
            try coder.field(&rack, 1...)
        }
    }

    package struct Topic: WireStructure {
        package var errorCode = ErrorCode.none
        /// Null where a topic was asked for by an id that there is not.
        package var name: String? = ""
        package var topicId = TopicId.zero
        package var isInternal = false
        package var partitions: [Partition] = []
        package var authorizedOperations = AuthorizedOperations.notAsked

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&errorCode)
            try coder.field(&name, nullable: 12...)
            try coder.field(&topicId, 10...)
            try coder.field(&isInternal, 1...)
            try coder.field(&partitions)
            try coder.field(&authorizedOperations, 8...)
        }
    }

    package struct Partition: WireStructure {
        package var errorCode = ErrorCode.none
        package var partitionIndex: Int32 = 0
        package var leaderId: Int32 = -1
        package var leaderEpoch: Int32 = -1
        package var replicaNodes: [Int32] = []
        package var isrNodes: [Int32] = []
        package var offlineReplicas: [Int32] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&errorCode)
            try coder.field(&partitionIndex)
            try coder.field(&leaderId)
            try coder.field(&leaderEpoch, 7...)
            try coder.field(&replicaNodes)
            try coder.field(&isrNodes)
            try coder.field(&offlineReplicas, 5...)
        }
    }
}

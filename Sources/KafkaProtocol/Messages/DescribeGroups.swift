/// DescribeGroups (15): the state and members of groups. Definitions: DescribeGroupsRequest, DescribeGroupsResponse.
package struct DescribeGroupsRequest: WireMessage {
    package static let api = ApiKey.describeGroups
    package var groups: [String] = []
    package var includeAuthorizedOperations = false

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&groups)
        try coder.field(&includeAuthorizedOperations, 3...)
    }
}

package struct DescribeGroupsResponse: WireMessage {
    package static let api = ApiKey.describeGroups
    package var throttleTimeMs: Int32 = 0
    package var groups: [Group] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 1...)
        try coder.field(&groups)
    }

    package struct Group: WireStructure {
        package var errorCode = ErrorCode.none
        package var groupId = ""
        /// Kafka's word, for example `Stable`.
        package var groupState = ""
        package var protocolType = ""
        package var protocolData = ""
        package var members: [Member] = []
        package var authorizedOperations = AuthorizedOperations.notAsked

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&errorCode)
            try coder.field(&groupId)
            try coder.field(&groupState)
            try coder.field(&protocolType)
            try coder.field(&protocolData)
            try coder.field(&members)
            try coder.field(&authorizedOperations, 3...)
        }
    }

    package struct Member: WireStructure {
        package var memberId = ""
        package var groupInstanceId: String?
        package var clientId = ""
        package var clientHost = ""
        package var memberMetadata: [UInt8] = []
        package var memberAssignment: [UInt8] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&memberId)
            try coder.field(&groupInstanceId, 4...)
            try coder.field(&clientId)
            try coder.field(&clientHost)
            try coder.field(&memberMetadata)
            try coder.field(&memberAssignment)
        }
    }
}

/// JoinGroup (11): enters a group or its next generation. Definitions: JoinGroupRequest, JoinGroupResponse.
package struct JoinGroupRequest: WireMessage {
    package static let api = ApiKey.joinGroup
    package var groupId = ""
    package var sessionTimeoutMs: Int32 = 0
    /// -1: the session timeout, as in version 0.
    package var rebalanceTimeoutMs: Int32 = -1
    package var memberId = ""
    package var groupInstanceId: String?
    package var protocolType = ""
    package var protocols: [GroupProtocol] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&groupId)
        try coder.field(&sessionTimeoutMs)
        try coder.field(&rebalanceTimeoutMs, 1...)
        try coder.field(&memberId)
        try coder.field(&groupInstanceId, 5...)
        try coder.field(&protocolType)
        try coder.field(&protocols)
    }

    package struct GroupProtocol: WireStructure {
        package var name = ""
        package var metadata: [UInt8] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&metadata)
        }
    }
}

package struct JoinGroupResponse: WireMessage {
    package static let api = ApiKey.joinGroup
    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var generationId: Int32 = -1
    package var protocolType: String?
    /// Empty instead of nil before version 7.
    package var protocolName: String?
    package var leader = ""
    package var memberId = ""
    /// For the leader only.
    package var members: [Member] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 2...)
        try coder.field(&errorCode)
        try coder.field(&generationId)
        try coder.field(&protocolType, 7...)
        try coder.field(&protocolName, nullable: 7...)
        try coder.field(&leader)
        try coder.field(&memberId)
        try coder.field(&members)
    }

    package struct Member: WireStructure {
        package var memberId = ""
        package var groupInstanceId: String?
        package var metadata: [UInt8] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&memberId)
            try coder.field(&groupInstanceId, 5...)
            try coder.field(&metadata)
        }
    }
}

/// SyncGroup (14): who of a group reads what. Definitions: SyncGroupRequest, SyncGroupResponse.
package struct SyncGroupRequest: WireMessage {
    package static let api = ApiKey.syncGroup
    package var groupId = ""
    package var generationId: Int32 = 0
    package var memberId = ""
    package var groupInstanceId: String?
    package var protocolType: String?
    package var protocolName: String?
    /// From the leader only.
    package var assignments: [Assignment] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&groupId)
        try coder.field(&generationId)
        try coder.field(&memberId)
        try coder.field(&groupInstanceId, 3...)
        try coder.field(&protocolType, 5...)
        try coder.field(&protocolName, 5...)
        try coder.field(&assignments)
    }

    package struct Assignment: WireStructure {
        package var memberId = ""
        package var assignment: [UInt8] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&memberId)
            try coder.field(&assignment)
        }
    }
}

package struct SyncGroupResponse: WireMessage {
    package static let api = ApiKey.syncGroup
    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var protocolType: String?
    package var protocolName: String?
    package var assignment: [UInt8] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 1...)
        try coder.field(&errorCode)
        try coder.field(&protocolType, 5...)
        try coder.field(&protocolName, 5...)
        try coder.field(&assignment)
    }
}

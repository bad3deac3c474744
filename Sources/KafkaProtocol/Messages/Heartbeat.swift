/// Heartbeat (12): a member is alive. Definitions: HeartbeatRequest, HeartbeatResponse.
package struct HeartbeatRequest: WireMessage {
    package static let api = ApiKey.heartbeat
    package var groupId = ""
    package var generationId: Int32 = 0
    package var memberId = ""
    package var groupInstanceId: String?

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&groupId)
        try coder.field(&generationId)
        try coder.field(&memberId)
        try coder.field(&groupInstanceId, 3...)
    }
}

package struct HeartbeatResponse: WireMessage {
    package static let api = ApiKey.heartbeat
    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 1...)
        try coder.field(&errorCode)
    }
}

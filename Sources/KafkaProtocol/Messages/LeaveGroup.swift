/// LeaveGroup (13): members go. Definitions: LeaveGroupRequest, LeaveGroupResponse.
package struct LeaveGroupRequest: WireMessage {
    package static let api = ApiKey.leaveGroup
    package var groupId = ""
    /// Exactly one before version 3.
    package var members: [Member] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&groupId)
        if coder.version >= 3 {
            try coder.field(&members)
        } else {
            var member = try coder.onlyElement(of: members)
            try coder.field(&member.memberId)
            members = [member]
        }
    }

    package struct Member: WireStructure {
        package var memberId = ""
        package var groupInstanceId: String?

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&memberId)
            try coder.field(&groupInstanceId)
        }
    }
}

package struct LeaveGroupResponse: WireMessage {
    package static let api = ApiKey.leaveGroup
    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var members: [Member] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 1...)
        try coder.field(&errorCode)
        try coder.field(&members, 3...)
    }

    package struct Member: WireStructure {
        package var memberId = ""
        package var groupInstanceId: String?
        package var errorCode = ErrorCode.none

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&memberId)
            try coder.field(&groupInstanceId)
            try coder.field(&errorCode)
        }
    }
}

/// DeleteGroups (42). Definitions: DeleteGroupsRequest, DeleteGroupsResponse.
package struct DeleteGroupsRequest: WireMessage {
    package static let api = ApiKey.deleteGroups
    package var groupsNames: [String] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&groupsNames)
    }
}

package struct DeleteGroupsResponse: WireMessage {
    package static let api = ApiKey.deleteGroups
    package var throttleTimeMs: Int32 = 0
    package var results: [Group] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs)
        try coder.field(&results)
    }

    package struct Group: WireStructure {
        package var groupId = ""
        package var errorCode = ErrorCode.none

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&groupId)
            try coder.field(&errorCode)
        }
    }
}

/// ListGroups (16): the groups of a coordinator. Definitions: ListGroupsRequest, ListGroupsResponse.
package struct ListGroupsRequest: WireMessage {
    package static let api = ApiKey.listGroups
    /// Empty: all.
    package var statesFilter: [String] = []
    /// For example `classic`; empty: all.
    package var typesFilter: [String] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&statesFilter, 4...)
        try coder.field(&typesFilter, 5...)
    }
}

package struct ListGroupsResponse: WireMessage {
    package static let api = ApiKey.listGroups
    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var groups: [Group] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 1...)
        try coder.field(&errorCode)
        try coder.field(&groups)
    }

    package struct Group: WireStructure {
        package var groupId = ""
        package var protocolType = ""
        package var groupState = ""
        package var groupType = ""

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&groupId)
            try coder.field(&protocolType)
            try coder.field(&groupState, 4...)
            try coder.field(&groupType, 5...)
        }
    }
}

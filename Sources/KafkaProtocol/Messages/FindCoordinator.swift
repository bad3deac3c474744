/// FindCoordinator (10): which broker coordinates a group. Definitions: FindCoordinatorRequest,
/// FindCoordinatorResponse.
package struct FindCoordinatorRequest: WireMessage {
    package static let api = ApiKey.findCoordinator
    /// The group, or the transactional id.
    package var key = ""
    /// 0: group, 1: transaction.
    package var keyType: Int8 = 0

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&key)
        try coder.field(&keyType, 1...)
    }
}

package struct FindCoordinatorResponse: WireMessage {
    package static let api = ApiKey.findCoordinator
    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var errorMessage: String?
    package var nodeId: Int32 = -1
    package var host = ""
    package var port: Int32 = -1

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs, 1...)
        try coder.field(&errorCode)
        try coder.field(&errorMessage, 1...)
        try coder.field(&nodeId)
        try coder.field(&host)
        try coder.field(&port)
    }
}

/// InitProducerId (22): the identity of an idempotent producer. Definitions: InitProducerIdRequest,
/// InitProducerIdResponse.
package struct InitProducerIdRequest: WireMessage {
    package static let api = ApiKey.initProducerId
    package var transactionalId: String?
    package var transactionTimeoutMs: Int32 = 0
    package var producerId: Int64 = -1
    package var producerEpoch: Int16 = -1

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&transactionalId)
        try coder.field(&transactionTimeoutMs)
        try coder.field(&producerId, 3...)
        try coder.field(&producerEpoch, 3...)
    }
}

package struct InitProducerIdResponse: WireMessage {
    package static let api = ApiKey.initProducerId
    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var producerId: Int64 = -1
    package var producerEpoch: Int16 = -1

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs)
        try coder.field(&errorCode)
        try coder.field(&producerId)
        try coder.field(&producerEpoch)
    }
}

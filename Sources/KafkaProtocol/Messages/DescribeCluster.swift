/// DescribeCluster (60): the brokers. Definitions: DescribeClusterRequest, DescribeClusterResponse.
package struct DescribeClusterRequest: WireMessage {
    package static let api = ApiKey.describeCluster
    package var includeClusterAuthorizedOperations = false
    /// 1: brokers, 2: controllers.
    package var endpointType: Int8 = 1

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&includeClusterAuthorizedOperations)
        try coder.field(&endpointType, 1...)
    }
}

package struct DescribeClusterResponse: WireMessage {
    package static let api = ApiKey.describeCluster
    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var errorMessage: String?
    package var endpointType: Int8 = 1
    package var clusterId = ""
    package var controllerId: Int32 = -1
    package var brokers: [Broker] = []
    package var clusterAuthorizedOperations = AuthorizedOperations.notAsked

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs)
        try coder.field(&errorCode)
        try coder.field(&errorMessage)
        try coder.field(&endpointType, 1...)
        try coder.field(&clusterId)
        try coder.field(&controllerId)
        try coder.field(&brokers)
        try coder.field(&clusterAuthorizedOperations)
    }

    package struct Broker: WireStructure {
        package var brokerId: Int32 = 0
        package var host = ""
        package var port: Int32 = 0
        package var rack: String?

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&brokerId)
            try coder.field(&host)
            try coder.field(&port)
            try coder.field(&rack)
        }
    }
}

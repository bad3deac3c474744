/// The sets of operations that a client may do, as a number whose bits are Kafka's operation codes (clients,
/// `AclOperation`); which operations a kind of resource has is `AclEntry.supportedOperations`.
///
/// There is no authorizer, so each set is all that the resource has.
package enum AuthorizedOperations {
    /// The value of a set that was not asked for.
    package static let notAsked = Int32.min

    private static let read = bit(3), write = bit(4), create = bit(5), delete = bit(6), alter = bit(7)
    private static let describe = bit(8), clusterAction = bit(9), describeConfigs = bit(10), alterConfigs = bit(11)
    private static let idempotentWrite = bit(12)

    package static let topic = union([
        read, write, create, delete, alter, describe, describeConfigs, alterConfigs,
    ])
    package static let group = union([read, describe, delete, describeConfigs, alterConfigs])
    package static let cluster = union([
        create, alter, describe, clusterAction, describeConfigs, alterConfigs, idempotentWrite,
    ])

    private static func bit(_ code: Int32) -> Int32 { 1 << code }

    private static func union(_ bits: [Int32]) -> Int32 { bits.reduce(0, |) }
}

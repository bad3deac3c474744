internal import KafkaProtocol

/// Where the answer to a member's request goes, when it may come later and from another thread.
struct ReplyAddress: Sendable {
    let reactor: Int
    let slot: Int
    /// Of the connection, so that a later one with the same descriptor does not get it.
    let generation: UInt64
    let version: Int16
    let correlationId: Int32
}

/// An answer on its way to a member.
struct GroupReply: Sendable {
    enum Content: Sendable {
        case join(JoinGroupResponse)
        case sync(SyncGroupResponse)
    }

    let address: ReplyAddress
    let content: Content

    var reactor: Int { address.reactor }
    var slot: Int { address.slot }
    var generation: UInt64 { address.generation }
}

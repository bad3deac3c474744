internal import KafkaProtocol

extension Group {
    /// Kafka's word for groups of this protocol.
    static let type = "classic"
    /// The protocol type of consumers, whose members say which topics they read.
    static let consumerType = "consumer"

    /// Why no offset of the group can be forgotten: only for consumers can be told which partitions are in use.
    var refusalToDeleteOffsets: ErrorCode? {
        members.isEmpty || protocolType == Self.consumerType ? nil : .nonEmptyGroup
    }

    /// Whether a member reads the topic. Where a member's subscription cannot be read, each may be.
    func isSubscribed(to topic: String) -> Bool {
        members.contains { member in
            guard let topics = Self.topics(of: member.metadata(of: protocolName ?? "")) else { return true }
            return topics.contains(topic)
        }
    }

    /// The topics of a consumer's subscription; nil where it cannot be read. Source of the format: Kafka's
    /// ConsumerProtocolSubscription, a version and then, in all of them first, the names.
    private static func topics(of subscription: [UInt8]) -> [String]? {
        unsafe subscription.withUnsafeBytes { bytes in
            var reader = unsafe WireReader(bytes)
            do throws(WireError) {
                guard try reader.int16() >= 0 else { return nil }
                return try [String].read(from: &reader)
            } catch {
                return nil
            }
        }
    }
}

/// An API's line in the catalog: what is served, what is advertised, and how its versions are written.
///
/// The broker's ApiVersions answer, its dispatcher, the native client and the documentation read this one list.
package struct ApiVersionRange: Equatable, Sendable {
    package let key: ApiKey
    /// Kafka's name, for example `Produce`.
    package let name: String
    /// The versions that this module reads and writes.
    package let served: ClosedRange<Int16>
    /// The versions that an ApiVersions response announces.
    package let advertised: ClosedRange<Int16>
    /// The first version with compact lengths and tagged fields.
    package let flexibleFrom: Int16

    private init(
        _ key: ApiKey, _ name: String, _ served: ClosedRange<Int16>, advertised: ClosedRange<Int16>? = nil,
        flexibleFrom: Int16
    ) {
        self.key = key
        self.name = name
        self.served = served
        self.advertised = advertised ?? served
        self.flexibleFrom = flexibleFrom
    }

    package func isFlexible(_ version: Int16) -> Bool { version >= flexibleFrom }

    /// All APIs, by key.
    ///
    /// The versions end before topic ids begin (Produce 13, Fetch 13, Metadata 10, DeleteTopics 6, CreateTopics
    /// 7). Produce advertises versions whose bodies, of message formats 0 and 1, are not served:
    /// librdkafka 2.0 takes a broker without Produce 0 for one that cannot do snappy and lz4, and Kafka 4
    /// advertises them for the same reason. Nothing else is offered that is not served.
    package static let all: [ApiVersionRange] = [
        .init(.produce, "Produce", 3...9, advertised: 0...9, flexibleFrom: 9),
        .init(.fetch, "Fetch", 4...12, flexibleFrom: 12),
        .init(.listOffsets, "ListOffsets", 0...7, flexibleFrom: 6),
        .init(.metadata, "Metadata", 0...9, flexibleFrom: 9),
        .init(.offsetCommit, "OffsetCommit", 0...8, flexibleFrom: 8),
        .init(.offsetFetch, "OffsetFetch", 0...8, flexibleFrom: 6),
        .init(.findCoordinator, "FindCoordinator", 0...3, flexibleFrom: 3),
        .init(.joinGroup, "JoinGroup", 0...7, flexibleFrom: 6),
        .init(.heartbeat, "Heartbeat", 0...4, flexibleFrom: 4),
        .init(.leaveGroup, "LeaveGroup", 0...4, flexibleFrom: 4),
        .init(.syncGroup, "SyncGroup", 0...5, flexibleFrom: 4),
        .init(.describeGroups, "DescribeGroups", 0...5, flexibleFrom: 5),
        .init(.listGroups, "ListGroups", 0...5, flexibleFrom: 3),
        .init(.apiVersions, "ApiVersions", 0...4, flexibleFrom: 3),
        .init(.createTopics, "CreateTopics", 0...6, flexibleFrom: 5),
        .init(.deleteTopics, "DeleteTopics", 0...5, flexibleFrom: 4),
        .init(.deleteRecords, "DeleteRecords", 0...2, flexibleFrom: 2),
        .init(.initProducerId, "InitProducerId", 0...4, flexibleFrom: 2),
        .init(.offsetForLeaderEpoch, "OffsetForLeaderEpoch", 0...4, flexibleFrom: 4),
        .init(.describeConfigs, "DescribeConfigs", 0...4, flexibleFrom: 4),
        .init(.alterConfigs, "AlterConfigs", 0...2, flexibleFrom: 2),
        .init(.describeLogDirs, "DescribeLogDirs", 0...4, flexibleFrom: 2),
        .init(.createPartitions, "CreatePartitions", 0...3, flexibleFrom: 2),
        .init(.deleteGroups, "DeleteGroups", 0...2, flexibleFrom: 2),
        .init(.incrementalAlterConfigs, "IncrementalAlterConfigs", 0...1, flexibleFrom: 1),
        .init(.offsetDelete, "OffsetDelete", 0...0, flexibleFrom: .max),
        .init(.describeCluster, "DescribeCluster", 0...1, flexibleFrom: 0),
    ]

    /// `all`, indexed by the key's number.
    static let catalog: [ApiVersionRange?] = {
        var catalog = [ApiVersionRange?](repeating: nil, count: Int(all.map(\.key.rawValue).max()!) + 1)
        for range in all {
            catalog[Int(range.key.rawValue)] = range
        }
        return catalog
    }()
}

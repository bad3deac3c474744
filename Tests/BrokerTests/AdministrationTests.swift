import KafkaProtocol
import LinuxKernel
import Testing

@Suite("Administration")
struct AdministrationTests {
    private func metadata(
        _ client: TestClient, _ names: [String], creating: Bool, version: Int16 = 9
    ) throws -> [MetadataResponse.Topic] {
        try client.call(
            MetadataRequest {
                $0.topics = names.map { name in MetadataRequest.Topic { $0.name = name } }
                $0.allowAutoTopicCreation = creating
                $0.includeTopicAuthorizedOperations = true
            }, version: version, MetadataResponse.self
        ).topics
    }

    @Test("a name that no topic can have is an invalid topic, whether topics are made on demand or not")
    func invalidNames() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        for creating in [true, false] {
            let codes = try metadata(client, ["bad/name", "", ".."], creating: creating).map(\.errorCode)
            #expect(codes == [.invalidTopicException, .invalidTopicException, .invalidTopicException])
        }
        #expect(try metadata(client, ["none"], creating: false).map(\.errorCode) == [.unknownTopicOrPartition])
    }

    @Test("without an authorizer, everybody may do all that a topic, a group and the cluster have")
    func authorizedOperations() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        #expect(try client.createTopic("t") == .none)
        #expect(try metadata(client, ["t"], creating: false)[0].authorizedOperations == 0xdf8)
        let cluster = try client.call(
            DescribeClusterRequest { $0.includeClusterAuthorizedOperations = true }, version: 1,
            DescribeClusterResponse.self)
        #expect(cluster.clusterAuthorizedOperations == 0x1fa0)
        let group = try client.call(
            DescribeGroupsRequest {
                $0.groups = ["g"]
                $0.includeAuthorizedOperations = true
            }, version: 5, DescribeGroupsResponse.self)
        #expect(group.groups[0].authorizedOperations == 0xd48)
        let unasked = try client.call(
            DescribeClusterRequest(), version: 1, DescribeClusterResponse.self)
        #expect(unasked.clusterAuthorizedOperations == AuthorizedOperations.notAsked)
    }

    @Test("the defaults of all brokers are an empty list, not an error")
    func clusterDefaults() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        let answer = try client.call(
            DescribeConfigsRequest {
                $0.resources = [DescribeConfigsRequest.Resource { $0.resourceType = 4 }]
            }, version: 4, DescribeConfigsResponse.self)
        #expect(answer.results[0].errorCode == .none)
        #expect(answer.results[0].configs.isEmpty)
    }

    @Test("an assignment of replicas that says what the cluster map says is taken, any other refused")
    func assignments() throws {
        let broker = try RunningBroker(["node.id=3"])
        let client = try broker.connect()
        func create(_ name: String, _ assignment: [[Int32]]) throws -> ErrorCode {
            try client.call(
                CreateTopicsRequest { request in
                    request.topics = [
                        CreateTopicsRequest.Topic { topic in
                            topic.name = name
                            topic.assignments = assignment.enumerated().map { index, nodes in
                                CreateTopicsRequest.Assignment {
                                    $0.partitionIndex = Int32(index)
                                    $0.brokerIds = nodes
                                }
                            }
                        }
                    ]
                }, version: 6, CreateTopicsResponse.self
            ).topics[0].errorCode
        }
        #expect(try create("a", [[3], [3]]) == .none)
        #expect(try create("b", [[4]]) == .invalidReplicaAssignment)
        #expect(try create("b", [[3, 4]]) == .invalidReplicaAssignment)
        func extend(_ nodes: [[Int32]], to count: Int32) throws -> ErrorCode {
            try client.call(
                CreatePartitionsRequest { request in
                    request.topics = [
                        CreatePartitionsRequest.Topic { topic in
                            topic.name = "a"
                            topic.count = count
                            topic.assignments = nodes.map { ids in
                                CreatePartitionsRequest.Assignment { $0.brokerIds = ids }
                            }
                        }
                    ]
                }, version: 3, CreatePartitionsResponse.self
            ).results[0].errorCode
        }
        #expect(try extend([[3]], to: 4) == .invalidReplicaAssignment)
        #expect(try extend([[4]], to: 3) == .invalidReplicaAssignment)
        #expect(try extend([[3]], to: 3) == .none)
        #expect(try metadata(client, ["a"], creating: false)[0].partitions.count == 3)
    }

    @Test("the offset of the record with the largest time is found, from ListOffsets 7 on")
    func newestRecord() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        #expect(try client.createTopic("t") == .none)
        func newest(version: Int16 = 7) throws -> ListOffsetsResponse.Partition {
            try client.call(
                ListOffsetsRequest {
                    $0.topics = [
                        ListOffsetsRequest.Topic {
                            $0.name = "t"
                            $0.partitions = [
                                ListOffsetsRequest.Partition { $0.timestamp = ListOffsetsRequest.newestTimestamp }
                            ]
                        }
                    ]
                }, version: version, ListOffsetsResponse.self
            ).topics[0].partitions[0]
        }
        #expect(try newest().offset == -1)
        for timestamp in [1_700_000_000_000, 1_700_000_000_500, 1_700_000_000_100] as [Int64] {
            #expect(try client.produce("t", Batch.make(["a", "b"], timestamp: timestamp)).errorCode == .none)
        }
        let found = try newest()
        #expect(found.offset == 2)
        #expect(found.timestamp == 1_700_000_000_500)
        #expect(try newest(version: 6).errorCode == .unsupportedVersion)
    }

    @Test("the log directories say which partitions they have, how large they are and what room is left")
    func logDirectories() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        #expect(try client.createTopic("t", partitions: 2) == .none)
        #expect(try client.produce("t", partition: 1, Batch.make(byteCount: 1000)).errorCode == .none)
        let all = try client.call(
            DescribeLogDirsRequest { $0.topics = nil }, version: 4, DescribeLogDirsResponse.self
        ).results
        #expect(all.map(\.logDir) == [broker.directory + "/logs"])
        #expect(all[0].totalBytes >= all[0].usableBytes && all[0].usableBytes >= 0)
        #expect(all[0].topics.map(\.name) == ["__consumer_offsets", "t"])
        let sizes = all[0].topics[1].partitions.map(\.partitionSize)
        #expect(sizes[0] == 0 && sizes[1] > 1000 && sizes[1] < 1200)
        let some = try client.call(
            DescribeLogDirsRequest {
                $0.topics = [
                    DescribeLogDirsRequest.Topic {
                        $0.topic = "t"
                        $0.partitions = [1, 7]
                    }
                ]
            }, version: 1, DescribeLogDirsResponse.self
        ).results
        #expect(some[0].topics.map { $0.partitions.map(\.partitionIndex) } == [[1]])
    }

    @Test("offsets can be deleted but for topics that a member reads")
    func offsetDeletion() throws {
        let broker = try RunningBroker()
        let member = try GroupMember(broker)
        let client = member.client
        for name in ["read", "other"] { #expect(try client.createTopic(name) == .none) }
        // A consumer's subscription: version 0, one topic, no user data.
        member.metadata = [0, 0, 0, 0, 0, 1, 0, 4] + Array("read".utf8) + [0xff, 0xff, 0xff, 0xff]
        try member.join()
        _ = try member.sync()
        let committed = try client.call(
            OffsetCommitRequest {
                $0.groupId = "g"
                $0.memberId = member.id
                $0.generationId = member.joined.generationId
                $0.topics = ["read", "other"].map { name in
                    OffsetCommitRequest.Topic {
                        $0.name = name
                        $0.partitions = [OffsetCommitRequest.Partition { $0.committedOffset = 5 }]
                    }
                }
            }, version: 8, OffsetCommitResponse.self)
        #expect(committed.topics.allSatisfy { $0.partitions[0].errorCode == .none })
        func delete(_ names: [String], of group: String = "g") throws -> OffsetDeleteResponse {
            try client.call(
                OffsetDeleteRequest {
                    $0.groupId = group
                    $0.topics = names.map { name in
                        OffsetDeleteRequest.Topic {
                            $0.name = name
                            $0.partitions = [OffsetDeleteRequest.Partition()]
                        }
                    }
                }, version: 0, OffsetDeleteResponse.self)
        }
        #expect(try delete(["read"], of: "none").errorCode == .groupIdNotFound)
        let codes = try delete(["read", "other", "gone"]).topics.map { $0.partitions[0].errorCode }
        #expect(codes == [.groupSubscribedToTopic, .none, .unknownTopicOrPartition])
        let left = try client.call(
            OffsetFetchRequest {
                $0.groups = [
                    OffsetFetchRequest.Group {
                        $0.groupId = "g"
                        $0.topics = nil
                    }
                ]
            }, version: 8, OffsetFetchResponse.self)
        #expect(left.groups[0].topics.map(\.name) == ["read"])
    }
}

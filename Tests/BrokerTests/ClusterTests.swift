import Broker
import KafkaProtocol
import LinuxKernel
import Testing

@Suite("Several nodes")
struct ClusterTests {
    private func describe(_ topic: String, at client: TestClient, creating: Bool = false) throws -> MetadataResponse {
        try client.call(
            MetadataRequest {
                $0.topics = [MetadataRequest.Topic { $0.name = topic }]
                $0.allowAutoTopicCreation = creating
            }, version: 9, MetadataResponse.self)
    }

    private func partitionCount(of topic: String, at client: TestClient) throws -> Int {
        try describe(topic, at: client).topics[0].partitions.count
    }

    private func eventually(_ what: String, _ holds: () throws -> Bool) throws {
        let deadline = MonotonicClock.now() + 10_000_000_000
        while try !holds() {
            try #require(MonotonicClock.now() < deadline, "\(what) within 10 s")
            MonotonicClock.sleep(nanoseconds: 10_000_000)
        }
    }

    // MARK: Who does what

    @Test("every node says the same of a topic, and only a partition's leader takes and gives its records")
    func leaders() throws {
        let cluster = try RunningCluster()
        let clients = try (0..<3).map { try cluster.connect(to: $0) }
        #expect(try clients[1].createTopic("t", partitions: 6) == .none)
        let said = try clients.map { try describe("t", at: $0) }
        #expect(said.allSatisfy { $0 == said[0] })
        #expect(said[0].brokers.map { UInt16($0.port) } == cluster.ports)
        #expect(said[0].controllerId == 1)
        let leaders = said[0].topics[0].partitions.map(\.leaderId)
        #expect(Set(leaders) == [1, 2, 3] && leaders[..<3] == leaders[3...])
        for (index, leader) in leaders.enumerated() {
            let partition = Int32(index)
            for (node, client) in clients.enumerated() {
                let wanted: ErrorCode = leader == Int32(node) + 1 ? .none : .notLeaderOrFollower
                #expect(try client.produce("t", partition: partition, Batch.make(["a"])).errorCode == wanted)
                #expect(try client.fetch("t", partition: partition, from: 0).partition.errorCode == wanted)
            }
        }
        for index in 0..<3 {
            let directories = try Directory.names(in: cluster.logs(of: index)).filter { $0.hasPrefix("t-") }
            #expect(directories.count == 2)
        }
    }

    @Test("groups are spread over the nodes, every node knows their coordinator, and only that one keeps them")
    func coordinators() throws {
        let cluster = try RunningCluster()
        let clients = try (0..<3).map { try cluster.connect(to: $0) }
        var found: Set<Int32> = []
        for number in 0..<20 {
            let coordinators = try clients.map { client in
                try client.call(
                    FindCoordinatorRequest { $0.key = "g\(number)" }, version: 3, FindCoordinatorResponse.self
                ).nodeId
            }
            #expect(Set(coordinators).count == 1)
            found.insert(coordinators[0])
            for (node, client) in clients.enumerated() {
                let joined = try client.call(
                    JoinGroupRequest {
                        $0.groupId = "g\(number)"
                        $0.sessionTimeoutMs = 10_000
                        $0.protocolType = "consumer"
                        $0.protocols = [JoinGroupRequest.GroupProtocol { $0.name = "range" }]
                    }, version: 5, JoinGroupResponse.self)
                let isIts = coordinators[0] == Int32(node) + 1
                #expect(joined.errorCode == (isIts ? .memberIdRequired : .notCoordinator))
            }
        }
        #expect(found == [1, 2, 3])
        let offsets = try describe("__consumer_offsets", at: clients[2]).topics[0]
        #expect(offsets.partitions.map(\.leaderId) == [1, 2, 3])
    }

    // MARK: Changes

    @Test("a topic is made, grown, configured and deleted on all nodes, whichever node is asked", arguments: 0..<3)
    func administration(asked: Int) throws {
        let cluster = try RunningCluster()
        let clients = try (0..<3).map { try cluster.connect(to: $0) }
        let client = clients[asked]
        #expect(try client.createTopic("t", partitions: 2, configs: ["segment.bytes": "100000"]) == .none)
        #expect(try client.createTopic("t", partitions: 2) == .topicAlreadyExists)
        #expect(try clients.map { try partitionCount(of: "t", at: $0) } == [2, 2, 2])

        let grown = try client.call(
            CreatePartitionsRequest {
                $0.topics = [
                    CreatePartitionsRequest.Topic {
                        $0.name = "t"
                        $0.count = 5
                    }
                ]
            }, version: 2, CreatePartitionsResponse.self)
        #expect(grown.results[0].errorCode == .none)
        #expect(try clients.map { try partitionCount(of: "t", at: $0) } == [5, 5, 5])

        let altered = try client.call(
            IncrementalAlterConfigsRequest {
                $0.resources = [
                    IncrementalAlterConfigsRequest.Resource {
                        $0.resourceType = 2
                        $0.resourceName = "t"
                        $0.configs = [
                            IncrementalAlterConfigsRequest.Config {
                                $0.name = "retention.ms"
                                $0.value = "12345"
                            }
                        ]
                    }
                ]
            }, version: 1, IncrementalAlterConfigsResponse.self)
        #expect(altered.responses[0].errorCode == .none)
        for client in clients {
            #expect(try setting("retention.ms", of: "t", at: client) == "12345")
            #expect(try setting("segment.bytes", of: "t", at: client) == "100000")
        }

        let deletion = DeleteTopicsRequest { $0.topicNames = ["t"] }
        let deleted = try client.call(deletion, version: 5, DeleteTopicsResponse.self)
        #expect(deleted.responses[0].errorCode == .none)
        #expect(try clients.map { try describe("t", at: $0).topics[0].errorCode }.allSatisfy { $0 != .none })
        for index in 0..<3 {
            #expect(try !Directory.names(in: cluster.logs(of: index)).contains { $0.hasPrefix("t-") })
        }
        let again = try client.call(deletion, version: 5, DeleteTopicsResponse.self)
        #expect(again.responses[0].errorCode == .unknownTopicOrPartition)
    }

    private func setting(_ name: String, of topic: String, at client: TestClient) throws -> String? {
        try client.call(
            DescribeConfigsRequest {
                $0.resources = [
                    DescribeConfigsRequest.Resource {
                        $0.resourceType = 2
                        $0.resourceName = topic
                    }
                ]
            }, version: 4, DescribeConfigsResponse.self
        ).results[0].configs.first { $0.name == name }?.value
    }

    @Test("a topic that metadata makes is there on all nodes", arguments: 0..<3)
    func automaticTopic(asked: Int) throws {
        let cluster = try RunningCluster(3, ["num.partitions=4"])
        let made = try describe("made", at: cluster.connect(to: asked), creating: true).topics[0]
        #expect(made.errorCode == .none && made.partitions.count == 4)
        for index in 0..<3 { #expect(try partitionCount(of: "made", at: cluster.connect(to: index)) == 4) }
        let refused = try describe("no such/name", at: cluster.connect(to: asked), creating: true).topics[0]
        #expect(refused.errorCode == .invalidTopicException)
    }

    // MARK: Nodes that are down

    @Test("a node that is down is named when topics are to be changed, and nothing is changed then", arguments: 1..<3)
    func changeWithoutNode(down: Int) throws {
        let cluster = try RunningCluster()
        #expect(try cluster.connect(to: 0).createTopic("old", partitions: 3) == .none)
        cluster.stop(down)
        for asked in 0..<3 where asked != down {
            let client = try cluster.connect(to: asked)
            let response = try client.call(
                CreateTopicsRequest {
                    $0.topics = [
                        CreateTopicsRequest.Topic {
                            $0.name = "new"
                            $0.numPartitions = 3
                        }
                    ]
                }, version: 6, CreateTopicsResponse.self)
            #expect(response.topics[0].errorCode == .brokerNotAvailable)
            #expect(response.topics[0].errorMessage?.contains("node \(down + 1) cannot be asked") == true)
            #expect(try describe("new", at: client).topics[0].errorCode == .unknownTopicOrPartition)
            let deleted = try client.call(
                DeleteTopicsRequest { $0.topicNames = ["old"] }, version: 5, DeleteTopicsResponse.self)
            #expect(deleted.responses[0].errorCode == .brokerNotAvailable)
            #expect(try partitionCount(of: "old", at: client) == 3)
        }
        try cluster.start(down)
        #expect(try cluster.connect(to: down).createTopic("new", partitions: 3) == .none)
    }

    @Test("without the controller topics stay as they are, and their records go on")
    func withoutController() throws {
        let cluster = try RunningCluster()
        let client = try cluster.connect(to: 2)
        #expect(try client.createTopic("t", partitions: 3) == .none)
        cluster.stop(0)
        #expect(try client.createTopic("new") == .brokerNotAvailable)
        let leaders = try describe("t", at: client).topics[0].partitions.map(\.leaderId)
        let own = Int32(try #require(leaders.firstIndex(of: 3)))
        #expect(try client.produce("t", partition: own, Batch.make(["a"])).errorCode == .none)
        #expect(try Batch.records(client.fetch("t", partition: own, from: 0).bytes).map(\.value) == ["a"])
    }

    @Test(
        "a node that comes back serves what it had, and one that lost its disk learns the topics anew", arguments: 0..<3
    )
    func returning(node: Int) throws {
        let cluster = try RunningCluster()
        let other = try cluster.connect(to: (node + 1) % 3)
        #expect(try other.createTopic("t", partitions: 3, configs: ["segment.bytes": "100000"]) == .none)
        let leaders = try describe("t", at: other).topics[0].partitions.map(\.leaderId)
        let own = Int32(try #require(leaders.firstIndex(of: Int32(node) + 1)))
        #expect(try cluster.connect(to: node).produce("t", partition: own, Batch.make(["kept"])).errorCode == .none)
        cluster.stop(node)
        try cluster.start(node)
        let records = try Batch.records(cluster.connect(to: node).fetch("t", partition: own, from: 0).bytes)
        #expect(records.map(\.value) == ["kept"])

        try cluster.lose(node)
        try cluster.start(node)
        let client = try cluster.connect(to: node)
        try eventually("the topic is learnt") { try partitionCount(of: "t", at: client) == 3 }
        #expect(try setting("segment.bytes", of: "t", at: client) == "100000")
        #expect(try client.produce("t", partition: own, Batch.make(["new"])).errorCode == .none)
        #expect(try partitionCount(of: "t", at: other) == 3)
    }

    @Test("a node says which of its partitions the cluster map gives to others")
    func strays() throws {
        let alone = try RunningBroker(["node.id=2"], keepingDirectory: true)
        #expect(try alone.connect().createTopic("t", partitions: 6) == .none)
        alone.stop()
        let moved = try RunningBroker(
            ["node.id=2", "cluster.nodes=1@127.0.0.1:9,2@127.0.0.1:9,3@127.0.0.1:9"], in: alone.directory)
        // Four of the topic's, and that of the offsets.
        #expect(
            moved.messages.all.contains { $0.hasPrefix("5 partitions in log.dirs, for example __consumer_offsets-0") })
    }
}

import Broker
import KafkaProtocol
import LinuxKernel
import Testing

@Suite("One node of several")
struct ClusterTests {
    private let settings = ["node.id=2", "cluster.nodes=1@127.0.0.1:9991,2@127.0.0.1:9992,3@127.0.0.1:9993"]

    @Test("metadata spreads a topic's partitions over the nodes, and only the leader takes and gives their records")
    func leaders() throws {
        let broker = try RunningBroker(settings)
        let client = try broker.connect()
        #expect(try client.createTopic("t", partitions: 6) == .none)
        let metadata = try client.call(
            MetadataRequest { $0.topics = [MetadataRequest.Topic { $0.name = "t" }] }, version: 9,
            MetadataResponse.self)
        #expect(metadata.brokers.map(\.port) == [9991, 9992, 9993])
        let leaders = metadata.topics[0].partitions.map(\.leaderId)
        #expect(Set(leaders) == [1, 2, 3] && leaders[..<3] == leaders[3...])
        for (index, leader) in leaders.enumerated() {
            let partition = Int32(index)
            let wanted: ErrorCode = leader == 2 ? .none : .notLeaderOrFollower
            #expect(try client.produce("t", partition: partition, Batch.make(["a"])).errorCode == wanted)
            #expect(try client.fetch("t", partition: partition, from: 0).partition.errorCode == wanted)
        }
        let directories = try Directory.names(in: broker.directory + "/logs").filter { $0.hasPrefix("t-") }
        #expect(directories.count == 2)
    }

    @Test("groups are spread over the nodes, and only their coordinator keeps them")
    func coordinators() throws {
        let broker = try RunningBroker(settings)
        let client = try broker.connect()
        var nodes: Set<Int32> = []
        for number in 0..<20 {
            let found = try client.call(
                FindCoordinatorRequest { $0.key = "g\(number)" }, version: 3, FindCoordinatorResponse.self)
            nodes.insert(found.nodeId)
            let joined = try client.call(
                JoinGroupRequest {
                    $0.groupId = "g\(number)"
                    $0.sessionTimeoutMs = 10_000
                    $0.protocolType = "consumer"
                    $0.protocols = [JoinGroupRequest.GroupProtocol { $0.name = "range" }]
                }, version: 5, JoinGroupResponse.self)
            #expect(joined.errorCode == (found.nodeId == 2 ? .memberIdRequired : .notCoordinator))
        }
        #expect(nodes == [1, 2, 3])
    }

    @Test("new partitions go to the directory that has the fewest, and stay where they are")
    func directories() throws {
        let path = RunningBroker.makeDirectory()
        let dirs = (0..<3).map { "\(path)/d\($0)" }
        let setting = "log.dirs=" + dirs.joined(separator: ",")
        func counts() throws -> [Int] {
            try dirs.map { try Directory.names(in: $0).filter { $0.hasPrefix("t") }.count }
        }
        let first = try RunningBroker([setting], in: path, keepingDirectory: true)
        #expect(try first.connect().createTopic("t", partitions: 8) == .none)
        #expect(try counts().sorted() == [2, 3, 3])
        let before = try dirs.map { try Directory.names(in: $0).filter { $0.hasPrefix("t") } }
        first.stop()
        let second = try RunningBroker([setting], in: path)
        #expect(try second.connect().createTopic("t2", partitions: 1) == .none)
        #expect(try counts() == [3, 3, 3])
        #expect(
            try dirs.map { try Directory.names(in: $0).filter { $0.hasPrefix("t-") } } == before)
    }
}

import Compression
import Foundation
import KafkaProtocol
import LinuxKernel
import Logging
import RecordFormat
import Testing

@testable import Broker

@Suite("Groups over a restart")
struct KeptGroupsTests {
    private static let offsets = "__consumer_offsets"

    /// A record's key and value.
    private struct Pair: Equatable {
        var key: [UInt8]
        var value: [UInt8]?
    }

    private static func pairs(_ bytes: [UInt8]) throws -> [Pair] {
        var found: [Pair] = []
        try unsafe bytes.withUnsafeBytes { buffer in
            var batches = unsafe RecordBatchSequence(buffer)
            while let batch = try batches.next() {
                var records = try RecordIterator(batch, decompressor: Decompressor())
                while let record = try records.next() {
                    found.append(
                        unsafe Pair(
                            key: record.key.map { unsafe Array($0) } ?? [],
                            value: record.value.map { unsafe Array($0) }))
                }
            }
        }
        return found
    }

    private static func decode<Part: GroupRecordPart>(_ type: Part.Type, _ bytes: [UInt8]?) throws -> Part? {
        try bytes?.withUnsafeBytes { buffer in
            var reader = unsafe WireReader(buffer)
            let part = try Part.decode(&reader)
            if part != nil { try reader.expectEnd() }
            return part
        }
    }

    private static func encode(_ part: some GroupRecordPart, version: Int16) throws -> [UInt8] {
        var writer = WireWriter()
        try part.encode(into: &writer, version: version)
        return unsafe writer.withUnsafeBytes { unsafe Array($0) }
    }

    private static func encode(_ value: OffsetCommitValue) throws -> [UInt8] {
        var writer = WireWriter()
        try value.encode(into: &writer)
        return unsafe writer.withUnsafeBytes { unsafe Array($0) }
    }

    /// The records of a group's members that a broker has written; nil is a tombstone.
    private func members(of group: String, at client: TestClient) throws -> [GroupMetadataValue?] {
        try Self.pairs(client.fetch(Self.offsets, from: 0).bytes).compactMap { pair in
            guard try Self.decode(GroupMetadataKey.self, pair.key)?.group == group else { return nil }
            return .some(try Self.decode(GroupMetadataValue.self, pair.value))
        }
    }

    private func describe(_ group: String, at client: TestClient) throws -> DescribeGroupsResponse.Group {
        try client.call(
            DescribeGroupsRequest { $0.groups = [group] }, version: 5, DescribeGroupsResponse.self
        ).groups[0]
    }

    private func committed(_ group: String, at client: TestClient) throws -> [String: Int64] {
        try Dictionary(
            uniqueKeysWithValues: client.committedTopics(of: group).map { ($0.name, $0.partitions[0].committedOffset) })
    }

    // MARK: Kafka's records

    @Test("records of groups that Kafka wrote are read to their last byte, and written they are the same bytes")
    func bytes() throws {
        var kinds: [Int16: Int] = [:]
        for pair in try Self.pairs(KafkaGroupLog.bytes) {
            let value = try #require(pair.value)
            let version = Int16(value[1])
            kinds[Int16(pair.key[1]) * 10 + version, default: 0] += 1
            if let key = try Self.decode(OffsetCommitKey.self, pair.key) {
                #expect(try Self.encode(key, version: 1) == pair.key)
                let commit = try #require(try Self.decode(OffsetCommitValue.self, value))
                #expect(try Self.encode(commit) == value)
            } else {
                let key = try #require(try Self.decode(GroupMetadataKey.self, pair.key))
                #expect(try Self.encode(key, version: 2) == pair.key)
                let group = try #require(try Self.decode(GroupMetadataValue.self, value))
                #expect(try Self.encode(group, version: GroupMetadataValue.writtenVersion) == value)
            }
        }
        #expect(kinds == [14: 9, 23: 3])
    }

    @Test("the older and the tagged forms of a committed offset are read; one that nobody knows is left alone")
    func versions() throws {
        var value = OffsetCommitValue()
        value.offset = 7
        value.metadata = "m"
        value.timestamp = 5
        for version in OffsetCommitValue.versions {
            let bytes = try Self.encode(value, version: version)
            #expect(try Self.decode(OffsetCommitValue.self, bytes) == value)
        }
        #expect(try Self.encode(value)[1] == 3)
        value.topicId = TopicId(high: 1, low: 2)
        #expect(try Self.decode(OffsetCommitValue.self, Self.encode(value)) == value)
        // A field of a later Kafka, behind the topic's id.
        var later = try Self.encode(value)
        later[later.count - 19] = 2
        later += [9, 1, 255]
        #expect(try Self.decode(OffsetCommitValue.self, later) == value)
        #expect(try Self.decode(OffsetCommitValue.self, [0, 5, 1, 2]) == nil)
        #expect(try Self.decode(GroupMetadataKey.self, [0, 3, 0, 1, 103]) == nil)
    }

    @Test("a group is kept in the partition where Kafka looks for it")
    func places() throws {
        let node = ClusterMap.Node(id: 1, host: "h", port: 1)
        let alone = ClusterMap(nodes: [node], own: 1)
        let names = ["readers", "g", "a", "orders-service", "polygenelubricants", "gruppe-ä"]
        #expect(names.dropLast().map { alone.offsetsPartition(ofGroup: $0, count: 50) } == [28, 3, 47, 17, 0])
        #expect(names.map { alone.offsetsPartition(ofGroup: $0, count: 1) } == [0, 0, 0, 0, 0, 0])
        let other = ClusterMap.Node(id: 2, host: "h", port: 2)
        let second = ClusterMap(nodes: [node, other], own: 2)
        #expect(names.map { second.offsetsPartition(ofGroup: $0, count: 2) } == [1, 1, 1, 1, 1, 1])
    }

    @Test("a group of Kafka's stands where it stood, and its generations go on")
    func kafkasGroup() throws {
        let directory = RunningBroker.makeDirectory()
        try KafkaGroupLog.write(to: directory + "/logs")
        let broker = try RunningBroker(in: directory)
        let client = try broker.connect()
        #expect(try committed("readers", at: client) == ["append-time": 300, "segments": 2400])
        let described = try describe("readers", at: client)
        #expect(described.groupState == "Empty" && described.protocolType == "consumer")
        let member = try GroupMember(broker, group: "readers")
        #expect(try member.join().generationId == 3)
        // This one is looked for in the second partition.
        let other = try GroupMember(broker)
        try other.join()
        #expect(try !client.fetch(Self.offsets, partition: 1, from: 0).bytes.isEmpty)
        let configs = try client.call(
            DescribeConfigsRequest { request in
                request.resources = [
                    DescribeConfigsRequest.Resource {
                        $0.resourceType = 2
                        $0.resourceName = Self.offsets
                    }
                ]
            }, version: 4, DescribeConfigsResponse.self
        ).results[0].configs
        #expect(configs.first { $0.name == "retention.ms" }?.value == "-1")
    }

    @Test("the life of a group leaves the records that it leaves with Kafka")
    func records() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        let kafkas = try Self.pairs(KafkaGroupLog.bytes).compactMap { pair in
            try Self.decode(GroupMetadataKey.self, pair.key) == nil
                ? nil : try Self.decode(GroupMetadataValue.self, pair.value)
        }
        let member = try GroupMember(broker, group: "readers")
        member.session = kafkas[1].members[0].sessionTimeout
        member.rebalance = kafkas[1].members[0].rebalanceTimeout
        member.metadata = kafkas[1].members[0].subscription
        try member.join()
        _ = try member.sync([member.id: kafkas[1].members[0].assignment])
        let leaving = LeaveGroupRequest.Member { $0.memberId = member.id }
        #expect(try member.leave([leaving]).members.map(\.errorCode) == [.none])
        let own = try members(of: "readers", at: client).map { try #require($0) }
        try #require(own.count == kafkas.count)
        for (own, kafkas) in zip(own, kafkas) {
            var expected = kafkas
            expected.timestamp = own.timestamp
            if expected.leader != nil { expected.leader = member.id }
            for index in expected.members.indices {
                expected.members[index].id = member.id
                expected.members[index].clientId = "test"
            }
            #expect(own == expected)
        }
    }

    @Test("offsets of Kafka's transactions hold where they were committed; what only Kafka knows is kept for it")
    func transactions() throws {
        let directory = RunningBroker.makeDirectory()
        try KafkaGroupLog.write(to: directory + "/logs")
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        var client = try first.connect()
        let end = try client.fetch(Self.offsets, from: 0).partition.highWatermark
        #expect(end == 12)
        first.stop()
        let log = directory + "/logs/\(Self.offsets)-0/00000000000000000000.log"
        var bytes = KafkaGroupLog.bytes
        for (index, offset) in [3000, 4000, 5000].enumerated() as EnumeratedSequence<[Int64]> {
            var encoder = RecordBatchEncoder()
            let id = Int64(index) + 70
            unsafe try encoder.begin(
                baseOffset: end + Int64(2 * index), partitionLeaderEpoch: 0, producerId: id, producerEpoch: 0,
                baseSequence: 0, isTransactional: true)
            var value = OffsetCommitValue()
            value.offset = offset
            try Self.append(
                Self.encode(OffsetCommitKey(group: "readers", topic: "segments", partition: 0), version: 1),
                Self.encode(value), to: &encoder)
            bytes += unsafe try Array(encoder.finish())
            // The second is aborted, the third was not decided.
            guard index < 2 else { continue }
            unsafe try encoder.begin(
                baseOffset: end + Int64(2 * index + 1), partitionLeaderEpoch: 0, producerId: id, producerEpoch: 0,
                isTransactional: true, isControl: true)
            try Self.append([0, 0, 0, index == 0 ? 1 : 0], [0, 0, 0, 0, 0, 0], to: &encoder)
            bytes += unsafe try Array(encoder.finish())
        }
        let file = try File(log, .readWrite)
        try unsafe bytes.withUnsafeBytes { unsafe try file.writeAll($0, at: 0) }
        let second = try RunningBroker(in: directory)
        client = try second.connect()
        #expect(try committed("readers", at: client) == ["append-time": 300, "segments": 3000])
    }

    @Test("what is kept is written again before retention drops it, in batches that a log takes")
    func rewriting() throws {
        let directory = RunningBroker.makeDirectory()
        defer { try? Directory.removeTree(directory) }
        try KafkaGroupLog.write(to: directory)
        let path = directory + "/\(Self.offsets)-0/00000000000000000000.log"
        // A record of a group of another protocol, which only Kafka knows.
        let foreign = Pair(key: [0, 3, 0, 1, 97], value: [0, 0, 0, 0, 0, 5])
        var encoder = RecordBatchEncoder()
        unsafe try encoder.begin(baseOffset: 12, partitionLeaderEpoch: 0)
        try Self.append(foreign.key, foreign.value ?? [], to: &encoder)
        let bytes = unsafe try KafkaGroupLog.bytes + Array(encoder.finish())
        do {
            let file = try File(path, .readWrite)
            try unsafe bytes.withUnsafeBytes { unsafe try file.writeAll($0, at: 0) }
        }
        var configuration = BrokerConfiguration()
        try configuration.apply(assignment: "log.dirs=\(directory)")
        let node = try BrokerNode(configuration, port: 1, log: EventLog(Logger(label: "test")))
        let store = node.groups.offsets
        store.rewriteBytes = 1 << 20
        let metadata = String(repeating: "m", count: 4096)
        let changes = (0..<600 as Range<Int32>).map { partition in
            let value = OffsetCommitValue {
                $0.offset = 1
                $0.metadata = metadata
            }
            return (OffsetCommitKey(group: "readers", topic: "many", partition: partition), Optional(value))
        }
        try store.write(changes, now: 1)
        try node.topics.close()
        var pairs = try Self.pairs([UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
        // Kafka's, the commits, and then all that holds: the foreign record, the offsets and the members.
        #expect(pairs.count == 13 + 600 + 1 + 602 + 1)
        pairs.removeFirst(13 + 600)
        #expect(pairs.first?.key == foreign.key)
        let offsets = try pairs.compactMap { try Self.decode(OffsetCommitKey.self, $0.key) }
        #expect(offsets.count == 602 && Set(offsets.map(\.topic)) == ["append-time", "segments", "many"])
        let members = try #require(try Self.decode(GroupMetadataValue.self, pairs.last?.value))
        #expect(members.generation == 2 && members.members.isEmpty)

        // A start that finds as much does so before anybody commits.
        let second = try BrokerNode(configuration, port: 1, log: EventLog(Logger(label: "test")))
        second.groups.offsets.rewriteBytes = 1
        try second.groups.offsets.rewriteWhereDue(now: 1)
        try second.topics.close()
        let all = try Self.pairs([UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
        #expect(all.count == 13 + 600 + 2 * (1 + 602 + 1))
    }

    private static func append(
        _ key: [UInt8], _ value: [UInt8], to encoder: inout RecordBatchEncoder
    ) throws {
        try unsafe key.withUnsafeBytes { key in
            try unsafe value.withUnsafeBytes { value in
                unsafe try encoder.append(timestamp: 1_700_000_000_000, key: key, value: value)
            }
        }
    }

    // MARK: Restarts

    @Test(
        "members that heartbeat over a restart go on in their generation, with their assignments",
        arguments: [
            false, true,
        ])
    func restart(isKilled: Bool) throws {
        let directory = RunningBroker.makeDirectory()
        let before: (leader: GroupMember, follower: GroupMember)
        if isKilled {
            let broker = try BrokerProcess(in: directory + "/logs")
            before = try GroupMember.pair(port: broker.port)
            try settle(before)
            broker.kill()
        } else {
            let broker = try RunningBroker(in: directory, keepingDirectory: true)
            before = try GroupMember.pair(broker)
            try settle(before)
            broker.stop()
        }
        let broker = try RunningBroker(in: directory)
        let leader = try GroupMember(before.leader, at: broker)
        let follower = try GroupMember(before.follower, at: broker)
        let described = try describe("g", at: follower.client)
        #expect(described.groupState == "Stable" && described.protocolData == "range")
        #expect(Set(described.members.map(\.memberId)) == [leader.id, follower.id])
        #expect(described.members.map(\.clientHost) == ["/127.0.0.1", "/127.0.0.1"])
        #expect(described.members.map(\.memberMetadata) == [[1], [1]])
        #expect(try leader.heartbeat() == .none)
        #expect(try follower.heartbeat() == .none)
        #expect(try follower.commit(5) == .none)
        #expect(try follower.sync().assignment == [2])
        // A member that asks again gets the same generation; only the leader's asking starts a new one.
        let again = try follower.join()
        #expect(again.generationId == leader.joined.generationId && again.leader == leader.id)
        #expect(try leader.heartbeat() == .none)
        try leader.startJoin()
        while try follower.heartbeat() != .rebalanceInProgress { MonotonicClock.sleep(nanoseconds: 1_000_000) }
        try follower.startJoin()
        #expect(try follower.finishJoin().generationId == again.generationId + 1)
        #expect(try leader.finishJoin().members.count == 2)
    }

    private func settle(_ pair: (leader: GroupMember, follower: GroupMember)) throws {
        let (leader, follower) = pair
        _ = try leader.client.createTopic("t")
        try follower.startSync()
        #expect(try leader.sync([leader.id: [1], follower.id: [2]]).assignment == [1])
        #expect(try follower.finishSync().assignment == [2])
        #expect(try follower.commit(4) == .none)
    }

    @Test("a member that does not come back after a restart is given up at the end of its session")
    func silence() throws {
        let directory = RunningBroker.makeDirectory()
        let settings = ["group.min.session.timeout.ms=100"]
        let first = try RunningBroker(settings, in: directory, keepingDirectory: true)
        let before = try GroupMember.pair(first, session: 1000)
        try settle(before)
        first.stop()
        let second = try RunningBroker(settings, in: directory)
        let leader = try GroupMember(before.leader, at: second)
        while try leader.heartbeat() != .rebalanceInProgress { MonotonicClock.sleep(nanoseconds: 50_000_000) }
        let alone = try leader.join()
        #expect(alone.errorCode == .none && alone.members.map(\.memberId) == [leader.id])
        #expect(try GroupMember(before.follower, at: second).heartbeat() == .unknownMemberId)
    }

    @Test("a static member that was replaced before a restart stays replaced after it")
    func staticMember() throws {
        let directory = RunningBroker.makeDirectory()
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        let old = try GroupMember(first, instance: "i")
        try old.join()
        _ = try old.sync([old.id: [113]])
        let new = try GroupMember(first, instance: "i")
        try new.join()
        first.stop()
        let second = try RunningBroker(in: directory)
        #expect(try GroupMember(old, at: second).heartbeat() == .fencedInstanceId)
        let back = try GroupMember(new, at: second)
        #expect(try back.heartbeat() == .none)
        #expect(try back.sync().assignment == [113])
        let newest = try GroupMember(second, instance: "i")
        #expect(try newest.join().generationId == old.joined.generationId)
    }

    @Test("a group that is too large for a record goes on, says so, and begins anew after a restart")
    func large() throws {
        let directory = RunningBroker.makeDirectory()
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        let member = try GroupMember(first)
        member.metadata = [UInt8](repeating: 1, count: 1 << 20)
        try member.join()
        #expect(try member.sync([member.id: [1]]).errorCode == .none)
        #expect(try member.heartbeat() == .none)
        #expect(first.messages.all.contains { $0.contains("members of group g could not be kept") })
        first.stop()
        let second = try RunningBroker(in: directory)
        #expect(try GroupMember(member, at: second).heartbeat() == .unknownMemberId)
        let again = try GroupMember(second)
        #expect(try again.join().errorCode == .none)
        #expect(try again.sync([again.id: [2]]).assignment == [2])
    }

    // MARK: Ends

    @Test("a deleted group leaves a tombstone and does not come back")
    func deletion() throws {
        let directory = RunningBroker.makeDirectory()
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        let member = try GroupMember(first)
        try member.join()
        _ = try member.sync()
        let deletion = DeleteGroupsRequest { $0.groupsNames = ["g"] }
        var answer = try member.client.call(deletion, version: 2, DeleteGroupsResponse.self)
        #expect(answer.results.map(\.errorCode) == [.nonEmptyGroup])
        _ = try member.leave([LeaveGroupRequest.Member { $0.memberId = member.id }])
        answer = try member.client.call(deletion, version: 2, DeleteGroupsResponse.self)
        #expect(answer.results.map(\.errorCode) == [.none])
        #expect(try members(of: "g", at: member.client).last == .some(nil))
        first.stop()
        let second = try RunningBroker(in: directory)
        let groups = try second.connect().call(ListGroupsRequest(), version: 4, ListGroupsResponse.self).groups
        #expect(groups.isEmpty)
    }

    @Test("an empty group without offsets is forgotten with a tombstone; one with offsets stays")
    func empty() throws {
        let broker = try RunningBroker(["log.retention.check.interval.ms=100"])
        let client = try broker.connect()
        _ = try client.createTopic("t")
        let members = try ["with", "without"].map { try GroupMember(broker, group: $0) }
        for member in members {
            try member.join()
            _ = try member.sync()
        }
        #expect(try members[0].commit(3) == .none)
        for member in members { _ = try member.leave([LeaveGroupRequest.Member { $0.memberId = member.id }]) }
        while try self.members(of: "without", at: client).last != .some(nil) {
            MonotonicClock.sleep(nanoseconds: 20_000_000)
        }
        let groups = try client.call(ListGroupsRequest(), version: 4, ListGroupsResponse.self).groups
        #expect(groups.map(\.groupId) == ["with"])
        #expect(try committed("with", at: client) == ["t": 3])
    }

    @Test("the number of partitions that groups are kept in does not change under them")
    func partitions() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        let answer = try client.call(
            CreatePartitionsRequest {
                $0.topics = [
                    CreatePartitionsRequest.Topic {
                        $0.name = Self.offsets
                        $0.count = 5
                    }
                ]
            }, version: 2, CreatePartitionsResponse.self)
        #expect(answer.results.map(\.errorCode) == [.invalidTopicException])
    }
}

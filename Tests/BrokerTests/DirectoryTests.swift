import CommitLog
import KafkaProtocol
import LinuxKernel
import TestDisks
import Testing

@testable import Broker

@Suite("Several log directories")
struct DirectoryTests {
    private static let partitions: Int32 = 6

    /// Three log directories, in a folder that goes with it.
    private final class Disks {
        let path = RunningBroker.makeDirectory()
        var all: [String] { (0..<3).map { "\(path)/d\($0)" } }

        deinit {
            InjectedFaults.disarm(pathPrefix: path)
            try? Directory.removeTree(path)
        }

        func start(_ settings: [String] = []) throws -> RunningBroker {
            try RunningBroker(
                ["log.dirs=" + all.joined(separator: ",")] + settings, in: path, keepingDirectory: true)
        }

        /// Takes a directory away; a file in its place keeps it from being made anew.
        func take(_ index: Int, leavingFile: Bool = true) throws {
            try Directory.rename(all[index], to: all[index] + "-away")
            if leavingFile { _ = try File(all[index], .create) }
        }

        func putBack(_ index: Int) throws {
            if try Directory.isDirectory(all[index]) {
                try Directory.removeTree(all[index])
            } else {
                try Directory.unlinkFile(all[index])
            }
            try Directory.rename(all[index] + "-away", to: all[index])
        }

        /// Makes a directory a disk of its own.
        func mount(_ index: Int, byteCount: Int) throws -> LoopDisk {
            try LoopDisk(at: all[index], image: path + "/image", byteCount: byteCount)
        }

        /// The directory of each partition of a topic.
        func places(of topic: String) throws -> [Int32: Int] {
            var places: [Int32: Int] = [:]
            for index in all.indices where try Directory.isDirectory(all[index]) {
                for name in try Directory.names(in: all[index]) where name.hasPrefix(topic + "-") {
                    places[try #require(Int32(name.dropFirst(topic.count + 1)))] = index
                }
            }
            return places
        }
    }

    /// What a producer and a consumer are told of a partition, and the values that it has.
    private func probe(
        _ topic: String, _ partition: Int32, at client: TestClient
    ) throws -> (produced: ErrorCode, fetched: ErrorCode, values: [String]) {
        let fetched = try client.fetch(topic, partition: partition, from: 0)
        let produced = try client.produce(topic, partition: partition, Batch.make(["more"])).errorCode
        return (produced, fetched.partition.errorCode, try Batch.records(fetched.bytes).map(\.value))
    }

    private func write(_ value: String, to topic: String, at client: TestClient) throws {
        for partition in 0..<Self.partitions {
            #expect(
                try client.produce(topic, partition: partition, Batch.make(["\(value) \(partition)"])).errorCode
                    == .none)
        }
    }

    @Test("new partitions go to the directory that has the fewest, and stay where they are")
    func spread() throws {
        let disks = Disks()
        func counts() throws -> [Int] {
            try disks.all.map { try Directory.names(in: $0).filter { $0.hasPrefix("t") }.count }
        }
        let first = try disks.start()
        #expect(try first.connect().createTopic("t", partitions: 8) == .none)
        #expect(try counts().sorted() == [2, 3, 3])
        let before = try disks.places(of: "t")
        first.stop()
        let second = try disks.start()
        #expect(try second.connect().createTopic("t2", partitions: 1) == .none)
        #expect(try counts() == [3, 3, 3])
        #expect(try disks.places(of: "t") == before)
    }

    @Test(
        "a directory that cannot be used at the start takes its partitions offline and no others, and brings them back",
        arguments: 0..<3)
    func missing(_ gone: Int) throws {
        let disks = Disks()
        let first = try disks.start()
        #expect(try first.connect().createTopic("t", partitions: Self.partitions) == .none)
        try write("kept", to: "t", at: first.connect())
        let places = try disks.places(of: "t")
        first.stop()

        try disks.take(gone)
        let second = try disks.start()
        #expect(second.messages.all.contains { $0.hasPrefix("log directory \(disks.all[gone]) cannot be used") })
        let client = try second.connect()
        for partition in 0..<Self.partitions {
            let found = try probe("t", partition, at: client)
            let isOffline = places[partition] == gone
            #expect(found.produced == (isOffline ? .kafkaStorageError : .none))
            #expect(found.fetched == (isOffline ? .kafkaStorageError : .none))
            #expect(found.values == (isOffline ? [] : ["kept \(partition)"]))
        }
        let described = try client.call(
            MetadataRequest { $0.topics = nil }, version: 9, MetadataResponse.self
        ).topics.first { $0.name == "t" }
        let offline = try #require(described).partitions.filter { !$0.offlineReplicas.isEmpty }.map(\.partitionIndex)
        #expect(offline == places.filter { $0.value == gone }.map(\.key).sorted())
        // What is new goes where it can.
        #expect(try client.createTopic("new", partitions: Self.partitions) == .none)
        try write("new", to: "new", at: client)
        second.stop()

        try disks.putBack(gone)
        let third = try disks.start()
        for partition in 0..<Self.partitions {
            let found = try probe("t", partition, at: third.connect())
            #expect(found.produced == .none && found.values.first == "kept \(partition)")
            #expect(try probe("new", partition, at: third.connect()).values == ["new \(partition)"])
        }
        third.stop()
        // The node's files of the directory that was away are as the others'.
        try disks.take((gone + 1) % 3)
        let fourth = try disks.start()
        #expect(try fourth.connect().createTopic("new") == .topicAlreadyExists)
    }

    @Test("a directory that comes up empty, as of a disk that is not mounted, is not taken for one without records")
    func unmounted() throws {
        let disks = Disks()
        let first = try disks.start()
        #expect(try first.connect().createTopic("t", partitions: Self.partitions) == .none)
        try write("kept", to: "t", at: first.connect())
        let places = try disks.places(of: "t")
        first.stop()
        try disks.take(1, leavingFile: false)
        let second = try disks.start()
        for partition in 0..<Self.partitions {
            let found = try probe("t", partition, at: second.connect())
            #expect(found.fetched == (places[partition] == 1 ? .kafkaStorageError : .none))
        }
        second.stop()
        try disks.putBack(1)
        let third = try disks.start()
        for partition in 0..<Self.partitions {
            #expect(try probe("t", partition, at: third.connect()).values.first == "kept \(partition)")
        }
    }

    @Test("a topic that was deleted while a directory was away does not come back with it", arguments: [false, true])
    func deletedMeanwhile(isMadeAgain: Bool) throws {
        let disks = Disks()
        let first = try disks.start()
        #expect(try first.connect().createTopic("t", partitions: Self.partitions) == .none)
        try write("old", to: "t", at: first.connect())
        first.stop()
        try disks.take(2)
        let second = try disks.start()
        let deleted = try second.connect().call(
            DeleteTopicsRequest { $0.topicNames = ["t"] }, version: 5, DeleteTopicsResponse.self)
        #expect(deleted.responses[0].errorCode == .none)
        if isMadeAgain {
            #expect(try second.connect().createTopic("t", partitions: Self.partitions) == .none)
            try write("new", to: "t", at: second.connect())
        }
        second.stop()
        try disks.putBack(2)
        let third = try disks.start()
        for partition in 0..<Self.partitions {
            let found = try probe("t", partition, at: third.connect())
            #expect(found.fetched == (isMadeAgain ? .none : .unknownTopicOrPartition))
            if isMadeAgain { #expect(found.values == ["new \(partition)"]) }
        }
        third.stop()
    }

    @Test("groups are refused while the directory with their offsets is away, and not sent back to the start")
    func offsets() throws {
        let disks = Disks()
        let first = try disks.start()
        #expect(try first.connect().createTopic("t") == .none)
        let commit = OffsetCommitRequest {
            $0.groupId = "g"
            $0.topics = [
                OffsetCommitRequest.Topic {
                    $0.name = "t"
                    $0.partitions = [OffsetCommitRequest.Partition { $0.committedOffset = 7 }]
                }
            ]
        }
        let kept = try first.connect().call(commit, version: 8, OffsetCommitResponse.self)
        #expect(kept.topics[0].partitions[0].errorCode == .none)
        first.stop()
        let place = try #require(try disks.places(of: "__consumer_offsets")[0])
        try disks.take(place)
        let second = try disks.start()
        let client = try second.connect()
        let coordinator = try client.call(
            FindCoordinatorRequest { $0.key = "g" }, version: 3, FindCoordinatorResponse.self)
        #expect(coordinator.errorCode == .coordinatorNotAvailable)
        let question = OffsetFetchRequest {
            $0.groups = [
                OffsetFetchRequest.Group {
                    $0.groupId = "g"
                    $0.topics = nil
                }
            ]
        }
        let asked = try client.call(question, version: 8, OffsetFetchResponse.self)
        #expect(asked.groups[0].errorCode == .coordinatorNotAvailable)
        let refused = try client.call(commit, version: 8, OffsetCommitResponse.self)
        #expect(refused.topics[0].partitions[0].errorCode == .coordinatorNotAvailable)
        second.stop()
        try disks.putBack(place)
        let third = try disks.start()
        let found = try third.connect().call(question, version: 8, OffsetFetchResponse.self)
        #expect(found.groups.first?.topics.first?.partitions.first?.committedOffset == 7)
    }

    @Test("a directory that is full while the broker runs refuses its partitions' records until there is room")
    func full() throws {
        let disks = Disks()
        let broker = try disks.start()
        let client = try broker.connect()
        #expect(try client.createTopic("t", partitions: Self.partitions) == .none)
        let places = try disks.places(of: "t")
        let noSpace: Int32 = 28
        for kind in [CallKind.pwrite, .open, .mkdir, .rename] {
            InjectedFaults.arm(.init(kind: kind, pathPrefix: disks.all[1], code: noSpace))
        }
        for partition in 0..<Self.partitions {
            let produced = try client.produce("t", partition: partition, Batch.make(["a"])).errorCode
            #expect(produced == (places[partition] == 1 ? .kafkaStorageError : .none))
        }
        #expect(try client.createTopic("new", partitions: Self.partitions) == .none)
        try write("new", to: "new", at: client)
        #expect(try Set(disks.places(of: "new").values) == [0, 2])
        InjectedFaults.disarm(pathPrefix: disks.all[1])
        for partition in 0..<Self.partitions {
            #expect(try client.produce("t", partition: partition, Batch.make(["b"])).errorCode == .none)
        }
        broker.stop()
        let second = try disks.start()
        #expect(try second.connect().createTopic("new") == .topicAlreadyExists)
    }

    @Test(
        "a directory that breaks takes its partitions offline until the broker's next start, and no others",
        arguments: [CallKind.pwrite, .fdatasync])
    func breaking(_ kind: CallKind) throws {
        let disks = Disks()
        let broker = try disks.start(["flush.policy=fdatasync"])
        let client = try broker.connect()
        #expect(try client.createTopic("t", partitions: Self.partitions) == .none)
        try write("kept", to: "t", at: client)
        let places = try disks.places(of: "t")
        let victim = try #require(places.filter { $0.value == 1 }.keys.min())
        // One failure of one file is enough.
        let inputOutput: Int32 = 5
        InjectedFaults.arm(.init(kind: kind, pathPrefix: "\(disks.all[1])/t-\(victim)/", code: inputOutput))
        #expect(
            try client.produce("t", partition: victim, Batch.make(["lost"])).errorCode == .kafkaStorageError)
        InjectedFaults.disarm(pathPrefix: "\(disks.all[1])/t-\(victim)/")

        try expectOffline(directory: 1, places, at: client)
        #expect(broker.messages.all.count { $0.hasPrefix("log directory \(disks.all[1]) is given up") } == 1)
        #expect(try client.createTopic("new", partitions: Self.partitions) == .none)
        #expect(try Set(disks.places(of: "new").values) == [0, 2])
        try write("new", to: "new", at: client)
        #expect(broker.stop() == nil)
        #expect(try !Directory.exists(disks.all[1] + "/.kafka_cleanshutdown"))

        let second = try disks.start()
        for partition in 0..<Self.partitions {
            let found = try probe("t", partition, at: second.connect())
            #expect(found.produced == .none && found.fetched == .none)
            #expect(found.values.first == "kept \(partition)")
        }
        #expect(try second.connect().createTopic("new") == .topicAlreadyExists)
    }

    /// What clients are told of the partitions of a directory that is broken, and of the others.
    private func expectOffline(directory: Int, _ places: [Int32: Int], at client: TestClient) throws {
        for partition in 0..<Self.partitions {
            let found = try probe("t", partition, at: client)
            let isOffline = places[partition] == directory
            #expect(found.produced == (isOffline ? .kafkaStorageError : .none))
            #expect(found.fetched == (isOffline ? .kafkaStorageError : .none))
            #expect(found.values.first == (isOffline ? nil : "kept \(partition)"))
        }
        let described = try client.call(
            MetadataRequest { $0.topics = nil }, version: 9, MetadataResponse.self
        ).topics.first { $0.name == "t" }
        for partition in try #require(described).partitions {
            let isOffline = places[partition.partitionIndex] == directory
            #expect(partition.offlineReplicas == (isOffline ? [partition.leaderId] : []))
            #expect(partition.errorCode == .none)
        }
    }

    @Test("when the only directory breaks, clients are told so, and the broker still stops in good order")
    func onlyOne() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        #expect(try client.createTopic("t") == .none)
        let readOnly: Int32 = 30
        InjectedFaults.arm(.init(kind: .pwrite, pathPrefix: broker.directory, code: readOnly))
        #expect(try client.produce("t", Batch.make(["a"])).errorCode == .kafkaStorageError)
        InjectedFaults.disarm(pathPrefix: broker.directory)
        #expect(try client.produce("t", Batch.make(["a"])).errorCode == .kafkaStorageError)
        #expect(try client.createTopic("new") == .kafkaStorageError)
        let coordinator = try client.call(
            FindCoordinatorRequest { $0.key = "g" }, version: 3, FindCoordinatorResponse.self)
        #expect(coordinator.errorCode == .coordinatorNotAvailable)
        #expect(broker.stop() == nil)
    }

    @Test(
        "a file system that goes read-only takes its partitions offline; what was acknowledged is there afterwards",
        .enabled(if: LoopDisk.isPossible, "it takes root and a free loop device"))
    func readOnlyFileSystem() throws {
        let disks = Disks()
        let disk = try disks.mount(1, byteCount: 16 << 20)
        defer { #expect(throws: Never.self) { try disk.detach() } }
        do {
            let broker = try disks.start(["flush.policy=fdatasync"])
            let client = try broker.connect()
            #expect(try client.createTopic("t", partitions: Self.partitions) == .none)
            try write("kept", to: "t", at: client)
            let places = try disks.places(of: "t")
            try disk.abort()
            // What is only read may still be served; the first write finds out.
            let victim = try #require(places.filter { $0.value == 1 }.keys.min())
            #expect(
                try client.produce("t", partition: victim, Batch.make(["lost"])).errorCode == .kafkaStorageError)
            try expectOffline(directory: 1, places, at: client)
            #expect(broker.stop() == nil)
        }
        try disk.mountAgain()
        let second = try disks.start()
        for partition in 0..<Self.partitions {
            let found = try probe("t", partition, at: second.connect())
            #expect(found.produced == .none && found.values.first == "kept \(partition)")
        }
        second.stop()
    }

    @Test(
        "a disk that is full refuses records, and takes them again when a topic on it was deleted",
        .enabled(if: LoopDisk.isPossible, "it takes root and a free loop device"))
    func fullDisk() throws {
        let disks = Disks()
        let disk = try disks.mount(1, byteCount: 8 << 20)
        defer { #expect(throws: Never.self) { try disk.detach() } }
        let broker = try disks.start()
        let client = try broker.connect()
        #expect(try client.createTopic("t", partitions: Self.partitions) == .none)
        try write("kept", to: "t", at: client)
        #expect(try client.createTopic("large", partitions: Self.partitions) == .none)
        let places = try disks.places(of: "large")
        let filling = try #require(places.filter { $0.value == 1 }.keys.min())
        let batch = try Batch.make([String(repeating: "x", count: 200_000)])
        var code = ErrorCode.none
        var count = 0
        while code == .none, count < 100 {
            code = try client.produce("large", partition: filling, batch).errorCode
            count += 1
        }
        #expect(code == .kafkaStorageError)
        for partition in 0..<Self.partitions where places[partition] != 1 {
            #expect(try client.produce("large", partition: partition, batch).errorCode == .none)
        }
        #expect(try probe("t", 0, at: client).values.first == "kept 0")
        let deleted = try client.call(
            DeleteTopicsRequest { $0.topicNames = ["large"] }, version: 5, DeleteTopicsResponse.self)
        #expect(deleted.responses[0].errorCode == .none)
        for partition in 0..<Self.partitions {
            #expect(try client.produce("t", partition: partition, batch).errorCode == .none)
        }
        #expect(broker.stop() == nil)
    }

    @Test("without any directory there is no broker, and it says why of each")
    func none() throws {
        let disks = Disks()
        try disks.start().stop()
        for index in 0..<3 { try disks.take(index) }
        let error = #expect(throws: BrokerError.self) { try disks.start() }
        let said = "\(try #require(error))"
        #expect(said.hasPrefix("log.dirs: none of them can be used: "))
        for path in disks.all { #expect(said.contains(path)) }
    }
}

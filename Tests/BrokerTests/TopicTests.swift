import Compression
import Glibc
import KafkaProtocol
import LinuxKernel
import RecordFormat
import Testing

@testable import Broker

@Suite("Topics")
struct TopicTests {
    @Test("creation is refused for what cannot be, with the code that says why")
    func creation() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        #expect(try client.createTopic("t") == .none)
        #expect(try client.createTopic("t") == .topicAlreadyExists)
        #expect(try client.createTopic("p", partitions: 0) == .invalidPartitions)
        #expect(try client.createTopic("c", configs: ["segment.bytes": "many"]) == .invalidConfig)
        #expect(try client.createTopic("c", configs: ["cleanup.policy": "compact"]) == .invalidConfig)
        #expect(try client.createTopic("c", configs: ["no.such.thing": "1"]) == .invalidConfig)
        #expect(try client.fetch("c", from: 0).partition.errorCode == .unknownTopicOrPartition)
    }

    @Test("a topic's name may have 249 characters, through creation, restart and deletion")
    func longName() throws {
        let directory = RunningBroker.makeDirectory()
        let name = String(repeating: "n", count: 249)
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        #expect(try first.connect().createTopic(name, partitions: 2) == .none)
        first.stop()
        let second = try RunningBroker(in: directory)
        let client = try second.connect()
        #expect(try client.produce(name, partition: 1, Batch.make(["a"])).errorCode == .none)
        let deleted = try client.call(
            DeleteTopicsRequest { $0.topicNames = [name] }, version: 5, DeleteTopicsResponse.self)
        #expect(deleted.responses[0].errorCode == .none)
        #expect(try Directory.names(in: directory + "/logs/.topics") == ["__consumer_offsets="])
        #expect(try Directory.names(in: directory + "/logs").allSatisfy { !$0.hasPrefix(".removed") })
    }

    @Test("a deleted topic is gone with its records, and a fetch that waits for it is told")
    func deletion() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        let waiting = try broker.connect()
        _ = try client.produce("t", Batch.make(["a"]))
        try waiting.send(
            waiting.fetchFrame("t", [.init(index: 0, fetchOffset: 1, maxBytes: 1000)], maxWaitMs: 60_000))
        let deleted = try client.call(
            DeleteTopicsRequest { $0.topicNames = ["t", "nowhere"] }, version: 5, DeleteTopicsResponse.self)
        #expect(deleted.responses.map(\.errorCode) == [.none, .unknownTopicOrPartition])
        #expect(try waiting.fetchResponse()[0].partition.errorCode == .unknownTopicOrPartition)
        #expect(try !Directory.exists(broker.directory + "/logs/t-0"))
        #expect(try client.produce("t", Batch.make(["new"])).baseOffset == 0)
    }

    @Test("what only has the name of a partition is left alone and named, and makes no partitions of a topic")
    func strays() throws {
        let directory = RunningBroker.makeDirectory()
        let logs = directory + "/logs"
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        _ = try first.connect().produce("orders", Batch.make(["a"]))
        first.stop()
        let segment = "/00000000000000000000.log"
        for (name, content) in [
            ("backup-20261130", "/notes"), ("backup-7", "/notes"), ("orders-20000", segment), ("orders-3", "/notes"),
            ("copies-20261130", segment),
        ] {
            try Directory.create("\(logs)/\(name)")
            try TextFile.write("mine", to: makeFile("\(logs)/\(name)\(content)"))
        }
        for start in 1...2 {
            let broker = try RunningBroker(in: directory, keepingDirectory: true)
            let client = try broker.connect()
            #expect(try client.fetch("orders", from: 0).partition.highWatermark == 1)
            #expect(try client.produce("orders", partition: 1, Batch.make(["b"])).errorCode == .unknownTopicOrPartition)
            let said = broker.messages.all.filter { $0.contains("is left alone") }
            #expect(said.count == 5, "start \(start): \(said)")
            // A topic that would have to lie in one of them is not made.
            #expect(try client.createTopic("backup", partitions: 8) == .kafkaStorageError)
            #expect(try client.fetch("backup", from: 0).partition.errorCode == .unknownTopicOrPartition)
            #expect(broker.stop() == nil)
            #expect(try Directory.exists(logs + "/.kafka_cleanshutdown"), "they do not count at the stop")
        }
        #expect(try Directory.names(in: logs + "/backup-7") == ["notes"])
        for name in ["backup-20261130/notes", "backup-7/notes", "orders-20000" + segment, "orders-3/notes"] {
            #expect(try TextFile.read("\(logs)/\(name)") == "mine")
        }
        try Directory.removeTree(directory)
    }

    private func makeFile(_ path: String) throws -> String {
        _ = try File(path, .create)
        return path
    }

    @Test("a file in a topic's way stays, costs that topic alone, and the broker starts again")
    func inTheWay() throws {
        let directory = RunningBroker.makeDirectory()
        let logs = directory + "/logs"
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        let client = try first.connect()
        try TextFile.write("mine", to: makeFile(logs + "/orders-1"))
        #expect(try client.createTopic("orders", partitions: 3) != .none)
        #expect(try client.createTopic("others") == .none)
        #expect(try TextFile.read(logs + "/orders-1") == "mine")
        #expect(
            try Directory.names(in: logs).filter { $0.hasPrefix("orders") || $0.hasPrefix(".removed") } == ["orders-1"])
        first.stop()
        let second = try RunningBroker(in: directory)
        #expect(try second.connect().produce("others", Batch.make(["a"])).errorCode == .none)
        #expect(try TextFile.read(logs + "/orders-1") == "mine")
    }

    @Test("a symbolic link to a partition is deleted, not what it leads to, and the broker starts again")
    func link() throws {
        let directory = RunningBroker.makeDirectory()
        let logs = directory + "/logs"
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        _ = try first.connect().produce("orders", Batch.make(["a"]))
        first.stop()
        try Directory.rename(logs + "/orders-0", to: directory + "/elsewhere")
        #expect(symlink(directory + "/elsewhere", logs + "/orders-0") == 0)
        let second = try RunningBroker(in: directory, keepingDirectory: true)
        let client = try second.connect()
        #expect(try client.fetch("orders", from: 0).partition.highWatermark == 1)
        let deleted = try client.call(
            DeleteTopicsRequest { $0.topicNames = ["orders"] }, version: 5, DeleteTopicsResponse.self)
        #expect(deleted.responses[0].errorCode == .none)
        #expect(try Directory.names(in: directory + "/elsewhere").contains("00000000000000000000.log"))
        second.stop()
        let third = try RunningBroker(in: directory)
        #expect(try third.connect().createTopic("orders") == .none)
    }

    @Test(
        "every fetch path serves from every place that a read can come from, or is refused",
        arguments: FetchPathCatalog.all.map(\.name))
    func combinations(_ path: String) throws {
        for cache in ["page-cache", "application", "none"] {
            var configuration = BrokerConfiguration()
            let settings = ["fetch.path=\(path)", "cache=\(cache)", "cache.bytes=1MiB"]
            for setting in settings { try configuration.apply(assignment: setting) }
            let traits = try #require(FetchPathCatalog.entry(named: path)).traits
            if traits.objection() != nil || cache != "page-cache" && traits.limitations.contains(.needsPageCache) {
                #expect(throws: ConfigurationError.self, "\(cache)") { try configuration.check() }
                continue
            }
            let broker = try RunningBroker(settings)
            let client = try broker.connect()
            #expect(try client.produce("t", Batch.make(["a", "b"])).errorCode == .none)
            #expect(try client.fetch("t", from: 0).partition.highWatermark == 2, "\(cache)")
            // It goes on afterwards.
            #expect(try client.produce("t", Batch.make(["c"])).errorCode == .none, "\(cache)")
        }
    }

    @Test("partitions can be added, not taken away")
    func partitions() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        #expect(try client.createTopic("t", partitions: 2) == .none)
        func setCount(_ count: Int32) throws -> ErrorCode {
            try client.call(
                CreatePartitionsRequest {
                    $0.topics = [
                        CreatePartitionsRequest.Topic {
                            $0.name = "t"
                            $0.count = count
                        }
                    ]
                }, version: 3, CreatePartitionsResponse.self
            ).results[0].errorCode
        }
        #expect(try setCount(1) == .invalidPartitions)
        #expect(try setCount(4) == .none)
        #expect(try client.produce("t", partition: 3, Batch.make(["a"])).errorCode == .none)
    }

    @Test("a changed configuration holds at once and after a restart")
    func alteration() throws {
        let directory = RunningBroker.makeDirectory()
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        var client = try first.connect()
        _ = try client.produce("t", Batch.make(["a"]))
        func alter(_ name: String, _ operation: Int8, _ value: String?) throws -> ErrorCode {
            try client.call(
                IncrementalAlterConfigsRequest { request in
                    request.resources = [
                        IncrementalAlterConfigsRequest.Resource { resource in
                            resource.resourceType = 2
                            resource.resourceName = "t"
                            resource.configs = [
                                IncrementalAlterConfigsRequest.Config {
                                    $0.name = name
                                    $0.configOperation = operation
                                    $0.value = value
                                }
                            ]
                        }
                    ]
                }, version: 1, IncrementalAlterConfigsResponse.self
            ).responses[0].errorCode
        }
        #expect(try alter("max.message.bytes", 0, "1000") == .none)
        #expect(try alter("max.message.bytes", 0, "-5") == .invalidConfig)
        // Each is allowed, but a log cannot be kept so; it is left as it was.
        #expect(try alter("flush.policy", 0, "messages") == .invalidConfig)
        #expect(try client.produce("t", Batch.make(["b"])).baseOffset == 1)
        #expect(try client.produce("t", Batch.make(byteCount: 2000)).errorCode == .messageTooLarge)
        first.stop()
        let second = try RunningBroker(in: directory)
        client = try second.connect()
        #expect(try client.produce("t", Batch.make(byteCount: 2000)).errorCode == .messageTooLarge)
        #expect(try alter("max.message.bytes", 1, nil) == .none)
        #expect(try client.produce("t", Batch.make(byteCount: 2000)).baseOffset == 2)
        #expect(try Batch.records(client.fetch("t", from: 0).bytes).count == 3)
    }

    @Test("deleted records are not served any more, also after a restart")
    func deleteRecords() throws {
        let directory = RunningBroker.makeDirectory()
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        var client = try first.connect()
        for number in 0..<5 { _ = try client.produce("t", Batch.make(["\(number)"])) }
        #expect(try client.deleteRecords("t", before: 3).lowWatermark == 3)
        #expect(try client.deleteRecords("t", before: 6).errorCode == .offsetOutOfRange)
        first.stop()
        let second = try RunningBroker(in: directory)
        client = try second.connect()
        #expect(try client.fetch("t", from: 2).partition.errorCode == .offsetOutOfRange)
        #expect(try client.fetch("t", from: 3).partition.logStartOffset == 3)
        #expect(try Batch.records(client.fetch("t", from: 3).bytes).map(\.value) == ["3", "4"])
        #expect(try earliest(client) == 3)
        #expect(try client.deleteRecords("t", before: -1).lowWatermark == 5)
        #expect(try earliest(client) == 5)
    }

    @Test(
        "deleted records give their space back, by each retention method, and stay deleted over a kill and a restart",
        arguments: ["delete", "punch-hole", "rewrite"])
    func deletedSpace(method: String) throws {
        let directory = RunningBroker.makeDirectory()
        try Directory.create(directory)
        defer { try? Directory.removeTree(directory) }
        let settings = ["log.segment.bytes=100KiB", "retention.method=\(method)", "fetch.path=read-write"]
        func usedBytes() throws -> Int {
            try Directory.names(in: directory + "/t-0").filter { $0.hasSuffix(".log") }
                .reduce(0) { $0 + (try File(directory + "/t-0/" + $1, .readOnly).size().allocated) }
        }
        do {
            let broker = try BrokerProcess(in: directory, settings)
            let client = try TestClient(port: broker.port)
            for _ in 0..<40 { #expect(try client.produce("t", Batch.make(byteCount: 20_000)).errorCode == .none) }
            #expect(try usedBytes() > 700_000)
            #expect(try client.deleteRecords("t", before: 33).lowWatermark == 33)
            #expect(try usedBytes() < 300_000)
            broker.kill()
        }
        do {
            let broker = try BrokerProcess(in: directory, settings)
            let client = try TestClient(port: broker.port)
            #expect(try earliest(client) == 33)
            #expect(try client.fetch("t", from: 32).partition.errorCode == .offsetOutOfRange)
            #expect(try Batch.records(client.fetch("t", from: 33).bytes).map(\.offset).filter { $0 >= 33 }.first == 33)
            #expect(try client.deleteRecords("t", before: -1).lowWatermark == 40)
            #expect(try client.produce("t", Batch.make(["next"])).baseOffset == 40)
            #expect(broker.terminate() == 0)
        }
        let broker = try BrokerProcess(in: directory, settings)
        let client = try TestClient(port: broker.port)
        #expect(try earliest(client) == 40)
        #expect(try Batch.records(client.fetch("t", from: 40).bytes).map(\.value) == ["next"])
        withExtendedLifetime(broker) {}
    }

    @Test("a topic made anew by the name of one whose records were deleted has all its records, also after a restart")
    func deletedAndMadeAnew() throws {
        let directory = RunningBroker.makeDirectory()
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        var client = try first.connect()
        for number in 0..<5 { _ = try client.produce("t", Batch.make(["\(number)"])) }
        #expect(try client.deleteRecords("t", before: 4).lowWatermark == 4)
        _ = try client.call(DeleteTopicsRequest { $0.topicNames = ["t"] }, version: 4, DeleteTopicsResponse.self)
        for number in 0..<5 { _ = try client.produce("t", Batch.make(["\(number)"])) }
        first.stop()
        let second = try RunningBroker(in: directory)
        client = try second.connect()
        #expect(try earliest(client) == 0)
        #expect(try Batch.records(client.fetch("t", from: 0).bytes).count == 5)
    }

    private func earliest(_ client: TestClient) throws -> Int64 {
        try offset(client, at: ListOffsetsRequest.earliestTimestamp).offset
    }

    private func offset(_ client: TestClient, at timestamp: Int64) throws -> ListOffsetsResponse.Partition {
        try client.call(
            ListOffsetsRequest { request in
                request.topics = [
                    ListOffsetsRequest.Topic { topic in
                        topic.name = "t"
                        topic.partitions = [ListOffsetsRequest.Partition { $0.timestamp = timestamp }]
                    }
                ]
            }, version: 6, ListOffsetsResponse.self
        ).topics[0].partitions[0]
    }

    @Test("offsets are found by time")
    func byTime() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        for time in [1000, 2000, 3000] as [Int64] {
            _ = try client.produce("t", Batch.make(["a", "b"], timestamp: time))
        }
        #expect(try offset(client, at: 0).offset == 0)
        #expect(try offset(client, at: 1500).offset == 2)
        #expect(try offset(client, at: 3000).timestamp == 3000)
        #expect(try offset(client, at: 3001).offset == -1)
        #expect(try offset(client, at: ListOffsetsRequest.latestTimestamp).offset == 6)
    }

    @Test("a topic's codec replaces the producer's, whichever that was", arguments: CodecCatalog.all.map(\.name))
    func recompression(name: String) throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        let wanted = name == "none" ? "uncompressed" : name
        #expect(try client.createTopic("t", configs: ["compression.type": wanted]) == .none)
        let values = (0..<50).map { "value \($0) \(String(repeating: "z", count: 100))" }
        for codec in CodecCatalog.all { _ = try client.produce("t", Batch.make(values, codec: codec.id)) }
        let bytes = try client.fetch("t", from: 0).bytes
        #expect(try Batch.records(bytes).map(\.value) == CodecCatalog.all.flatMap { _ in values })
        var codecs: [CodecID] = []
        try unsafe bytes.withUnsafeBytes { buffer in
            var batches = unsafe RecordBatchSequence(buffer)
            while let batch = try batches.next() { codecs.append(batch.header.codec) }
        }
        #expect(codecs == CodecCatalog.all.map { _ in CodecCatalog.named(name)!.id })
    }

    @Test("a topic with LogAppendTime has the broker's clock in its records and in the answer")
    func appendTime() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        #expect(try client.createTopic("t", configs: ["message.timestamp.type": "LogAppendTime"]) == .none)
        let before = WallClock.milliseconds()
        let answer = try client.produce("t", Batch.make(["a"], timestamp: 5))
        #expect((before...WallClock.milliseconds()).contains(answer.logAppendTimeMs))
        #expect(try offset(client, at: before).offset == 0)
        #expect(try Batch.records(client.fetch("t", from: 0).bytes).count == 1)
    }

    @Test("retention drops old segments, and the start of the log moves")
    func retention() throws {
        let broker = try RunningBroker(["log.retention.check.interval.ms=20"])
        let client = try broker.connect()
        #expect(
            try client.createTopic("t", configs: ["segment.bytes": "20000", "retention.bytes": "40000"]) == .none)
        for _ in 0..<20 { _ = try client.produce("t", Batch.make(byteCount: 9000)) }
        for _ in 0..<200 where try earliest(client) == 0 { MonotonicClock.sleep(nanoseconds: 20_000_000) }
        let start = try earliest(client)
        #expect(start > 0 && start < 19)
        #expect(try client.fetch("t", from: start).partition.errorCode == .none)
    }

    @Test("a full disk refuses with the storage error, loses nothing that was acknowledged, and passes")
    func fullDisk() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        _ = try client.produce("full", Batch.make(["before"]))
        _ = try client.produce("other", Batch.make(["before"]))
        let prefix = broker.directory + "/logs/full-0"
        InjectedFaults.arm(.init(kind: .pwrite, pathPrefix: prefix, code: ENOSPC))
        #expect(try client.produce("full", Batch.make(["lost"])).errorCode == .kafkaStorageError)
        #expect(try client.produce("other", Batch.make(["fine"])).errorCode == .none)
        InjectedFaults.disarm(pathPrefix: prefix)
        #expect(try client.produce("full", Batch.make(["after"])).baseOffset == 1)
        #expect(try Batch.records(client.fetch("full", from: 0).bytes).map(\.value) == ["before", "after"])
    }

    @Test("after an fsync without room a partition takes no more records and says so; it is still read")
    func failedFlush() throws {
        let broker = try RunningBroker(["flush.policy=fdatasync"])
        let client = try broker.connect()
        _ = try client.produce("t", Batch.make(["before"]))
        let prefix = broker.directory + "/logs/t-0"
        InjectedFaults.arm(.init(kind: .fdatasync, pathPrefix: prefix, code: ENOSPC))
        #expect(try client.produce("t", Batch.make(["lost"])).errorCode == .kafkaStorageError)
        InjectedFaults.disarm(pathPrefix: prefix)
        #expect(try client.produce("t", Batch.make(["still"])).errorCode == .kafkaStorageError)
        #expect(try Batch.records(client.fetch("t", from: 0).bytes).map(\.value).first == "before")
        #expect(try client.produce("other", Batch.make(["fine"])).errorCode == .none)
        #expect(broker.stop() != nil)
    }
}

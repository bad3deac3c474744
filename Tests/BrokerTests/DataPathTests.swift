import Broker
import CommitLog
import KafkaProtocol
import LinuxKernel
import Testing

@Suite("Produce and fetch")
struct DataPathTests {
    @Test("what was produced is fetched, with the offsets that were acknowledged", arguments: FetchPaths.real, [1, 2])
    func roundTrip(fetchPath: String, reactors: Int) throws {
        let broker = try RunningBroker(["fetch.path=\(fetchPath)", "broker.reactors=\(reactors)"])
        let client = try broker.connect()
        let other = try broker.connect()
        #expect(try client.produce("t", Batch.make(["a", "b"])).baseOffset == 0)
        #expect(try other.produce("t", Batch.make(["c"])).baseOffset == 2)
        let fetched = try client.fetch("t", from: 0)
        #expect(fetched.partition.errorCode == .none)
        #expect(fetched.partition.highWatermark == 3)
        #expect(try Batch.records(fetched.bytes).map(\.value) == ["a", "b", "c"])
        #expect(try Batch.records(other.fetch("t", from: 2).bytes).map(\.offset) == [2])
    }

    @Test("every served version of Produce and Fetch carries the same records")
    func versions() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        for version in ApiKey.produce.versions.served {
            let answer = try client.produce("t", Batch.make(["p\(version)"]), version: version)
            #expect(answer.errorCode == .none)
            #expect(answer.baseOffset == Int64(version - 3))
        }
        for version in ApiKey.fetch.versions.served {
            let records = try Batch.records(client.fetch("t", from: 0, version: version).bytes)
            #expect(records.map(\.value) == ApiKey.produce.versions.served.map { "p\($0)" })
        }
    }

    @Test("pipelined requests of different kinds are answered in their order")
    func pipelining() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        _ = try client.produce("t", Batch.make(["0"]))
        var bytes: [UInt8] = []
        for number in 1...50 {
            bytes += try client.produceFrame("t", [(0, Batch.make(["\(number)"]))])
            bytes += try client.fetchFrame(
                "t", [.init(index: 0, fetchOffset: Int64(number), maxBytes: 1 << 20)], maxWaitMs: 1000)
            bytes += try client.frame(MetadataRequest(), version: 9)
        }
        try client.send(bytes)
        for number in 1...50 {
            #expect(try client.produceResponse()[0].baseOffset == Int64(number))
            #expect(try Batch.records(client.fetchResponse()[0].bytes).map(\.value) == ["\(number)"])
            #expect(try client.response(MetadataResponse.self, version: 9).brokers.count == 1)
        }
    }

    @Test("requests in fragments of one byte are put together", arguments: [3, 9] as [Int16])
    func fragments(version: Int16) throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        let batch = try Batch.make(["slow", "but", "whole"])
        let frames =
            try client.produceFrame("t", [(0, batch)], version: version)
            + client.fetchFrame("t", [.init(index: 0, fetchOffset: 0, maxBytes: 1 << 20)])
        for byte in frames { try client.send([byte]) }
        #expect(try client.produceResponse(version: version)[0].errorCode == .none)
        #expect(try Batch.records(client.fetchResponse()[0].bytes).map(\.value) == ["slow", "but", "whole"])
    }

    @Test("a large batch in two halves does not keep another producer from its partition")
    func partialBody() throws {
        let broker = try RunningBroker()
        let slow = try broker.connect()
        let quick = try broker.connect()
        let frame = try slow.produceFrame("t", [(0, Batch.make(byteCount: 300_000))])
        for cut in [20, 100, 40_000, 299_000] {
            try slow.send(Array(frame[..<cut]))
            #expect(try quick.produce("t", Batch.make(["quick"])).errorCode == .none)
            try slow.send(Array(frame[cut...]))
            #expect(try slow.produceResponse()[0].errorCode == .none)
        }
        let values = try Batch.records(quick.fetch("t", from: 0).bytes).map(\.value.count)
        #expect(values == [5, 300_000, 5, 300_000, 5, 300_000, 5, 300_000])
    }

    @Test("several partitions in one request are answered one by one, good and bad")
    func severalPartitions() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        #expect(try client.createTopic("t", partitions: 3) == .none)
        var damaged = try Batch.make(["damaged"])
        damaged[damaged.count - 1] ^= 1
        try client.send(
            client.produceFrame(
                "t", [(0, Batch.make(["a"])), (1, damaged), (7, Batch.make(["nowhere"])), (2, Batch.make(["c"]))]))
        let answers = try client.produceResponse()
        #expect(
            answers.map(\.errorCode) == [.none, .corruptMessage, .unknownTopicOrPartition, .none])
        #expect(answers.map(\.index) == [0, 1, 7, 2])
        #expect(try client.fetch("t", partition: 1, from: 0).bytes.isEmpty)
        #expect(try Batch.records(client.fetch("t", partition: 2, from: 0).bytes).map(\.value) == ["c"])
    }

    @Test("acks 0 gets no answer, and the next request does")
    func acksNone() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        try client.send(client.produceFrame("t", [(0, Batch.make(["a"]))], acks: 0))
        #expect(try Batch.records(client.fetch("t", from: 0, maxWaitMs: 5000).bytes).map(\.value) == ["a"])
    }

    @Test("a refused batch with acks 0 ends the connection, since no answer can say it")
    func acksNoneRefused() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        try client.send(client.produceFrame("t", [(9, Batch.make(["a"]))], acks: 0))
        #expect(try client.isClosed())
    }

    @Test("a waiting fetch is answered by the append, not by its time", arguments: [1, 2])
    func wakeUp(reactors: Int) throws {
        let broker = try RunningBroker(["broker.reactors=\(reactors)"])
        let consumer = try broker.connect()
        let producer = try broker.connect()
        _ = try producer.produce("t", Batch.make(["old"]))
        for number in 1...20 {
            try consumer.send(
                consumer.fetchFrame(
                    "t", [.init(index: 0, fetchOffset: Int64(number), maxBytes: 1 << 20)], maxWaitMs: 60_000))
            _ = try producer.produce("t", Batch.make(["new\(number)"]))
            #expect(try Batch.records(consumer.fetchResponse()[0].bytes).map(\.value) == ["new\(number)"])
        }
    }

    @Test("a waiting fetch ends empty when its time is over, and not before")
    func waitEnds() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        _ = try client.produce("t", Batch.make(["a"]))
        let began = MonotonicClock.now()
        #expect(try client.fetch("t", from: 1, maxWaitMs: 120).bytes.isEmpty)
        #expect(MonotonicClock.now() - began >= 119_000_000)
    }

    @Test("fetch.min.bytes is waited for over several appends")
    func minBytes() throws {
        let broker = try RunningBroker()
        let consumer = try broker.connect()
        let producer = try broker.connect()
        _ = try producer.produce("t", Batch.make(["old"]))
        try consumer.send(
            consumer.fetchFrame(
                "t", [.init(index: 0, fetchOffset: 1, maxBytes: 1 << 20)], maxWaitMs: 60_000, minBytes: 2500))
        for _ in 0..<3 { _ = try producer.produce("t", Batch.make(byteCount: 1000)) }
        #expect(try Batch.records(consumer.fetchResponse()[0].bytes).count == 3)
    }

    @Test("the first batch is whole even above the limits; behind it the limits hold")
    func limits() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        for _ in 0..<3 { _ = try client.produce("t", Batch.make(byteCount: 50_000)) }
        #expect(try Batch.records(client.fetch("t", from: 1, maxBytes: 1).bytes).map(\.offset) == [1])
        #expect(try client.fetch("t", from: 0, maxBytes: 70_000).bytes.count == 70_000)
    }

    @Test("a reader that takes its answer byte by byte gets all of it", arguments: FetchPaths.real)
    func slowReader(fetchPath: String) throws {
        let broker = try RunningBroker(["fetch.path=\(fetchPath)", "socket.send.buffer.bytes=8192"])
        let client = try broker.connect()
        for number in 0..<20 { _ = try client.produce("t", Batch.make(byteCount: 10_000 + number)) }
        try client.send(client.fetchFrame("t", [.init(index: 0, fetchOffset: 0, maxBytes: 1 << 20)]))
        let records = try Batch.records(client.fetchResponse(chunk: 97)[0].bytes)
        #expect(records.map(\.value.count) == (0..<20).map { 10_000 + $0 })
    }

    @Test(
        "records that only the disk has are fetched, whoever reads them", arguments: ["offload", "inline"],
        FetchPaths.real)
    func coldReads(mode: String, fetchPath: String) throws {
        let broker = try RunningBroker(["cold.reads=\(mode)", "fetch.path=\(fetchPath)", "flush.policy=fdatasync"])
        let client = try broker.connect()
        for number in 0..<12 { _ = try client.produce("t", Batch.make(byteCount: 300_000 + number)) }
        let file = try File(broker.directory + "/logs/t-0/00000000000000000000.log", .readOnly)
        try file.advise(.dontNeed)
        #expect(try file.cacheState().cachedPages < 800)
        let records = try Batch.records(client.fetch("t", from: 0).bytes)
        #expect(records.map(\.value.count) == (0..<12).map { 300_000 + $0 })
    }

    @Test("a producer that goes in the middle of a batch leaves nothing of it")
    func disconnect() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        _ = try client.produce("t", Batch.make(["before"]))
        for cut in [3, 30, 90, 50_000] {
            let other = try broker.connect()
            let frame = try other.produceFrame("t", [(0, Batch.make(byteCount: 100_000))])
            try other.send(Array(frame[..<cut]))
        }
        #expect(try client.produce("t", Batch.make(["after"])).baseOffset == 1)
        #expect(try Batch.records(client.fetch("t", from: 0).bytes).map(\.value) == ["before", "after"])
    }

    @Test("offsets outside the log are said to be so")
    func outOfRange() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        _ = try client.produce("t", Batch.make(["a"]))
        #expect(try client.fetch("t", from: 2).partition.errorCode == .offsetOutOfRange)
        #expect(try client.fetch("t", from: -1).partition.errorCode == .offsetOutOfRange)
        #expect(try client.fetch("nowhere", from: 0).partition.errorCode == .unknownTopicOrPartition)
    }

    @Test("records, topics and their configuration are there after a restart")
    func restart() throws {
        let directory = RunningBroker.makeDirectory()
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        var client = try first.connect()
        #expect(try client.createTopic("t", partitions: 2, configs: ["segment.bytes": "4096"]) == .none)
        for number in 0..<20 { _ = try client.produce("t", partition: 1, Batch.make(byteCount: 1000 + number)) }
        #expect(first.stop() == nil)
        #expect(try Directory.exists(directory + "/logs/.kafka_cleanshutdown"))

        let second = try RunningBroker(in: directory)
        client = try second.connect()
        var sizes: [Int] = []
        while sizes.count < 20 {
            sizes += try Batch.records(client.fetch("t", partition: 1, from: Int64(sizes.count)).bytes).map(
                \.value.count)
        }
        #expect(sizes == (0..<20).map { 1000 + $0 })
        #expect(try client.produce("t", partition: 1, Batch.make(["next"])).baseOffset == 20)
        let described = try client.call(
            DescribeConfigsRequest {
                $0.resources = [
                    DescribeConfigsRequest.Resource {
                        $0.resourceType = 2
                        $0.resourceName = "t"
                    }
                ]
            }, version: 4, DescribeConfigsResponse.self)
        #expect(described.results[0].configs.first { $0.name == "segment.bytes" }?.value == "4096")
    }
}

@Suite("Every append path behind a socket")
struct AppendPathTests {
    static let names = AppendPathCatalog.all.filter { !$0.storesNothing && $0.objection("/tmp") == nil }.map(\.name)

    @Test("small, large and interleaved batches come back whole, and go on after a restart", arguments: names)
    func roundTrip(_ path: String) throws {
        let settings = ["append.path=\(path)", "log.segment.bytes=2000000"]
        let directory = RunningBroker.makeDirectory()
        var expected: [[String]] = [[], []]
        do {
            let broker = try RunningBroker(settings, in: directory, keepingDirectory: true)
            let clients = [try broker.connect(), try broker.connect()]
            #expect(try clients[0].createTopic("t", partitions: 2) == .none)
            let sizes = [10, 700, 5_000, 40_000, 300_000, 900_000, 2_000, 70_000, 600_000, 333]
            for (number, size) in (sizes + sizes).enumerated() {
                // Two producers, each with a partition, whose batches arrive in pieces and in turns.
                var frames: [[UInt8]] = []
                for client in 0..<2 {
                    let value = "\(client)-\(number)-" + String(repeating: "v", count: size + client)
                    expected[client].append(value)
                    frames.append(try clients[client].produceFrame("t", [(Int32(client), Batch.make([value]))]))
                }
                let pieces = size < 1000 ? 2 : 5
                for piece in 0..<pieces {
                    for client in 0..<2 {
                        let frame = frames[client]
                        let from = frame.count * piece / pieces
                        try clients[client].send(Array(frame[from..<frame.count * (piece + 1) / pieces]))
                    }
                }
                for client in 0..<2 {
                    let answer = try clients[client].produceResponse()[0]
                    #expect(answer.errorCode == .none)
                    #expect(answer.baseOffset == Int64(number))
                }
            }
            try check(broker, expected)
            #expect(broker.stop() == nil)
        }
        let again = try RunningBroker(settings, in: directory)
        try check(again, expected)
        let client = try again.connect()
        #expect(try client.produce("t", Batch.make(["after"])).baseOffset == Int64(expected[0].count))
    }

    private func check(_ broker: RunningBroker, _ expected: [[String]]) throws {
        let client = try broker.connect()
        for (partition, values) in expected.enumerated() {
            for offset in values.indices {
                let fetched = try client.fetch("t", partition: Int32(partition), from: Int64(offset))
                let found = try Batch.records(fetched.bytes).first { $0.offset == offset }
                #expect(found?.value == values[offset], "partition \(partition), offset \(offset)")
            }
        }
    }

    @Test("pipelined produce requests of one connection keep their order", arguments: names)
    func pipelining(_ path: String) throws {
        let broker = try RunningBroker(["append.path=\(path)"])
        let client = try broker.connect()
        let other = try broker.connect()
        #expect(try other.createTopic("t") == .none)
        var bytes: [UInt8] = []
        for number in 0..<40 { bytes += try client.produceFrame("t", [(0, Batch.make(byteCount: 100 + number * 900))]) }
        try client.send(bytes)
        for number in 0..<40 { #expect(try client.produceResponse()[0].baseOffset == Int64(number)) }
    }

    @Test("a path that never has the batch in memory moves it, and refuses what it cannot do")
    func splice() throws {
        let broker = try RunningBroker(["append.path=splice", "message.max.bytes=4000000"])
        let client = try broker.connect()
        #expect(try client.createTopic("t") == .none)
        #expect(try client.createTopic("stamped", configs: ["message.timestamp.type": "LogAppendTime"]) == .none)
        _ = try client.produce("t", Batch.make(byteCount: 50_000))
        let before = CallCounters.now()
        for _ in 0..<10 { #expect(try client.produce("t", Batch.make(byteCount: 50_000)).errorCode == .none) }
        #expect((CallCounters.now() - before).bytes(.splice) >= 490_000)
        #expect(try client.produce("stamped", Batch.make(byteCount: 50_000)).errorCode == .invalidConfig)
        #expect(try client.produce("t", Batch.make(byteCount: 3_000_000)).errorCode == .messageTooLarge)
        // The connection goes on behind what was refused.
        #expect(try client.produce("t", Batch.make(["whole"])).errorCode == .none)
        #expect(try client.produce("t", Batch.make(byteCount: 50_000)).baseOffset == 12)
    }

    @Test("mapped pages are received into: one copy")
    func mapped() throws {
        let broker = try RunningBroker(["append.path=mmap"])
        let client = try broker.connect()
        _ = try client.produce("t", Batch.make(byteCount: 200_000))
        let before = CallCounters.now()
        for _ in 0..<10 { #expect(try client.produce("t", Batch.make(byteCount: 200_000)).errorCode == .none) }
        // Other tests of this process may store too, so it is what is stored at the most.
        #expect((CallCounters.now() - before).bytes(.mappedStore) < 1_500_000)
    }

    @Test("a path that the log directory cannot have is refused when the broker starts")
    func refused() throws {
        guard AppendPathCatalog.entry(named: "direct")?.objection("/dev/shm") != nil else { return }
        let directory = "/dev/shm/sluice-refused-\(UInt64.random(in: 0...UInt64.max))"
        defer { try? Directory.removeTree(directory) }
        let error = #expect(throws: BrokerError.self) {
            try RunningBroker(["append.path=direct", "log.dirs=\(directory)"])
        }
        #expect("\(error as Any)".contains("append.path"))
    }
}

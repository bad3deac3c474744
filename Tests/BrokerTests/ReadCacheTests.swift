import CommitLog
import KafkaProtocol
import LinuxKernel
import Testing

@testable import Broker

/// Reading around the page cache, and the broker's own cache.
@Suite("Read cache")
struct ReadCacheTests {
    @Test(
        "records come whole around the page cache, whoever reads them",
        arguments: ["none", "application"], ["offload", "inline"])
    func fetch(cache: String, coldReads: String) throws {
        let broker = try RunningBroker([
            "cache=\(cache)", "cache.bytes=1MiB", "cold.reads=\(coldReads)", "fetch.path=read-write",
            "socket.send.buffer.bytes=16384",
        ])
        let client = try broker.connect()
        let sizes = [1, 5000, 300_000, 17, 262_144, 90_000, 4096, 600_000]
        for byteCount in sizes { _ = try client.produce("t", Batch.make(byteCount: byteCount)) }
        let before = CallCounters.now()
        for turn in 0..<2 {
            for first in sizes.indices.reversed() {
                let records = try Batch.records(client.fetch("t", from: Int64(first)).bytes)
                #expect(records.map(\.value.count) == Array(sizes[first...]), "turn \(turn)")
            }
        }
        let counted = CallCounters.now() - before
        #expect(counted.bytes(.preadDirect) > 1 << 20)
        // The tail grows: what was read of its block is not all of it any more.
        for number in 0..<5 {
            _ = try client.produce("t", Batch.make(byteCount: 100 + number))
            let records = try Batch.records(client.fetch("t", from: Int64(sizes.count + number)).bytes)
            #expect(records.map(\.value.count) == [100 + number])
        }
    }

    @Test("what is read again is served from memory, as far as it fits")
    func hits() throws {
        let broker = try RunningBroker(["cache=application", "cache.bytes=8MiB", "fetch.path=read-write"])
        let client = try broker.connect()
        for _ in 0..<8 { _ = try client.produce("t", Batch.make(byteCount: 250_000)) }
        let cache = try #require(broker.cache)
        cache.removeAll()
        let first = try client.fetch("t", from: 0).bytes
        let read = cache.usage
        #expect(read.misses == 8)
        for _ in 0..<3 { #expect(try client.fetch("t", from: 0).bytes == first) }
        #expect(cache.usage.misses == read.misses && cache.usage.hits == read.hits + 24)
    }

    @Test(
        "whoever follows the log reads what was just appended from memory, where the append path had it there",
        arguments: AppendPathTests.names)
    func tailing(appendPath: String) throws {
        let broker = try RunningBroker([
            "cache=application", "cache.bytes=2MiB", "fetch.path=read-write", "append.path=\(appendPath)",
            "log.segment.bytes=2000000",
        ])
        let client = try broker.connect()
        let cache = try #require(broker.cache)
        let traits = try #require(AppendPathCatalog.entry(named: appendPath)?.traits)
        var total = 0
        for number in 0..<40 {
            // Small ones that arrive at once, large ones in pieces; more than the cache and a segment hold.
            let byteCount = 1000 + number % 4 * 100_000
            let batch = try Batch.make(byteCount: byteCount)
            total += batch.count
            _ = try client.produce("t", batch)
            let records = try Batch.records(client.fetch("t", from: Int64(number)).bytes)
            #expect(records.map(\.value.count) == [byteCount])
        }
        #expect(cache.byteCount <= 2 << 20)
        if traits.limitations.contains(.fillsNoCache) {
            #expect(cache.usage.filledBytes == 0)
        } else {
            #expect(cache.usage.filledBytes == UInt64(total))
            #expect(cache.usage.misses == 0)
        }
    }

    @Test("batches in random places come whole, though what lies beside them in a block is written later")
    func randomPlaces() throws {
        let broker = try RunningBroker([
            "cache=application", "cache.bytes=2MiB", "fetch.path=read-write", "placement=random",
            "message.max.bytes=30000", "log.segment.bytes=2000000",
        ])
        let client = try broker.connect()
        let cache = try #require(broker.cache)
        for number in 0..<100 {
            _ = try client.produce("t", Batch.make(byteCount: 20_000 + number))
            // Every other one is read from the device, and all others again from memory.
            if number % 2 == 0 { cache.removeAll() }
            for offset in max(0, number - 3)...number {
                let records = try Batch.records(client.fetch("t", from: Int64(offset)).bytes)
                #expect(records.map(\.value.count) == [20_000 + offset])
            }
        }
        #expect(cache.usage.hits > 0 && cache.usage.misses > 0)
    }

    @Test("what a broken disk does not give ends the fetch that wants it, and no other")
    func brokenDisk() throws {
        let broker = try RunningBroker(["fetch.path=sendfile", "flush.policy=fdatasync"])
        let client = try broker.connect()
        for topic in ["broken", "whole"] { _ = try client.produce(topic, Batch.make(byteCount: 300_000)) }
        let path = broker.directory + "/logs/broken-0/00000000000000000000.log"
        try File(path, .readOnly).advise(.dontNeed)
        InjectedFaults.arm(.init(kind: .warmingRead, pathPrefix: path, code: 5))
        let other = try broker.connect()
        let failure = #expect(throws: TestClient.Failure.self) { try other.fetch("broken", from: 0) }
        #expect(failure?.description.hasPrefix("the connection was closed") == true)
        #expect(broker.messages.all.contains { $0.contains("EIO") })
        #expect(try Batch.records(client.fetch("whole", from: 0).bytes).count == 1)
        InjectedFaults.disarm(pathPrefix: path)
        #expect(try Batch.records(client.fetch("broken", from: 0).bytes).count == 1)
    }

    @Test("a path whose bytes are the page cache's own is refused beside another cache")
    func refused() throws {
        var configuration = BrokerConfiguration()
        try configuration.apply(assignment: "log.dirs=/tmp/none")
        try configuration.apply(assignment: "cache=none")
        #expect(throws: ConfigurationError.self) { try configuration.check() }
        try configuration.apply(assignment: "fetch.path=read-write")
        try configuration.check()
    }
}

import KafkaProtocol
import LinuxKernel
import Testing

@testable import Broker

/// Reading around the page cache, and the broker's own cache.
@Suite("Read cache")
struct ReadCacheTests {
    private func block(_ number: Int, byteCount: Int = 100) -> LogBlock {
        LogBlock(position: number * 100, byteCount: byteCount, memory: AlignedBuffer(byteCount: 100))
    }

    @Test("the cache keeps what was used last, within its bytes")
    func bounded() {
        let cache = BlockCache(capacity: 300)
        for number in 0..<3 { cache.insert(block(number), as: .init(segment: 1, number: number)) }
        #expect(cache.find(.init(segment: 1, number: 0), reaching: 100) != nil)
        cache.insert(block(3), as: .init(segment: 1, number: 3))
        #expect(cache.byteCount == 300)
        #expect(cache.find(.init(segment: 1, number: 1), reaching: 200) == nil)
        for number in [0, 2, 3] {
            #expect(cache.find(.init(segment: 1, number: number), reaching: number * 100 + 100) != nil)
        }
        #expect(cache.find(.init(segment: 2, number: 0), reaching: 100) == nil)
        #expect(cache.lookups == .init(hits: 4, misses: 2))
    }

    @Test("a block that does not reach far enough is no hit, and is replaced")
    func growing() {
        let cache = BlockCache(capacity: 300)
        let key = BlockCache.Key(segment: 1, number: 0)
        cache.insert(block(0, byteCount: 40), as: key)
        #expect(cache.find(key, reaching: 40) != nil)
        #expect(cache.find(key, reaching: 41) == nil)
        cache.insert(block(0, byteCount: 90), as: key)
        #expect(cache.find(key, reaching: 90)?.byteCount == 90)
        #expect(cache.byteCount == 100)
    }

    @Test("in any order of use the cache agrees with a plain list")
    func model() {
        var order: [Int] = []
        let cache = BlockCache(capacity: 800)
        var state: UInt64 = 3
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1
            let number = Int(state >> 33) % 20
            let key = BlockCache.Key(segment: 1, number: number)
            #expect((cache.find(key, reaching: 0) != nil) == order.contains(number))
            order.removeAll { $0 == number }
            order.append(number)
            cache.insert(block(number), as: key)
            if order.count > 8 { order.removeFirst() }
        }
    }

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
        let first = try client.fetch("t", from: 0).bytes
        let read = try #require(broker.cacheLookups)
        #expect(read.misses == 8)
        for _ in 0..<3 { #expect(try client.fetch("t", from: 0).bytes == first) }
        let again = try #require(broker.cacheLookups)
        #expect(again.misses == read.misses && again.hits == read.hits + 24)
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

import Experiments
import Limits
import Testing

@testable import Runner

@Suite("What bounds a cell's results")
struct CellBoundsTests {
    private static func bounds(_ target: Target, _ changes: [String: String]) throws -> [String: CellBounds.Entry] {
        var settings = Settings()
        for (key, value) in changes { try settings.set(key, to: value) }
        return Dictionary(
            uniqueKeysWithValues: CellBounds(settings, target: target).entries.map { ($0.metric, $0) })
    }

    private static let produce = "produce_bytes_per_s"
    private static let consume = "consume_bytes_per_s"

    @Test("a broker of one thread is held against the plain server, one of several says that it cannot be")
    func threads() throws {
        let shape = ["workload.shape": "produce-then-consume"]
        let one = try Self.bounds(.broker, shape)
        #expect(one[Self.consume]?.bounds == [.loop(.sendfile)])
        #expect(one[Self.produce]?.bounds.isEmpty == false && one[Self.produce]?.reason == nil)
        for changes in [["broker.reactors": "2"], ["broker.nodes": "2"]] {
            let several = try Self.bounds(.broker, shape.merging(changes) { $1 })
            for metric in [Self.produce, Self.consume] {
                #expect(several[metric]?.bounds == [], "\(metric)")
                #expect(several[metric]?.reason?.contains("brokers have 2") == true, "\(metric)")
            }
        }
    }

    @Test(
        "writes that wait for the device are held against it too, by their path or their flushes",
        arguments: [
            ["broker.append.path": "direct"], ["broker.append.path": "dsync"], ["broker.append.path": "direct-dsync"],
            ["broker.append.path": "uring-direct"], ["broker.flush.policy": "fdatasync"],
            ["broker.flush.policy": "messages", "topic.flush.messages": "10"],
        ])
    func device(changes: [String: String]) throws {
        for target in [Target.log, .broker] {
            let entry = try Self.bounds(target, changes.merging(["workload.shape": "produce"]) { $1 })[Self.produce]
            #expect(entry?.bounds.last == .loop(.deviceWrites))
        }
    }

    @Test(
        "writes that only reach memory are not held against the device",
        arguments: [
            ["broker.append.path": "buffered"], ["broker.append.path": "mmap"], ["broker.append.path": "uring"],
            ["broker.flush.policy": "interval", "topic.flush.ms": "10ms"],
        ])
    func memory(changes: [String: String]) throws {
        let entry = try Self.bounds(.log, changes.merging(["workload.shape": "produce"]) { $1 })[Self.produce]
        #expect(entry?.bounds.count == 1 && entry?.bounds.contains(.loop(.deviceWrites)) == false)
    }

    @Test("what comes from the device is held against its reads, whatever sends it")
    func cold() throws {
        for reactors in ["1", "2"] {
            let entry = try Self.bounds(
                .broker,
                ["workload.shape": "produce-then-consume", "workload.cache": "cold", "broker.reactors": reactors])[
                    Self.consume]
            #expect(entry?.bounds.last == .loop(.deviceReads) && entry?.reason == nil)
        }
    }

    @Test("a path that moves nothing is bounded by nothing, and says so")
    func nothing() throws {
        let append = try Self.bounds(.log, ["workload.shape": "produce", "broker.append.path": "null"])[Self.produce]
        #expect(append?.bounds == [] && append?.reason?.contains("moves no bytes") == true)
        let fetch = try Self.bounds(
            .broker, ["workload.shape": "produce-then-consume", "broker.fetch.path": "null"])[Self.consume]
        #expect(fetch?.bounds == [] && fetch?.reason?.contains("moves no bytes") == true)
    }
}

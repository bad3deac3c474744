import Experiments
import Foundation
import Results
import Testing

@testable import Runner

/// The harness measures faults whose size is known: brokers that are given one, beside brokers without.
///
/// Other programs, the tests beside these among them, disturb single legs on a busy machine: a broker that loses its
/// processor between two kernel calls has that in its own time. So each figure is the difference between two legs that
/// follow one another, and attempts may be taken until one was left alone; a harness that is wrong is so in all of them.
@Suite("The harness's own figures", .serialized)
struct SelfTests {
    private static let attempts = 25

    /// A leg of one producer, one request at a time.
    ///
    /// - Returns: The leg's metrics, and how many requests were answered in its window.
    private static func leg(
        handicap: String?, requests: Int, _ changes: [String: String] = [:]
    ) throws -> (metrics: [String: Double], requests: Double) {
        let scratch = try Scratch("self")
        var settings = Settings()
        let all = [
            "workload.shape": "produce", "workload.record.size": "1KiB", "producer.batch.size": "2KiB",
            "workload.bytes": "\(requests)KiB", "producer.max.in.flight.requests.per.connection": "1",
            "run.tcp.congestion.control": "system",
        ]
        for (key, value) in all.merging(changes, uniquingKeysWith: { $1 }) { try settings.set(key, to: value) }
        let spec = LegSpec(
            settings: settings, target: .broker, dataDirectory: scratch.url.path, seed: 1,
            parent: ProcessInfo.processInfo.processIdentifier, handicap: handicap)
        try Data(spec.order(knownSettings: nil).utf8).write(to: scratch.url.appending(path: "order"))
        let ending = try Sluice.run(
            ["-c", "exec \"$SLUICE\" load < order"], in: scratch, environment: ["SLUICE": Sluice.program.path],
            program: URL(filePath: "/bin/sh"))
        let result = try LegResult(line: ending.output)
        guard result.status == .ok, let answered = result.metrics["batches"] else {
            throw Unexpected("\(result.status): \(result.reason) \(ending)")
        }
        return (result.metrics, answered)
    }

    /// Whether one of a few attempts comes within 5 % of what is known; says what all came to.
    private static func comesWithin5Percent(
        of known: Double, _ figure: () throws -> Double
    ) throws -> (Bool, found: [Double]) {
        var found: [Double] = []
        for _ in 0..<attempts {
            found.append(try figure())
            if abs((found.last ?? 0) / known - 1) <= 0.05 { return (true, found) }
        }
        return (false, found)
    }

    @Test("do not take what a broker waits for its client for its own time")
    func waiting() throws {
        var shares: [Double] = []
        for _ in 0..<Self.attempts where !shares.contains(where: { $0 < 0.02 }) {
            let metrics = try Self.leg(handicap: nil, requests: 9, ["workload.rate": "10/s"]).metrics
            let own = try #require(metrics["broker_own_ns_per_byte"]) * #require(metrics["payload_bytes"])
            shares.append(try own / #require(metrics["duration_ns"]))
        }
        #expect(shares.contains { $0 > 0 && $0 < 0.02 }, "\(shares)")
    }

    @Test("show a delay of known size within 5 %, from the sending and from when it was due")
    func delay() throws {
        for changes in [[:], ["workload.rate": "10/s"]] {
            let columns =
                ["produce_latency_p50_ns"] + (changes.isEmpty ? [] : ["produce_uncorrected_latency_p50_ns"])
            for column in columns {
                let (isWithin, found) = try Self.comesWithin5Percent(of: 60e6) {
                    let delayed = try Self.leg(handicap: "delay=60ms", requests: 9, changes).metrics
                    let plain = try Self.leg(handicap: nil, requests: 9, changes).metrics
                    return try #require(delayed[column]) - #require(plain[column])
                }
                #expect(isWithin, "\(column): \(found) ns instead of 60 ms")
            }
        }
    }

    @Test("show CPU time that is spun on purpose in the broker within 5 %, and not in the load")
    func spin() throws {
        func cpu(_ role: String, _ metrics: [String: Double]) throws -> Double {
            try #require(metrics["\(role)_cpu_ns_per_byte"]) * #require(metrics["payload_bytes"])
        }
        var loads: [Double] = []
        let spun = 5e6
        let (isWithin, found) = try Self.comesWithin5Percent(of: spun) {
            let spinning = try Self.leg(handicap: "spin=5ms", requests: 100)
            let plain = try Self.leg(handicap: nil, requests: 100)
            loads.append((try cpu("load", spinning.metrics) - cpu("load", plain.metrics)) / spinning.requests)
            return (try cpu("broker", spinning.metrics) - cpu("broker", plain.metrics)) / spinning.requests
        }
        #expect(isWithin, "\(found) ns a request instead of 5 ms")
        #expect(loads.contains { abs($0) <= 0.05 * spun }, "\(loads) ns a request in the load")
    }

    @Test("show it within 5 % in what the broker took between its kernel calls")
    func ownTime() throws {
        func own(_ metrics: [String: Double]) throws -> Double {
            try #require(metrics["broker_own_ns_per_byte"]) * #require(metrics["payload_bytes"])
        }
        let (isWithin, found) = try Self.comesWithin5Percent(of: 5e6) {
            let spinning = try Self.leg(handicap: "spin=5ms", requests: 100)
            let plain = try Self.leg(handicap: nil, requests: 100)
            return (try own(spinning.metrics) - own(plain.metrics)) / spinning.requests
        }
        #expect(isWithin, "\(found) ns a request instead of 5 ms")
    }
}

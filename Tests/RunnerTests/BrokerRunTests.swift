import Foundation
import Results
import Testing

@Suite("A run on target broker", .serialized)
struct BrokerRunTests {
    private static let slow = SmallScenario.text(bytes: "48MiB", rounds: 1)
        .replacing("target: log", with: "target: broker")

    @Test("leaves neither broker nor data when it is stopped or killed", arguments: [SIGINT, SIGKILL])
    func stopped(by number: Int32) throws {
        let scratch = try Scratch()
        let arguments = ["run", try scratch.write(Self.slow, to: "small.yaml")]
        let running = try Running(arguments, in: scratch)
        let broker = try Self.broker(of: running.load())
        running.send(number)
        #expect(running.wait().code == -number)
        #expect(Running.isGone(broker))
        if number != SIGKILL { #expect(scratch.leftovers == []) }
        #expect(try Sluice.run(arguments + ["--resume"], in: scratch).code == 0)
        #expect(try SmallScenario.samples(in: scratch).map(\.status) == [.ok, .ok])
        #expect(scratch.leftovers == [])
    }

    @Test("fails the leg at once when the broker ends, says so, and goes on")
    func brokerKilled() throws {
        let scratch = try Scratch()
        let running = try Running(["run", try scratch.write(Self.slow, to: "small.yaml")], in: scratch)
        let broker = try Self.broker(of: running.load())
        // Past its start: the log of the leg is being written.
        let end = Date() + 20
        while Date() < end, !Self.hasRecords(in: scratch) { usleep(2000) }
        let began = Date()
        kill(broker, SIGKILL)
        let ending = running.wait()
        #expect(Date().timeIntervalSince(began) < 20)
        #expect(ending.code == 1)
        let samples = try SmallScenario.samples(in: scratch)
        #expect(samples.map(\.status) == [.failed, .ok], "\(samples.map(\.reason))")
        #expect(
            samples[0].reason.contains("the broker ended in the middle of the leg with 137"), "\(samples[0].reason)")
        #expect(scratch.leftovers == [])
    }

    @Test("spreads its partitions over as many nodes as it is told, and their accounts are the broker's")
    func nodes() throws {
        let scratch = try Scratch()
        let text = SmallScenario.text(bytes: "4MiB", rounds: 1).replacing("target: log", with: "target: broker")
        let arguments = ["run", try scratch.write(text, to: "small.yaml"), "--set"]
        var memory: [Double] = []
        for nodes in 1...3 {
            let ending = try Sluice.run(
                arguments + ["broker.nodes=\(nodes)", "--set", "topic.partitions=6"], in: scratch)
            #expect(ending.code == 0, "\(ending)")
            for sample in try SmallScenario.samples(in: scratch) {
                #expect(sample.status == .ok, "\(sample.reason)")
                #expect(sample.metrics["verified_records"] == sample.metrics["records"])
                // Out of the sockets and into the files, whichever node did it.
                let (copied, stored) = (sample.metrics["broker_copied_bytes"], sample.metrics["stored_bytes"])
                #expect(try #require(copied) >= 2 * #require(stored))
            }
            memory.append(try SmallScenario.samples(in: scratch)[0].metrics["broker_peak_rss_bytes"] ?? 0)
        }
        // Each node has a process of its own, so two take about twice the memory of one.
        #expect(memory[1] > 1.5 * memory[0] && memory[2] > 2.2 * memory[0], "\(memory)")
        #expect(scratch.leftovers == [])
    }

    @Test(
        "spreads records over topics, partitions and nodes as its partitioner says, and verifies each of them",
        arguments: ["sticky", "round-robin", "key"])
    func partitioners(name: String) throws {
        let scratch = try Scratch()
        let text = SmallScenario.text(bytes: "2MiB", rounds: 1).replacing("target: log", with: "target: broker")
        var settings = [
            "producer.partitioner=\(name)", "topic.count=3", "topic.partitions=4", "broker.nodes=2",
            "producer.count=2", "consumer.count=2",
        ]
        if name == "key" { settings += ["workload.key.distribution=zipfian", "workload.key.count=100"] }
        let ending = try Sluice.run(
            ["run", try scratch.write(text, to: "small.yaml")] + settings.flatMap { ["--set", $0] }, in: scratch)
        #expect(ending.code == 0, "\(ending)")
        for sample in try SmallScenario.samples(in: scratch) {
            #expect(sample.status == .ok, "\(sample.reason)")
            #expect(sample.metrics["verified_records"] == sample.metrics["records"])
        }
    }

    @Test("refuses a partitioner that cannot be what it says")
    func impossiblePartitioners() throws {
        let scratch = try Scratch()
        let text = SmallScenario.text(rounds: 1).replacing("target: log", with: "target: broker")
        let file = try scratch.write(text, to: "small.yaml")
        let keyless = try Sluice.run(["run", file, "--set", "producer.partitioner=key"], in: scratch)
        #expect(keyless.code == 64 && keyless.errors.contains("there are no keys to choose by"), "\(keyless)")
        let whole = try Sluice.run(
            ["run", file, "--set", "producer.partitioner=round-robin", "--set", "producer.prebuilt=true"], in: scratch)
        #expect(whole.code == 64 && whole.errors.contains("set producer.prebuilt: false"), "\(whole)")
    }

    @Test("fails the leg when one of several nodes ends, and leaves none of the others")
    func nodeKilled() throws {
        let scratch = try Scratch()
        let running = try Running(
            ["run", try scratch.write(Self.slow, to: "small.yaml"), "--set", "broker.nodes=3"], in: scratch)
        let brokers = try Self.brokers(of: running.load(), count: 3)
        let end = Date() + 20
        while Date() < end, !Self.hasRecords(in: scratch) { usleep(2000) }
        kill(brokers[1], SIGKILL)
        #expect(running.wait().code == 1)
        let samples = try SmallScenario.samples(in: scratch)
        #expect(samples.map(\.status) == [.failed, .ok], "\(samples.map(\.reason))")
        #expect(
            samples[0].reason.contains("the broker of node 2 ended in the middle of the leg with 137"),
            "\(samples[0].reason)")
        #expect(brokers.allSatisfy { Running.isGone($0) })
        #expect(scratch.leftovers == [])
    }

    private static func hasRecords(in scratch: Scratch) -> Bool {
        scratch.names.contains { name in
            guard name.hasSuffix(".log") else { return false }
            let attributes = try? FileManager.default.attributesOfItem(atPath: scratch.url.appending(path: name).path)
            return attributes?[.size] as? Int ?? 0 > 0
        }
    }

    /// The broker process of a load process.
    private static func broker(of load: Int32) throws -> Int32 { try brokers(of: load, count: 1)[0] }

    /// The broker processes of a load process, in the order of their nodes.
    private static func brokers(of load: Int32, count: Int) throws -> [Int32] {
        let end = Date() + 20
        while Date() < end {
            let text = try? String(contentsOfFile: "/proc/\(load)/task/\(load)/children", encoding: .utf8)
            let children = (text ?? "").split(separator: " ").compactMap { Int32($0) }
            if children.count == count { return children }
            usleep(2000)
        }
        throw Unexpected("not \(count) brokers in 20 s")
    }
}

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

    private static func hasRecords(in scratch: Scratch) -> Bool {
        scratch.names.contains { name in
            guard name.hasSuffix(".log") else { return false }
            let attributes = try? FileManager.default.attributesOfItem(atPath: scratch.url.appending(path: name).path)
            return attributes?[.size] as? Int ?? 0 > 0
        }
    }

    /// The broker process of a load process.
    private static func broker(of load: Int32) throws -> Int32 {
        let end = Date() + 20
        while Date() < end {
            let children = try? String(contentsOfFile: "/proc/\(load)/task/\(load)/children", encoding: .utf8)
            if let first = children?.split(separator: " ").first.flatMap({ Int32($0) }) { return first }
            usleep(2000)
        }
        throw Unexpected("no broker in 20 s")
    }
}

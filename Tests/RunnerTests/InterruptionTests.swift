import Foundation
import LinuxKernel
import Results
import Testing

/// Legs that take seconds, and so can be interrupted.
private let slow = SmallScenario.text(bytes: "48MiB")

@Suite("A run that is interrupted", .serialized)
struct InterruptionTests {
    @Test(
        "ends by the signal that stopped it, keeps what is done, leaves nothing else, and can be resumed",
        arguments: [(SIGINT, false), (SIGINT, true), (SIGTERM, false), (SIGHUP, false), (SIGQUIT, false)])
    func stopped(by number: Int32, group: Bool) throws {
        let scratch = try Scratch()
        let arguments = ["run", try scratch.write(slow, to: "small.yaml")]
        let running = try Running(arguments, in: scratch)
        try waitForRows(1, in: scratch)
        let load = try running.load()
        running.send(number, group: group)
        let ending = running.wait()
        #expect(ending.code == -number)
        #expect(ending.errors.contains("go on with the same command and --resume"))
        #expect(Running.isGone(load))
        #expect(scratch.leftovers == [])
        let done = try SmallScenario.samples(in: scratch)
        #expect((1..<4).contains(done.count))
        try resumeAndCheck(arguments, in: scratch, done: done)
    }

    @Test("goes on when it was started with the signal ignored, as nohup does")
    func ignored() throws {
        let scratch = try Scratch()
        let file = try scratch.write(SmallScenario.text(bytes: "16MiB", rounds: 1), to: "small.yaml")
        // The shell leaves a signal ignored for what it starts, and `exec` keeps the process.
        let words = ["-c", "trap '' HUP; exec \"$0\" run \"$1\"", Sluice.program.path, file]
        let running = try Running(words, in: scratch, program: URL(filePath: "/bin/sh"))
        _ = try running.load()
        running.send(SIGHUP)
        #expect(running.wait().code == 0)
    }

    @Test("takes its load process along when it is killed; resuming removes what it left and goes on")
    func runnerKilled() throws {
        let scratch = try Scratch()
        let arguments = ["run", try scratch.write(slow, to: "small.yaml")]
        let running = try Running(arguments, in: scratch)
        try waitForRows(1, in: scratch)
        let load = try running.load()
        usleep(100_000)
        running.send(SIGKILL)
        #expect(running.wait().code == -SIGKILL)
        #expect(Running.isGone(load))
        #expect(scratch.leftovers != [], "a killed runner cannot clean up: nothing was tested")
        try resumeAndCheck(arguments, in: scratch, done: try SmallScenario.samples(in: scratch))
    }

    @Test("cannot be resumed while it is still going on")
    func stillGoingOn() throws {
        let scratch = try Scratch()
        let arguments = ["run", try scratch.write(slow, to: "small.yaml")]
        let running = try Running(arguments, in: scratch)
        _ = try running.load()
        let second = try Sluice.run(arguments + ["--resume"], in: scratch)
        #expect(second.code == 1)
        #expect(second.errors.contains("still going on"))
        running.send(SIGINT)
        #expect(running.wait().code == -SIGINT)
        #expect(scratch.leftovers == [])
    }

    @Test("fails only the leg whose load process is killed, and says how it ended", arguments: [SIGKILL, SIGTERM])
    func loadKilled(by number: Int32) throws {
        let scratch = try Scratch()
        let running = try Running(["run", try scratch.write(slow, to: "small.yaml"), "--rounds", "1"], in: scratch)
        let load = try running.load()
        usleep(50_000)
        #expect(kill(load, number) == 0)
        let ending = running.wait()
        #expect(ending.code == 1)
        let samples = try SmallScenario.samples(in: scratch)
        #expect(samples.map(\.status) == [.failed, .ok])
        #expect(samples[0].reason.contains("ended by signal \(number)"))
        #expect(samples[0].metrics.isEmpty)
        #expect(ending.errors.contains("leg 1 failed"))
        #expect(scratch.leftovers == [])
    }

    private func waitForRows(_ count: Int, in scratch: Scratch) throws {
        let end = Date() + 30
        while Date() < end {
            let file = SmallScenario.latest(in: scratch).appending(path: "samples.csv")
            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            if text.count(where: { $0 == "\n" }) > count { return }
            usleep(2000)
        }
        throw Unexpected("no \(count) legs in 30 s")
    }

    private func resumeAndCheck(_ arguments: [String], in scratch: Scratch, done: [Sample]) throws {
        let folder = SmallScenario.latest(in: scratch)
        let resumed = try Sluice.run(arguments + ["--resume"], in: scratch)
        #expect(resumed.code == 0, "\(resumed)")
        #expect(resumed.errors.contains("\(done.count) of 4 legs are done"))
        #expect(SmallScenario.latest(in: scratch) == folder)
        let samples = try SmallScenario.samples(in: scratch)
        #expect(Array(samples.prefix(done.count)) == done)
        #expect(samples.map(\.leg) == [1, 2, 3, 4])
        #expect(Set(samples.map { "\($0.cell) \($0.round)" }).count == 4)
        #expect(samples.allSatisfy { $0.status == .ok })
        #expect(scratch.leftovers == [])
        // A run that is complete has nothing to resume; its files are only written again.
        let again = try Sluice.run(arguments + ["--resume"], in: scratch)
        #expect(again.code == 0)
        #expect(try SmallScenario.samples(in: scratch) == samples)
    }
}

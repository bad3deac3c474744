import Experiments
import Foundation
import LinuxKernel
import Results
import Runner
import Testing

/// Two nodes with a disk each, whose legs take seconds.
private func text(limit: String = "24MiB", rounds: Int = 2) -> String {
    """
    schema: sluice/1
    name: small
    title: Two emulated hosts
    target: broker
    network: namespaces
    broker: { nodes: 2, flush.policy: fdatasync, cpu.quota: 0.5 }
    disks: { count: 1, size: 320MiB, write.bytes.per.second: \(limit) }
    topic: { partitions: 4, segment.bytes: 16MiB }
    producer: { batch.size: 64KiB }
    workload: { shape: produce, record.size: 1KiB, bytes: 48MiB, compressibility: 0 }
    repeat: { rounds: \(rounds) }
    # Other tests run beside.
    run: { steal.limit: 1, other.load.limit: 1, cpu.throttled.limit: 1, pressure.memory.limit: 1 }
    """
}

/// Why this machine cannot do it; nil when it can.
private let objection: String? = {
    guard let scratch = try? Scratch(), let name = try? scratch.write(text(), to: "small.yaml"),
        let plan = try? RunPlanner.plan(scratch.url.appending(path: name), overrides: Overrides())
    else { return "there is no plan" }
    return RunPlanner.objection(toEmulationFor: plan)
}()

@Suite("A run on emulated disks and hosts", .enabled(if: objection == nil, "\(objection ?? "")"), .serialized)
struct EmulationRunTests {
    @Test("says that they are emulated and what they were found to do, and leaves the machine as it was")
    func wholeRun() throws {
        let scratch = try Scratch()
        let ending = try Sluice.run(["run", try scratch.write(text(rounds: 1), to: "small.yaml")], in: scratch)
        try #require(ending.code == 0, "\(ending)")
        let folder = SmallScenario.latest(in: scratch)
        let environment = try Environment.read(folder.appending(path: "environment.json"))
        #expect(environment["emulated disks", "disks"] == "2, 320MiB of ext4, 24MiB/s each")
        #expect(environment["emulated disks", "disk 2, measured"]?.contains("MiB/s buffered and flushed") == true)
        #expect(environment["emulated hosts", "network"] != nil)
        let report = try String(contentsOf: folder.appending(path: "report.md"), encoding: .utf8)
        #expect(report.contains("320MiB of ext4"))
        let rate = try #require(SmallScenario.samples(in: scratch)[0].metrics["produce_bytes_per_s"])
        #expect(rate < 2 * 1.3 * 24 * 1_048_576, "two disks of 24 MiB/s took \(rate) bytes/s")
        try expectNothingLeft(in: scratch)
    }

    @Test("is stopped by Ctrl-C and leaves the machine as it was")
    func interrupted() throws {
        let scratch = try Scratch()
        let running = try Running(["run", try scratch.write(text(), to: "small.yaml")], in: scratch)
        let load = try loadOfLeg(running)
        running.send(SIGINT)
        #expect(running.wait().code == -SIGINT)
        #expect(Running.isGone(load))
        try expectNothingLeft(in: scratch)
    }

    @Test("is killed, and the next start of any run removes what it left")
    func killed() throws {
        let scratch = try Scratch()
        let running = try Running(["run", try scratch.write(text(), to: "small.yaml")], in: scratch)
        let load = try loadOfLeg(running)
        running.send(SIGKILL)
        #expect(running.wait().code == -SIGKILL)
        #expect(Running.isGone(load, within: 30))
        #expect(scratch.names.contains { $0.hasSuffix(".image") }, "a killed run cannot clean up: nothing was tested")
        let other = try Scratch()
        let next = try Sluice.run(["run", try other.write(SmallScenario.text(), to: "small.yaml")], in: other)
        #expect(next.code == 0)
        #expect(!scratch.names.contains { $0.hasSuffix(".image") })
        #expect(try traces(of: scratch, process: load) == [])
    }

    @Test("is refused with the figure when a disk does not do what was asked for")
    func wrongRate() throws {
        let scratch = try Scratch()
        let ending = try Sluice.run(["run", try scratch.write(text(limit: "900GiB"), to: "small.yaml")], in: scratch)
        #expect(ending.code == 1)
        #expect(ending.errors.contains("MiB/s were asked for"), "\(ending)")
        #expect(!scratch.names.contains { $0.hasSuffix("samples.csv") })
        try expectNothingLeft(in: scratch)
    }

    @Test("is refused without root, with the reason")
    func withoutRoot() throws {
        let scratch = try Scratch()
        let file = scratch.url.appending(path: try scratch.write(text(), to: "small.yaml")).path
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.url.path)
        let ending = try Sluice.run(
            [
                "--reuid=65534", "--regid=65534", "--clear-groups", Sluice.program.path, "run", "--dry-run",
                // Which one an ordinary user may choose is up to the machine.
                "--set", "run.tcp.congestion.control=system", file,
            ],
            in: scratch, program: URL(filePath: "/usr/bin/setpriv"))
        #expect(ending.code == 1)
        #expect(ending.errors.contains("run as root"), "\(ending)")
    }

    /// The load process, once it has made its disks and flushes to them.
    private func loadOfLeg(_ running: Running) throws -> Int32 {
        let end = Date() + 30
        while Date() < end, !running.said.contains("round 1") { usleep(5000) }
        let load = try running.load()
        usleep(1_000_000)
        return load
    }

    private func expectNothingLeft(in scratch: Scratch) throws {
        #expect(try traces(of: scratch) == [])
        #expect(scratch.leftovers == [])
        #expect(!scratch.names.contains { $0.hasSuffix(".image") || $0.contains("disk-check") })
    }

    /// What there is of a run outside of its folder.
    ///
    /// - Parameter process: Whose groups and records are looked for; nil where the runner has removed them.
    private func traces(of scratch: Scratch, process: Int32? = nil) throws -> [String] {
        let path = try FileIdentity.resolve(scratch.url.path)
        var found = [
            try TextFile.read("/proc/1/mountinfo"),
            try Command.run("losetup", ["--all", "--noheadings", "--output", "NAME,BACK-FILE"]).output,
        ].flatMap { $0.split(separator: "\n") }.filter { $0.contains(path) }.map(String.init)
        found += try Directory.names(in: "/sys/class/net").filter { $0 == "nodes" || $0.hasPrefix("node-") }
        if let process {
            for directory in ["/run/sluice", "/sys/fs/cgroup/cpu", "/sys/fs/cgroup"] {
                let names = (try? Directory.names(in: directory)) ?? []
                found += names.filter { $0.hasPrefix("\(process)-") || $0.hasPrefix("sluice-\(process)") }
            }
        }
        return found
    }
}

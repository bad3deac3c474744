import Foundation
import LinuxKernel
import Results
import Testing

/// Machines that lack what the harness would like to have: nothing becomes a zero that was not measured.
@Suite("On a machine that lacks something")
struct DegradedMachineTests {
    private static let scenario = """
        schema: sluice/1
        name: small
        title: A small run
        target: broker
        broker: { trace.calls: true }
        topic: { segment.bytes: 64MiB }
        producer: { batch.size: 16KiB }
        run: { tcp.congestion.control: system, steal.limit: 1, other.load.limit: 1, cpu.throttled.limit: 1, pressure.memory.limit: 1 }
        workload: { shape: produce-then-consume, record.size: 1KiB, bytes: 4MiB }
        repeat: { rounds: 1 }
        headline: [produce_bytes_per_s]
        """

    /// Shell commands that go on in a mount namespace in which an empty file system lies over what
    /// tells of the machine.
    private static let hidden = """
        exec unshare --mount sh -ec 'for d in /sys/fs/cgroup /proc/pressure /sys/kernel/tracing /sys/kernel/debug; do
          if [ -d $d ]; then mount -t tmpfs none $d; fi
        done
        exec "$SLUICE" "$@"' sluice "$@"
        """
    private static let canHide = canRun("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt")

    /// As a user of another number, without any privilege, to whom the same files belong.
    private static let ordinaryUser = "exec unshare --user --map-user=1000 \"$SLUICE\" \"$@\""
    private static let canBeOrdinaryUser = canRun("unshare", "--user", "--map-user=1000", "true")

    private static func run(_ commands: String, _ arguments: [String], in scratch: Scratch) throws -> Sluice.Ending {
        try Sluice.run(
            ["-c", commands, "sh"] + arguments, in: scratch, environment: ["SLUICE": Sluice.program.path],
            program: URL(filePath: "/bin/sh"))
    }

    private static func canRun(_ program: String, _ arguments: String...) -> Bool {
        (try? Command.run(program, arguments).code) == 0
    }

    @Test(
        "without control groups, pressure or tracefs a run goes well, and what they would tell is empty, with the reason",
        .enabled(if: canHide, "needs mounts of its own"))
    func hiddenFiles() throws {
        let scratch = try Scratch()
        let file = try scratch.write(Self.scenario, to: "small.yaml")
        let ending = try Self.run(Self.hidden, ["run", file], in: scratch)
        #expect(ending.code == 0, "\(ending)")
        let sample = try #require(try SmallScenario.samples(in: scratch).first)
        for resource in ["io", "cpu", "memory"] {
            let column = "pressure_\(resource)_share"
            #expect(sample.metrics[column] == nil, "\(column)")
            #expect(sample.notMeasured[column]?.contains("/proc/pressure/\(resource)") == true, "\(sample.notMeasured)")
        }
        // Calls may be counted by a tracepoint that is found in another way; never none.
        let traced = "broker_traced_calls"
        #expect(sample.metrics[traced].map { $0 > 0 } ?? (sample.notMeasured[traced] != nil))
        let timeline = try String(
            contentsOf: SmallScenario.latest(in: scratch).appending(path: "timeline.csv"), encoding: .utf8)
        #expect(!timeline.contains("pressure"))
    }

    @Test(
        "without control groups limits of emulated disks are refused, with the reason",
        .enabled(if: canHide, "needs mounts of its own"))
    func noControlGroups() throws {
        let scratch = try Scratch()
        let disks = "disks: { count: 1, size: 320MiB, write.bytes.per.second: 50MiB }\n"
        let file = try scratch.write(Self.scenario + "\n" + disks, to: "small.yaml")
        let ending = try Self.run(Self.hidden, ["run", file], in: scratch)
        #expect(ending.code == 1 && ending.errors.contains("control group"), "\(ending)")
        #expect(!scratch.names.contains("Results"))
    }

    @Test(
        "an ordinary user can run, and what is for root only is empty, with the reason, or refused",
        .enabled(if: canBeOrdinaryUser, "needs a user namespace"))
    func ordinaryUser() throws {
        let scratch = try Scratch()
        let file = try scratch.write(Self.scenario, to: "small.yaml")
        let ending = try Self.run(Self.ordinaryUser, ["run", file], in: scratch)
        #expect(ending.code == 0, "\(ending)")
        let sample = try #require(try SmallScenario.samples(in: scratch).first)
        #expect(sample.status == .ok && sample.metrics["verified_records"] ?? 0 >= 4096)
        #expect(sample.metrics["broker_traced_calls"] == nil)
        #expect(sample.notMeasured["broker_traced_calls"]?.isEmpty == false)
        let disks = try Self.run(
            Self.ordinaryUser,
            ["run", try scratch.write(Self.scenario + "\ndisks: { count: 1, size: 320MiB }\n", to: "disks.yaml")],
            in: scratch)
        #expect(disks.code == 1 && disks.errors.contains("run as root"), "\(disks)")
    }

    /// A congestion control that the kernel has, but leaves to root.
    private static let controlForRoot: String? = {
        func list(_ name: String) -> Set<String> {
            let text = try? TextFile.read("/proc/sys/net/ipv4/tcp_\(name)_congestion_control")
            return Set((text ?? "").split(whereSeparator: \.isWhitespace).map(String.init))
        }
        return list("available").subtracting(list("allowed")).min()
    }()

    @Test(
        "an ordinary user who asks for a congestion control that is for root only is refused",
        .enabled(if: canBeOrdinaryUser && controlForRoot != nil, "needs a user namespace, and a control for root only"))
    func congestionControl() throws {
        let control = try #require(Self.controlForRoot)
        let scratch = try Scratch()
        let file = try scratch.write(Self.scenario, to: "small.yaml")
        let refused = try Self.run(
            Self.ordinaryUser, ["run", file, "--set", "run.tcp.congestion.control=\(control)"], in: scratch)
        #expect(
            refused.code == 64 && refused.errors.contains("an ordinary user may not use '\(control)'"), "\(refused)")
    }

    @Test("a warm-up that never gets steady ends at its cap, and says so in the leg's row instead of a time")
    func neverSteady() throws {
        let scratch = try Scratch()
        let file = try scratch.write(Self.scenario, to: "small.yaml")
        let settings = [
            // A request every 0.7 s: throughput jumps between nothing and much.
            "workload.shape=produce", "workload.rate=20/s", "workload.warmup.until=steady",
            "workload.warmup.time=1600ms", "workload.duration=10ms",
        ]
        let ending = try Sluice.run(["run", file] + settings.flatMap { ["--set", $0] }, in: scratch)
        #expect(ending.code == 0, "\(ending)")
        let sample = try #require(try SmallScenario.samples(in: scratch).first)
        #expect(sample.metrics["warmup_steady_ns"] == nil)
        #expect(
            sample.notMeasured["warmup_steady_ns"]?.contains("throughput still changed") == true,
            "\(sample.notMeasured)")
        #expect((sample.metrics["warmup_ns"] ?? 0) >= 1.4e9)
    }
}

import Foundation
import LinuxKernel
import Results
import Testing

@Suite("A full disk")
struct FullDiskTests {
    static let canMount = ProcessHandle.isRoot && (try? Command.run("losetup", ["--find"]).code) == 0

    @Test(
        "in the middle of a leg fails that leg with path and ENOSPC; the others run, and nothing is left",
        .enabled(if: canMount, "it takes root and a free loop device"))
    func fullDisk() throws {
        let scratch = try Scratch()
        let disk = try LoopDisk(in: scratch.url.path, byteCount: 96 << 20)
        defer { disk.detach() }
        // The space goes after the plan was checked, as when somebody else takes it; compressed legs still fit.
        let text = SmallScenario.text(bytes: "40MiB", rounds: 2)
        let running = try Running(
            ["run", try scratch.write(text, to: "small.yaml"), "--data", disk.mountPoint], in: scratch)
        let load = try running.load()
        kill(load, SIGSTOP)
        try disk.fill(leaving: 30 << 20)
        kill(load, SIGCONT)
        let ending = running.wait()
        #expect(ending.code == 1, "\(ending)")
        let samples = try SmallScenario.samples(in: scratch)
        #expect(samples.count == 4)
        for sample in samples {
            let isPlain = sample.axes.contains { $0.value == "none" }
            #expect(sample.status == (isPlain ? .failed : .ok), "\(sample.reason)")
            guard isPlain else { continue }
            #expect(sample.reason.contains("ENOSPC"))
            #expect(sample.reason.contains(disk.mountPoint), "\(sample.reason)")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: disk.mountPoint).sorted() == ["filler", "lost+found"])
        #expect(scratch.names.contains { $0.hasSuffix("report.html") })
    }

    @Test(
        "under the results ends the run, names the file, keeps whole rows, and the run goes on when there is room",
        .enabled(if: canMount, "it takes root and a free loop device"))
    func fullResults() throws {
        let scratch = try Scratch()
        let disk = try LoopDisk(in: scratch.url.path, byteCount: 16 << 20)
        defer { disk.detach() }
        try disk.fill(leaving: 40_000)
        try Directory.create(scratch.url.appending(path: "data").path)
        let file = try scratch.write(SmallScenario.text(), to: "small.yaml")
        let arguments = ["run", file, "--results", "mount", "--data", "data"]
        let ending = try Sluice.run(arguments, in: scratch)
        #expect(ending.code == 1)
        #expect(ending.errors.contains("/mount/small/") && ending.errors.contains("space"), "\(ending)")
        let done = try SmallScenario.samples(in: scratch, results: "mount")
        try Directory.unlinkFile(disk.mountPoint + "/filler")
        let resumed = try Sluice.run(arguments + ["--resume"], in: scratch)
        #expect(resumed.code == 0, "\(resumed)")
        let samples = try SmallScenario.samples(in: scratch, results: "mount")
        #expect(samples.map(\.leg) == [1, 2, 3, 4])
        #expect(Array(samples.prefix(done.count)) == done)
        #expect(scratch.leftovers == [])
    }
}

/// A small ext4 file system in a file.
private final class LoopDisk {
    let mountPoint: String
    private var isMounted = false

    init(in directory: String, byteCount: Int) throws {
        let image = directory + "/disk"
        mountPoint = directory + "/mount"
        try File(image, .createNew).truncate(to: byteCount)
        try Directory.create(mountPoint)
        try Self.run("mkfs.ext4", ["-q", "-m", "0", image])
        try Self.run("mount", ["-o", "loop", image, mountPoint])
        isMounted = true
    }

    /// Takes all space but so many bytes.
    func fill(leaving byteCount: Int) throws {
        let free = Int(try Directory.fileSystem(at: mountPoint).freeBytes)
        try File(mountPoint + "/filler", .createNew).allocate(at: 0, byteCount: free - byteCount)
    }

    /// Unmounts; the loop device, which `mount` made, goes with it.
    func detach() {
        guard isMounted else { return }
        isMounted = false
        do {
            try Self.run("umount", [mountPoint])
        } catch {
            Issue.record(error)
            _ = try? Command.run("umount", ["--lazy", mountPoint])
        }
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let outcome = try Command.run(program, arguments)
        if outcome.code != 0 { throw Unexpected("\(program): \(outcome.output)") }
    }
}

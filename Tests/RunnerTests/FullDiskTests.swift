import Foundation
import LinuxKernel
import Results
import TestDisks
import Testing

@Suite("A full disk")
struct FullDiskTests {
    @Test(
        "in the middle of a leg fails that leg with path and ENOSPC; the others run, and nothing is left",
        .enabled(if: LoopDisk.isPossible, "it takes root and a free loop device"))
    func fullDisk() throws {
        let scratch = try Scratch()
        let disk = try LoopDisk(in: scratch.url.path, byteCount: 96 << 20)
        defer { #expect(throws: Never.self) { try disk.detach() } }
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
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.mountPoint) == ["filler"])
        #expect(scratch.names.contains { $0.hasSuffix("report.html") })
    }

    @Test(
        "under the results ends the run, names the file, keeps whole rows, and the run goes on when there is room",
        .enabled(if: LoopDisk.isPossible, "it takes root and a free loop device"))
    func fullResults() throws {
        let scratch = try Scratch()
        let disk = try LoopDisk(in: scratch.url.path, byteCount: 16 << 20)
        defer { #expect(throws: Never.self) { try disk.detach() } }
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

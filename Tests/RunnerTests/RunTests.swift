import Foundation
import LinuxKernel
import Results
import Testing

@Suite("A run")
struct RunTests {
    @Test("writes just the records that its settings imply, with what they cost")
    func amounts() throws {
        let scratch = try Scratch()
        let file = try scratch.write(SmallScenario.text(bytes: "4MiB", rounds: 1), to: "small.yaml")
        #expect(try Sluice.run(["run", file], in: scratch).code == 0)
        let samples = try SmallScenario.samples(in: scratch)
        for sample in samples {
            let metrics = sample.metrics
            let batches = try #require(metrics["batches"])
            let records = try #require(metrics["records"])
            #expect(metrics["payload_bytes"] == records * 1024)
            // As many batches as hold 4 MiB, and no more.
            #expect(records >= 4096 && records - records / batches < 4096)
            #expect(metrics["verified_records"] == records)
            let stored = try #require(metrics["stored_bytes"])
            #expect(metrics["compression_ratio"] == records * 1024 / stored)
            let isPlain = sample.axes.contains { $0.value == "none" }
            #expect(isPlain ? stored > records * 1024 : stored < records * 1024 * 0.6)
            // All bytes in, all bytes out, once each; the files' own bytes are what the disk has.
            let copied = try #require(metrics["load_copied_bytes"])
            #expect((2 * stored..<2.05 * stored + 65536).contains(copied))
            #expect(metrics["load_calls"].map { $0 > batches } == true)
            #expect(metrics["disk_used_bytes"].map { $0 >= stored } == true)
        }
    }

    @Test("pays one write for each batch and one for each entry of the indexes, and copies each byte once")
    func calls() throws {
        let scratch = try Scratch()
        let file = try scratch.write(SmallScenario.text(bytes: "8MiB", rounds: 1), to: "small.yaml")
        let settings = [
            "producer.compression.type=none", "producer.batch.size=64KiB", "workload.shape=produce",
            "topic.index.interval.bytes=1MiB",
        ]
        let ending = try Sluice.run(["run", file] + settings.flatMap { ["--set", $0] }, in: scratch)
        try #require(ending.code == 0, "\(ending)")
        let metrics = try #require(SmallScenario.samples(in: scratch).first?.metrics)
        let batches = try #require(metrics["batches"])
        let calls = try #require(metrics["load_calls"])
        #expect((batches...batches + 2 * 8 + 16).contains(calls), "\(calls) calls for \(batches) batches")
        // What is stored beside the payload are the headers of batches and records.
        let copied = try #require(metrics["load_copied_bytes_per_byte"])
        #expect((1.0...1.03).contains(copied), "\(copied)")
        #expect(metrics["load_direct_bytes"] == 0 && metrics["load_moved_bytes"] == 0)
    }

    @Test("takes no more memory for more bytes")
    func memory() throws {
        let scratch = try Scratch()
        let file = try scratch.write(SmallScenario.text(rounds: 1), to: "small.yaml")
        var peaks: [Double] = []
        for bytes in ["64MiB", "512MiB"] {
            let ending = try Sluice.run(
                [
                    "run", file, "--set", "workload.bytes=\(bytes)", "--set", "producer.compression.type=none",
                    "--set", "workload.shape=produce", "--set", "producer.batch.size=256KiB",
                ], in: scratch)
            try #require(ending.code == 0, "\(ending)")
            peaks.append(try #require(SmallScenario.samples(in: scratch).first?.metrics["load_peak_rss_bytes"]))
        }
        #expect(peaks[1] < peaks[0] + 4 * 1_048_576, "\(peaks)")
    }

    @Test("whose log is changed behind its back is unverified, ends with 4, and keeps its other legs")
    func corrupted() throws {
        let scratch = try Scratch()
        let text = SmallScenario.text(bytes: "48MiB", rounds: 1).replacing("64MiB", with: "1MiB")
        let running = try Running(["run", try scratch.write(text, to: "small.yaml")], in: scratch)
        // A segment that is full is not written again: what is changed in it now is found by the verification.
        let end = Date() + 30
        var segments: [String] = []
        while segments.count < 2, Date() < end {
            segments = scratch.names.filter {
                $0.contains("/leg-1/") && $0.contains("topic-0/") && $0.hasSuffix(".log")
            }
        }
        let first = try #require(segments.min())
        let segment = try FileHandle(forUpdating: scratch.url.appending(path: first))
        try segment.seek(toOffset: 5000)
        let byte = try #require(try segment.read(upToCount: 1)?.first)
        try segment.seek(toOffset: 5000)
        try segment.write(contentsOf: [byte ^ 1])
        let ending = running.wait()
        #expect(ending.code == 4, "\(ending)")
        let samples = try SmallScenario.samples(in: scratch)
        #expect(samples.map(\.status) == [.unverified, .ok])
        #expect(samples[0].reason.contains("topic-0") && samples[0].reason.contains("CRC"), "\(samples[0].reason)")
        // The report says it too, and so does its exit code.
        let report = try Sluice.run(["report", "Results/small/latest"], in: scratch)
        #expect(report.code == 4)
        #expect(report.output.contains("1 unverified"), "\(report)")
    }

    @Test("beside another in the same folders, begun in the same second, has files of its own")
    func atTheSameTime() throws {
        let scratch = try Scratch()
        let file = try scratch.write(SmallScenario.text(rounds: 1), to: "small.yaml")
        try Directory.create(scratch.url.appending(path: "data").path)
        let runs = try (0..<3).map { _ in try Running(["run", file, "--data", "data"], in: scratch) }
        for run in runs {
            let ending = run.wait()
            #expect(ending.code == 0, "\(ending)")
        }
        let folder = scratch.url.appending(path: "Results/small")
        let names = try Directory.names(in: folder.path).filter { $0 != "latest" }
        #expect(names.count == 3)
        for name in names {
            let samples = try SamplesFile.read(folder.appending(path: "\(name)/samples.csv")).samples
            #expect(samples.map(\.status) == [.ok, .ok])
        }
        #expect(try Directory.names(in: scratch.url.appending(path: "data").path) == [])
    }

    @Test("goes on when nobody can read its progress", arguments: ["2>/dev/full", "2>&-", "<&- 2>&-"])
    func withoutProgress(_ redirection: String) throws {
        let scratch = try Scratch()
        let file = try scratch.write(SmallScenario.text(rounds: 1), to: "small.yaml")
        let ending = try Sluice.run(
            ["-c", "exec \"$SLUICE\" run \(file) \(redirection)"], in: scratch,
            environment: ["SLUICE": Sluice.program.path], program: URL(filePath: "/bin/sh"))
        #expect(ending.code == 0, "\(ending)")
        #expect(try SmallScenario.samples(in: scratch).map(\.status) == [.ok, .ok])
        let rows = try String(
            contentsOf: SmallScenario.latest(in: scratch).appending(path: "samples.csv"), encoding: .utf8)
        #expect(!rows.contains("[0/2]"))
    }

    @Test("goes on when the reader of its progress goes away, and leaves no data")
    func brokenPipe() throws {
        let scratch = try Scratch()
        let file = try scratch.write(SmallScenario.text(), to: "small.yaml")
        let ending = try Sluice.run(
            ["-c", "{ \"$SLUICE\" run \(file) 2>&1 >/dev/null; echo $? >code; } | head -1"], in: scratch,
            environment: ["SLUICE": Sluice.program.path], program: URL(filePath: "/bin/sh"))
        #expect(ending.output.split(separator: "\n").count == 1)
        #expect(try String(contentsOf: scratch.url.appending(path: "code"), encoding: .utf8) == "0\n")
        #expect(scratch.leftovers == [])
    }

    @Test("on a terminal tells its progress in one line that is rewritten, in colour unless that is not wanted")
    func terminal() throws {
        let scratch = try Scratch()
        let file = try scratch.write(SmallScenario.text(rounds: 1), to: "small.yaml")
        func output(_ environment: [String: String]) throws -> String {
            let command = "'\(Sluice.program.path)' run \(file)"
            let ending = try Sluice.run(
                ["-qec", command, "/dev/null"], in: scratch,
                environment: ["TERM": "xterm", "NO_COLOR": ""].merging(environment) { $1 },
                program: URL(filePath: "/usr/bin/script"))
            #expect(ending.code == 0, "\(ending)")
            return ending.output
        }
        let plain = try output(["NO_COLOR": "1"])
        let progress = plain.components(separatedBy: "\r\u{1B}[K")
        #expect(progress.contains { $0.hasPrefix("[1/2] 50 % · ") && !$0.contains("\n") }, "\(plain)")
        // Nothing of the line is left beside what follows it.
        #expect(progress.last?.hasPrefix("[") == false)
        #expect(!plain.replacing("\u{1B}[K", with: "").contains("\u{1B}"))
        #expect(try output([:]).replacing("\u{1B}[K", with: "").contains("\u{1B}["))
    }

    @Test("has a table that programs can read, and reports are written again without its data")
    func formats() throws {
        let scratch = try Scratch()
        let file = try scratch.write(SmallScenario.text(), to: "small.yaml")
        #expect(try Sluice.run(["run", file], in: scratch).code == 0)
        let csv = try Sluice.run(["report", "Results/small/latest", "--format", "csv"], in: scratch)
        #expect(csv.code == 0 && csv.errors.isEmpty)
        let rows = try CommaSeparated.parse(csv.output, path: "report")
        #expect(rows.count == 3 && Set(rows.map(\.fields.count)).count == 1)
        let json = try Sluice.run(["report", "Results/small/latest", "--format", "json"], in: scratch)
        #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [Any])
        let html = SmallScenario.latest(in: scratch).appending(path: "report.html")
        try FileManager.default.removeItem(at: html)
        #expect(try Sluice.run(["report", "Results/small/latest"], in: scratch).code == 0)
        #expect(FileManager.default.fileExists(atPath: html.path))
        #expect(try Sluice.run(["plot", "Results/small/latest"], in: scratch).output.contains(".svg"))
        #expect(try Sluice.run(["report", "nowhere"], in: scratch).code == 1)
    }
}

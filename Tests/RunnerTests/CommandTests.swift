import Foundation
import LinuxKernel
import Results
import Testing

@Suite("Commands")
struct CommandTests {
    /// The commands that a command's help lists.
    private static func subcommands(of command: String, in scratch: Scratch) throws -> [String] {
        let words = command.split(separator: " ").map(String.init)
        let help = try Sluice.run(words + ["--help"], in: scratch).output
        guard let list = help.components(separatedBy: "SUBCOMMANDS:\n").dropFirst().first else { return [] }
        let lines = list.components(separatedBy: "\n").prefix { $0.hasPrefix("  ") }
        return lines.filter { !$0.hasPrefix("   ") }.compactMap { $0.split(separator: " ").first.map(String.init) }
    }

    @Test("each have help with an example, and the program's own help lists them")
    func help() throws {
        let scratch = try Scratch()
        let own = try Sluice.run(["--help"], in: scratch)
        #expect(own.code == 0 && own.output.contains("64 usage") && own.errors.isEmpty)
        let commands = try Self.subcommands(of: "", in: scratch)
        #expect(Set(commands).isSuperset(of: ["run", "list", "validate", "plot", "report", "doctor"]))
        for command in commands {
            let below = try Self.subcommands(of: command, in: scratch).map { "\(command) \($0)" }
            for name in below.isEmpty ? [command] : below {
                let ending = try Sluice.run(name.split(separator: " ").map(String.init) + ["--help"], in: scratch)
                #expect(ending.code == 0 && ending.errors.isEmpty)
                #expect(ending.output.contains("Example:\n  sluice \(name)"), "\(ending)")
            }
        }
    }

    @Test("`list` shows scenarios, strategies, settings and metrics, and everything about one setting")
    func list() throws {
        let scratch = try Scratch()
        let scenarios = try Sluice.run(["list", "--scenarios", Sluice.scenarios.path], in: scratch)
        #expect(scenarios.code == 0 && scenarios.output.contains("smoke.yaml"))
        let strategies = try Sluice.run(["list", "--strategies"], in: scratch)
        #expect(strategies.output.contains("broker.append.path\n") && strategies.output.contains("buffered"))
        #expect(try Sluice.run(["list", "--settings"], in: scratch).output.contains("topic.segment.bytes"))
        let paths = try Sluice.run(["list", "--paths"], in: scratch).output
        for name in ["buffered", "uring-direct", "splice", "sendfile"] { #expect(paths.contains("\n  \(name)\n")) }
        #expect(paths.contains("cannot check CRCs") && paths.contains("RWF_DONTCACHE"))
        let metrics = try Sluice.run(["list", "--metrics"], in: scratch).output
        #expect(MetricCatalog.metrics(target: "log").allSatisfy { metrics.contains($0.column) })
        #expect(try Sluice.run(["list", "--setting", "topic.segment.bytes"], in: scratch).output.contains("1GiB"))
        for wrong in [["--setting", "topic.segment"], ["--scenarios", "nowhere"]] {
            let ending = try Sluice.run(["list"] + wrong, in: scratch)
            #expect(ending.code == 64 && ending.errors.contains(wrong[1]), "\(ending)")
        }
    }

    @Test("`validate` accepts every scenario of the project")
    func validate() throws {
        let files = ScenarioRunTests.files.map { Sluice.scenarios.appending(path: $0).path }
        let ending = try Sluice.run(["validate"] + files, in: Scratch())
        #expect(ending.code == 0, "\(ending)")
        #expect(ending.output.split(separator: "\n").count == files.count)
    }

    @Test("`doctor` prints a table that programs can read")
    func doctor() throws {
        let scratch = try Scratch()
        let csv = try Sluice.run(["doctor", "--format", "csv"], in: scratch)
        let rows = try CommaSeparated.parse(csv.output, path: "doctor")
        #expect(rows.first?.fields == ["check", "verdict", "finding", "advice"])
        #expect(rows.count > 3 && rows.allSatisfy { $0.fields.count == 4 })
        let json = try Sluice.run(["doctor", "--format", "json"], in: scratch)
        let parsed = try JSONDecoder().decode([[String: String]].self, from: Data(json.output.utf8))
        #expect(parsed.count == rows.count - 1)
    }

    @Test("whose reader goes away end quietly", arguments: ["list --settings", "list --metrics", "run --help"])
    func brokenPipe(_ command: String) throws {
        // Enough copies that the pipe is closed before the last is written.
        let ending = try shell("for i in 1 2 3 4 5; do \"$SLUICE\" \(command); done | head -1", in: Scratch())
        #expect(ending.errors.isEmpty, "\(ending)")
        #expect(ending.output.split(separator: "\n").count == 1)
    }

    @Test(
        "say that standard output could not be written, however much of it there was",
        arguments: [
            "list --settings", "list --metrics", "schema", "schema --reference", "doctor --format json", "--help",
            "run --help", "--generate-completion-script bash",
        ])
    func fullOutput(_ command: String) throws {
        let ending = try shell("\"$SLUICE\" \(command) >/dev/full", in: Scratch())
        #expect(ending.code == 1)
        #expect(ending.errors.contains("standard output could not be written: write"), "\(ending)")
    }

    @Test(
        "say what to do where too few files may be open, and end",
        arguments: [
            "run small.yaml", "ab --base nowhere small.yaml", "noise small.yaml", "limits", "broker --log-dirs x",
        ])
    func fewDescriptors(_ command: String) throws {
        let scratch = try Scratch()
        _ = try scratch.write(SmallScenario.text(), to: "small.yaml")
        let ending = try shell("ulimit -n 24; exec \"$SLUICE\" \(command)", in: scratch)
        #expect(ending.code == 1, "\(ending)")
        #expect(ending.errors.contains("24 files open") && ending.errors.contains("ulimit -n 1024"), "\(ending)")
        #expect(!scratch.names.contains { $0.hasPrefix("Results") || $0 == "x" })
    }

    @Test("refuse a plan whose clients need more open files than a process may have")
    func manyClients() throws {
        let scratch = try Scratch()
        let text = SmallScenario.text().replacing("target: log", with: "target: broker")
        _ = try scratch.write(text, to: "small.yaml")
        let words = "run small.yaml --dry-run --set producer.count=100 --set broker.nodes=4"
        let ending = try shell("ulimit -n 256; exec \"$SLUICE\" \(words)", in: scratch)
        #expect(ending.code == 64 && ending.errors.contains("raise the limit with `ulimit -n "), "\(ending)")
    }

    @Test("run from anywhere, through a symbolic link, with blanks in all paths")
    func awkwardPaths() throws {
        let scratch = try Scratch("with blanks")
        let link = scratch.url.appending(path: "a link")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: Sluice.program)
        let file = try scratch.write(SmallScenario.text(rounds: 1), to: "a scenario.yaml")
        try Directory.create(scratch.url.appending(path: "the data").path)
        let words = ["run", file, "--results", "the results", "--plots", "the plots", "--data", "the data"]
        let ending = try Sluice.run(words, in: scratch, program: link)
        #expect(ending.code == 0, "\(ending)")
        let samples = try SmallScenario.samples(in: scratch, results: "the results")
        #expect(samples.map(\.status) == [.ok, .ok])
        #expect(try Directory.names(in: scratch.url.appending(path: "the data").path) == [])
        #expect(scratch.names.contains { $0.hasPrefix("the plots/small/") && $0.hasSuffix(".svg") })
    }

    private func shell(_ text: String, in scratch: Scratch) throws -> Sluice.Ending {
        try Sluice.run(
            ["-c", text], in: scratch, environment: ["SLUICE": Sluice.program.path],
            program: URL(filePath: "/bin/sh"))
    }
}

import Foundation
import Testing

@Suite("Bad input")
struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        /// What the message must have, with the position in the file.
        var says: [String]
        var testDescription: String { name }
    }

    static let small = SmallScenario.text()

    static let scenarios: [Case] = [
        Case(name: "empty", text: "", says: ["bad.yaml"]),
        Case(name: "only a comment", text: "# nothing\n", says: ["bad.yaml"]),
        Case(name: "malformed", text: "schema: sluice/1\nname: [a\ntitle: b\n", says: ["bad.yaml:"]),
        Case(name: "a tab", text: "schema: sluice/1\n\tname: a\n", says: ["bad.yaml:2"]),
        Case(name: "a list", text: "- a\n- b\n", says: ["bad.yaml:1:1"]),
        Case(
            name: "an alias in itself", text: small + "\nbroker: &b { append.path: *b }\n", says: ["bad.yaml:"]),
        Case(
            name: "aliases that multiply",
            text: "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
                + zip("abcdefgh", "bcdefghi").map { "\($1): &\($1) [*\($0), *\($0), *\($0), *\($0), *\($0), *\($0)]\n" }
                .joined(),
            says: ["bad.yaml"]),
        Case(
            name: "an unknown key", text: small.replacing("topic: {", with: "topic: { segment.byte: 1MiB,"),
            says: ["bad.yaml:7:10", "segment.byte", "segment.bytes"]),
        Case(
            name: "an unknown value", text: small.replacing("[gzip, none]", with: "[gzipp, none]"),
            says: ["bad.yaml:", "gzipp", "gzip"]),
        Case(
            name: "a size without a unit", text: small.replacing("16KiB", with: "16384"),
            says: ["bad.yaml:8:25", "16384"]),
        Case(
            name: "a combination that cannot be",
            text: small + "\nbroker: { append.path: 'null' }\n", says: ["bad.yaml:", "null"]),
        Case(
            name: "a key twice", text: small + "\nseed: 4\n", says: ["bad.yaml:", "seed"]),
        Case(
            name: "a number beyond all bounds", text: small.replacing("seed: 3", with: "seed: 99999999999999999999999"),
            says: ["bad.yaml:6:7"]),
        Case(name: "deeper than anything", text: String(repeating: "[", count: 100_000), says: ["bad.yaml"]),
    ]

    @Test("ends with 64 and tells where it is", arguments: scenarios)
    func badScenario(_ bad: Case) throws {
        let scratch = try Scratch()
        let file = try scratch.write(bad.text, to: "bad.yaml")
        for command in ["validate", "run"] {
            let ending = try Sluice.run([command, file], in: scratch)
            #expect(ending.code == 64, "\(ending)")
            for part in bad.says { #expect(ending.errors.contains(part), "\(ending)") }
            #expect(ending.output.isEmpty)
        }
        #expect(!scratch.names.contains("Results"))
    }

    @Test("of gigabytes is refused before it is read")
    func huge() throws {
        let scratch = try Scratch()
        let file = scratch.url.appending(path: "bad.yaml")
        try Data().write(to: file)
        try FileHandle(forWritingTo: file).truncate(atOffset: 4 << 30)
        let ending = try Sluice.run(["validate", file.path], in: scratch)
        #expect(ending.code == 64)
        #expect(ending.errors.contains("larger than a scenario may be"))
    }

    @Test(
        "on the command line ends with 64 and says which",
        arguments: [
            (["--set", "producer.batch.sise=1KiB"], "producer.batch.size"), (["--set", "nonsense"], "nonsense"),
            (["--rounds", "0"], "--rounds"), (["--set", "producer.batch.size=5"], "5"),
            (["--data", "missing/place"], "missing/place"), (["--data", "small.yaml"], "small.yaml"),
            (["--set", "workload.rate=0/s"], "sends nothing"),
            (["--set", "workload.rate=1000000000000/s"], "more than any process can send"),
            (["--set", "workload.corpus=/dev/null"], "no line that could be a record"),
            (["--set", "workload.corpus=missing.txt"], "ENOENT"),
            (["--set", "workload.record.size=1GiB"], "outside the allowed range"),
            (["--set", "workload.record.size=16MiB", "--set", "topic.segment.bytes=8MiB"], "fit into a segment"),
            (["--set", "workload.warmup.until=steady"], "allow the warm-up at least"),
        ])
    func badOption(_ options: [String], _ says: String) throws {
        let scratch = try Scratch()
        let file = try scratch.write(Self.small, to: "small.yaml")
        let ending = try Sluice.run(["run", file] + options, in: scratch)
        #expect(ending.code == 64, "\(ending)")
        #expect(ending.errors.contains(says), "\(ending)")
        #expect(!scratch.names.contains("Results") && !scratch.names.contains("missing"))
    }

    @Test("a scenario that is not there is named")
    func missing() throws {
        let ending = try Sluice.run(["run", "nowhere.yaml"], in: Scratch())
        #expect(ending.code == 64)
        #expect(ending.errors.contains("nowhere.yaml"))
    }

    @Test("a results folder that is a file, or lies below one, is named, and nothing is run")
    func resultsAreAFile() throws {
        let scratch = try Scratch()
        let file = try scratch.write(Self.small, to: "small.yaml")
        for place in ["small.yaml", "small.yaml/below"] {
            let ending = try Sluice.run(["run", file, "--results", place], in: scratch)
            #expect(ending.code == 1)
            #expect(ending.errors.contains(place), "\(ending)")
            #expect(ending.errors.contains("Not a directory") || ending.errors.contains("File exists"), "\(ending)")
            #expect(!ending.errors.contains("[0/"))
        }
    }

    @Test("a plan that does not fit the disk is refused, with both sizes, before anything is written")
    func tooLarge() throws {
        let scratch = try Scratch()
        let file = try scratch.write(Self.small, to: "small.yaml")
        for options in [[], ["--dry-run"]] {
            let ending = try Sluice.run(["run", file, "--set", "workload.bytes=10TiB"] + options, in: scratch)
            #expect(ending.code == 1)
            #expect(ending.errors.contains("TiB") && ending.errors.contains("to spare"))
            #expect(!scratch.names.contains("Results"))
        }
    }

    @Test("a dry run prints the plan and its estimate, and writes nothing")
    func dryRun() throws {
        let scratch = try Scratch()
        let file = try scratch.write(Self.small, to: "small.yaml")
        let before = Set(scratch.names)
        let ending = try Sluice.run(["run", file, "--dry-run"], in: scratch)
        #expect(ending.code == 0)
        #expect(ending.output.contains("2 cells × 2 rounds = 4 legs, about "))
        #expect(ending.output.contains("on the disk at one time"))
        #expect(Set(scratch.names).subtracting(before).allSatisfy { $0.hasPrefix("std") })
    }
}

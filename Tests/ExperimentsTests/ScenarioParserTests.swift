import Experiments
import Foundation
import Testing

@Suite("Scenario files")
struct ScenarioParserTests {
    @Test("sections, nested keys and dotted keys say the same")
    func forms() throws {
        let forms = [
            "broker: { append.path: buffered }", "broker.append.path: buffered",
            "broker:\n  append:\n    path: buffered",
        ]
        for form in forms {
            let scenario = try parse(form)
            #expect(scenario.settings.map(\.key) == ["broker.append.path"])
            #expect(scenario.settings.map(\.text) == ["buffered"])
        }
    }

    @Test("an error reads like a compiler's: place, text, nearest name, line and caret")
    func caret() {
        let error = #expect(throws: ScenarioErrors.self) { try parse("broker:\n  append.pth: buffered") }
        #expect(
            error?.description == """
                t.yaml:4:3: error: unknown key 'append.pth' in 'broker'; did you mean 'append.path'?
                      append.pth: buffered
                      ^
                """)
    }

    @Test(
        "each mistake is found where it is, with what was meant",
        arguments: [
            ("topicc: { }", "t.yaml:3:1: error: unknown key 'topicc'; did you mean 'topic'?"),
            (
                "broker: { segment.bytes: 1MiB }",
                "t.yaml:3:11: error: unknown key 'segment.bytes' in 'broker'; did you mean 'topic.segment.bytes'?"
            ),
            (
                "topic.segment.bytes: 1048576",
                "t.yaml:3:22: error: topic.segment.bytes: '1048576' has no unit; write a size as 512B or 64KiB"
            ),
            (
                "broker.append.path: bufered",
                "t.yaml:3:21: error: broker.append.path: unknown value 'bufered'; did you mean 'buffered'?"
            ),
            (
                "workload.shape: produces",
                "t.yaml:3:17: error: workload.shape: unknown workload shape 'produces'; did you mean 'produce'?"
            ),
            (
                "producer.batch.size: [1KiB, 2KiB]",
                "t.yaml:3:22: error: 'producer.batch.size' takes one value; to compare several, make it an axis of the matrix"
            ),
            (
                "topic.name: a/b",
                "t.yaml:3:13: error: topic.name: 'a/b' is not a topic name: '/' is not one of a-z A-Z 0-9 . _ -"
            ),
            ("topic: 5", "t.yaml:3:8: error: 'topic' holds keys; write them below it as a map, not '5'"),
            ("topic.partitions:", "t.yaml:3:18: error: 'topic.partitions' needs a value; this is nothing"),
            ("broker.append.path: null", "t.yaml:3:21: error: 'broker.append.path' needs a value; this is nothing"),
            ("topic.partitions: -3", "t.yaml:3:19: error: topic.partitions: '-3' is negative; an integer is 0 or more"),
            ("producer.acks: 1", "t.yaml:3:16: error: 'producer.acks' has no meaning for target 'log'; remove it"),
            ("target: borker", "t.yaml:3:9: error: unknown target 'borker'; did you mean 'broker'?"),
            ("seed: minus", "t.yaml:3:7: error: the seed 'minus' is not a whole number from 0 to 18446744073709551615"),
            ("matrix: { axis: {} }", "t.yaml:3:11: error: unknown key 'axis' in 'matrix'; did you mean 'axes'?"),
            ("charts: 3", "t.yaml:3:9: error: 'charts' is a list; this is '3'"),
            (
                "headline: [produce_bytes_per_sec]",
                "t.yaml:3:12: error: unknown metric 'produce_bytes_per_sec'; did you mean 'produce_bytes_per_s'?"
            ),
            ("<<: { a: 1 }", "t.yaml:3:1: error: merge keys are not part of a scenario; write the settings out"),
            (
                "topic: { partitions: 1 }\ntopic.partitions: 2",
                "t.yaml:4:1: error: 'topic.partitions' is set twice; first in line 3"
            ),
            ("topic: {}\ntopic: {}", "t.yaml:3:1: error: 'topic' is given more than once in this map"),
            ("topic:\n\tpartitions: 1", "t.yaml:4:1: error: YAML is indented with spaces; this line begins with a tab"),
        ])
    func mistakes(body: String, error: String) {
        #expect(errors(body) == [error])
    }

    @Test("all errors of a file are reported, in its order")
    func allErrors() {
        let found = errors("seed: x\nbroker: { placement: rndom, append.pth: a }\ncharts: [{ metric: nothing }]")
        #expect(found.count == 5)
        #expect(found.first?.hasPrefix("t.yaml:3:7") == true)
        #expect(found.last?.hasPrefix("t.yaml:5") == true)
    }

    @Test("the schema and the name are required and checked")
    func head() {
        #expect(throws: ScenarioErrors.self) { try parse(whole: "name: a") }
        #expect(throws: ScenarioErrors.self) { try parse(whole: "schema: sluice/2\nname: a") }
        for name in ["A", "a_b", "../a", "a b", "''"] {
            #expect(throws: ScenarioErrors.self) { try parse(whole: "schema: sluice/1\nname: \(name)") }
        }
    }

    @Test(
        "axes are keys with values or names with bundles of settings",
        arguments: [
            ("producer.batch.size: 4KiB", "needs a list of values"),
            ("producer.batch.size: []", "has no values"),
            ("producer.batch.size: [1MiB, 1024KiB]", "'1024KiB' repeats '1MiB'"),
            ("producer.batch.sise: [1MiB]", "did you mean 'producer.batch.size'?"),
            ("repeat.rounds: [1, 2]", "it cannot be an axis"),
            ("load: { 'a,b': { topic.partitions: 2 } }", "'a,b' cannot name a set of settings"),
            ("cell: { a: { topic.partitions: 2 } }", "cannot be called 'cell'"),
            ("produce_bytes_per_s: { a: { topic.partitions: 2 } }", "no column's name"),
            ("load: { a: { topic.partition: 2 } }", "unknown key 'topic.partition'; did you mean 'topic.partitions'?"),
            (
                "{ topic.partitions: [1, 2], load: { a: { topic.partitions: 3 } } }",
                "'topic.partitions' is already varied by another axis"
            ),
        ])
    func axes(axes: String, message: String) {
        let body = axes.hasPrefix("{") ? "matrix: { axes: \(axes) }" : "matrix:\n  axes:\n    \(axes)"
        let found = errors(body)
        #expect(found.count == 1)
        #expect(found.first?.contains(message) == true, "\(found)")
    }

    static let matrix = "matrix: { axes: { broker.placement: [sequential, random], topic.partitions: [1, 2] } }\n"

    @Test(
        "claims and charts must name axes, values and metrics that exist, and mean something",
        arguments: [
            (
                "claims: [{ statement: s, metric: flush_count, compare: { topic.partitions: 3 }, expect: { at_most: 1 } }]",
                "'3' is not a value of the axis 'topic.partitions'; use one of 1, 2"
            ),
            (
                "claims: [{ statement: s, metric: flush_count, compare: { topic.partitions: 1 }, expect: { ratio_at_most: 1 } }]",
                "'ratio_at_most' needs 'against'"
            ),
            (
                "claims: [{ statement: s, metric: flush_count, compare: { topic.partitions: 1 }, against: { topic.partitions: 1 }, expect: { ratio_at_most: 1 } }]",
                "are the same cells"
            ),
            (
                "claims: [{ statement: s, metric: flush_count, compare: { topic.partitions: 1 }, against: { broker.placement: random }, expect: { ratio_at_most: 1 } }]",
                "name different axes"
            ),
            (
                "claims: [{ statement: s, metric: flush_count, compare: { topic.partitions: 1 }, expect: { at_mst: 1 } }]",
                "did you mean 'at_most'?"
            ),
            (
                "claims: [{ statement: s, metric: flush_count, compare: { topic.partitions: 1 }, against: { topic.partitions: 2 }, expect: { ratio_between: [2, 1] } }]",
                "takes the lower number first"
            ),
            (
                "claims: [{ statement: s, metric: flush_count, compare: { topic.partitions: 1 }, expect: { at_most: soon } }]",
                "'soon' is neither a number, nor a size"
            ),
            (
                "claims: [{ metric: flush_count, compare: { topic.partitions: 1 }, expect: { at_most: 1 } }]",
                "the claim has no 'statement'"
            ),
            ("charts: [{ metric: flush_count, x: topic.partitions }]", "give 'broker.placement' a place"),
            ("charts: [{ metric: flush_count, x: topic.partitions, series: topic.partitions }]", "already has a place"),
            ("charts: [{ metric: flush_count, x: topic.partition }]", "did you mean 'topic.partitions'?"),
            (
                "charts: [{ metric: flush_count, x: topic.partitions, where: { broker.placement: odd } }]",
                "'odd' is not a value"
            ),
        ])
    func claimsAndCharts(body: String, message: String) {
        let found = errors(Self.matrix + body)
        #expect(found.contains { $0.contains(message) }, "\(found)")
    }

    @Test("a claim's bound may carry a unit and is kept in base units")
    func bounds() throws {
        let body =
            "claims: [{ statement: s, metric: produce_latency_p99_ns, compare: { topic.partitions: 1 }, expect: { at_most: 5ms } }]"
        #expect(try parse(Self.matrix + body).claims.map(\.expect) == [.atMost(5_000_000)])
    }

    @Test(
        "input that is no scenario is one clear error",
        arguments: [
            ("", "the file is empty"), ("# only a comment\n", "the file is empty"), ("- a\n- b", "this is a list"),
            ("just text", "this is 'just text'"), ("a: [", "not YAML"), ("a: 'x", "not YAML"),
            ("a: 1\n---\nb: 2", "not YAML: but found another document"), ("a: *nowhere", "found undefined alias"),
            ("a: \u{0}", "U+0 is not text"), ("a: \u{7}", "U+7 is not text"), ("? [a]\n: 1", "not a name"),
            (String(repeating: "[", count: 5_000), "error"), (String(repeating: "[", count: 900), "error"),
            (String(repeating: "- ", count: 900), "error"), (String(repeating: "? ", count: 5_000) + "a", "error"),
            (
                String(repeating: "{a: ", count: 40) + "1" + String(repeating: "}", count: 40),
                "nested more than 16 levels"
            ),
            ("a: &a { b: *a }", "error"),
            ("a: \(String(repeating: "x", count: 1 << 20))", "a scenario has at most 1MiB"),
        ])
    func notAScenario(text: String, message: String) {
        let error = #expect(throws: ScenarioErrors.self) { try parse(whole: text) }
        #expect(error?.diagnostics.count == 1)
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test("an alias bomb is an error, not an allocation", arguments: [3, 9], ["", "? *last\n: 1\n? *last\n: 2\n"])
    func bomb(levels: Int, keys: String) {
        var text = "a0: &a0 [\(list("x", 30))]\n"
        for level in 1...levels {
            text += "a\(level): &a\(level) [\(list("*a\(level - 1)", 9))]\n"
        }
        text += keys.replacing("last", with: "a\(levels)")
        let error = #expect(throws: ScenarioErrors.self) { try parse(whole: text) }
        #expect(error?.diagnostics.count == 1)
    }

    @Test("few aliases of something large are an error too")
    func wideAliases() {
        let error = #expect(throws: ScenarioErrors.self) {
            try parse(whole: "a: &a [\(list("x", 3_000))]\nb: [\(list("*a", 7))]")
        }
        #expect(error?.description.contains("more than 20000 values") == true)
    }

    private func list(_ item: String, _ count: Int) -> String {
        Array(repeating: item, count: count).joined(separator: ", ")
    }

    @Test("an alias stands for its value, and a byte order mark or CRLF changes nothing")
    func harmless() throws {
        let scenario = try parse(
            whole:
                "\u{FEFF}schema: sluice/1\r\nname: test\r\nworkload.record.size: &s 4KiB\r\nproducer.batch.size: *s\r\n"
        )
        #expect(scenario.settings.map(\.text) == ["4KiB", "4KiB"])
        #expect(scenario.lines.count == 5)
    }

    @Test("a file that is missing, a folder, no text or too long says so")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "scenario-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let latin = folder.appending(path: "latin.yaml")
        try Data([0x61, 0x0A, 0xE4, 0x0A]).write(to: latin)
        let long = folder.appending(path: "long.yaml")
        try Data(count: (1 << 20) + 1).write(to: long)
        let expected = [
            (latin, "is not UTF-8: the first bad byte is in line 2"), (long, "larger than a scenario may be"),
            (folder, "cannot be read"), (folder.appending(path: "none.yaml"), "cannot be read"),
        ]
        for (url, message) in expected {
            let error = #expect(throws: ScenarioErrors.self) {
                try ScenarioParser.parse(contentsOf: url, vocabulary: TestVocabulary.standard)
            }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        }
    }

    @Test("no mutation of a real scenario crashes the parser or the planner", arguments: ScenarioFiles.names)
    func fuzz(name: String) throws {
        let original = Array(try ScenarioFiles.text(name).utf8)
        let tokens = [
            "&a ", "*a", "[", "]", "{", "}", "- ", "? ", ": ", "\"", "'", "|", ">", "!!", "\t", "\n", "%", "\u{85}",
            "-1", "99999999999999999999",
        ]
        var generator = TestGenerator(seed: 42)
        for _ in 0..<150 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...127, using: &generator)
                case 1: bytes.remove(at: place)
                case 2:
                    bytes.insert(
                        contentsOf: tokens[Int.random(in: 0..<tokens.count, using: &generator)].utf8, at: place)
                case 3:
                    bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...80, using: &generator)))
                default:
                    let end = min(bytes.count, place + Int.random(in: 1...80, using: &generator))
                    bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0..<bytes.count, using: &generator))
                }
                if bytes.isEmpty { bytes = original }
            }
            do throws(ScenarioErrors) {
                let scenario = try ScenarioParser.parse(
                    text: String(decoding: bytes, as: UTF8.self), file: "fuzz.yaml", vocabulary: TestVocabulary.standard
                )
                _ = try Plan(scenario, vocabulary: TestVocabulary.standard)
            } catch {
                #expect(!error.diagnostics.isEmpty)
                #expect(!error.description.isEmpty)
            }
        }
    }
}

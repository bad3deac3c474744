import Foundation
import Testing

@testable import Results

@Suite("samples.csv")
struct SamplesFileTests {
    let folder: TemporaryFolder
    let schema = SamplesSchema(axes: ["broker.placement", "producer.batch.size"], target: "log")

    init() throws { folder = try TemporaryFolder() }

    var url: URL { folder.url.appending(path: "samples.csv") }

    func sample(_ leg: Int, placement: String = "random", reason: String = "") -> Sample {
        Sample(
            cell: "c\(leg)", round: 1, leg: leg, status: reason.isEmpty ? .ok : .failed, reason: reason,
            axes: [AxisValue("broker.placement", placement), AxisValue("producer.batch.size", "4KiB")],
            metrics: ["produce_bytes_per_s": 1e9 / 3, "records": 262_144, "load_calls_per_mib": 0],
            notMeasured: [
                "device_read_count": "no; such \\ file: really", "device_read_bytes": "no; such \\ file: really",
            ])
    }

    @Test("what is written is read back, hostile text and every digit included")
    func roundTrip() throws {
        let samples = [
            sample(1), sample(2, placement: "a,b \"quoted\"\r\nnext line", reason: "=cmd()|'; \"\u{301}accent"),
            sample(3, placement: "", reason: "naïve ☃ \u{0}"),
        ]
        let file = try SamplesFile.create(at: url, schema: schema)
        for sample in samples { try file.append(sample) }
        let found = try SamplesFile.read(url, expecting: schema)
        #expect(found.samples == samples)
        #expect(try SamplesFile.read(url).schema == schema)
    }

    @Test("a new run never overwrites a file")
    func createOnce() throws {
        _ = try SamplesFile.create(at: url, schema: schema)
        #expect(throws: ResultsError.self) { try SamplesFile.create(at: url, schema: schema) }
    }

    @Test("a resumed run drops a last line that was cut short, says so, and goes on after the rest")
    func resume() throws {
        let file = try SamplesFile.create(at: url, schema: schema)
        try file.append(sample(1))
        try file.append(sample(2))
        let whole = try Data(contentsOf: url)
        try whole.dropLast(10).write(to: url)

        let opened = try SamplesFile.resume(at: url, schema: schema)
        #expect(opened.samples == [sample(1)])
        #expect(try #require(opened.notice).contains("samples.csv:3: dropped a last line"))
        try opened.file.append(sample(2))
        #expect(try Data(contentsOf: url) == whole)
        #expect(try SamplesFile.resume(at: url, schema: schema).notice == nil)
    }

    @Test("a report of a file with a cut-short last line names the line and what to do")
    func truncated() throws {
        let file = try SamplesFile.create(at: url, schema: schema)
        try file.append(sample(1))
        try Data(contentsOf: url).dropLast(1).write(to: url)
        let error = try #require(throws: ResultsError.self) { try SamplesFile.read(url) }
        #expect(error.line == 2)
        #expect(error.description.contains("--resume"))
    }

    @Test(
        "a garbage row is an error with line and column",
        arguments: [
            ("nonsense", 2, Int?.none), ("c1,0,1,ok,,a,b", 2, 2), ("c1,1,x,ok,,a,b", 2, 3), ("c1,1,1,fine,,a,b", 2, 4),
            (",1,1,ok,,a,b", 2, 1), ("c1,1,1,ok,,a,b,12z", 2, 8), ("c1,1,1,ok,,a,b,nan", 2, 8),
            ("c1,1,1,ok,\"open", 2, 5), ("c1,1,1,ok,\"a\"b", 2, 5), ("c1,1,1,ok,a\"b", 2, 5),
        ])
    func garbage(row: String, line: Int, column: Int?) throws {
        let columns = schema.header.count
        let fields = row.split(separator: ",", omittingEmptySubsequences: false).count
        let padding = row.contains("\"") || row == "nonsense" ? "" : String(repeating: ",", count: columns - fields)
        try Data((CommaSeparated.row(schema.header) + "\n" + row + padding + "\n").utf8).write(to: url)
        let error = try #require(throws: ResultsError.self) { try SamplesFile.resume(at: url, schema: schema) }
        #expect(error.line == line)
        #expect(error.column == column)
    }

    @Test("a file of another plan is refused with the first column that differs")
    func otherPlan() throws {
        let other = SamplesSchema(axes: ["broker.append.path", "producer.batch.size"], target: "log")
        _ = try SamplesFile.create(at: url, schema: other)
        let error = try #require(throws: ResultsError.self) { try SamplesFile.resume(at: url, schema: schema) }
        #expect(error.column == 6)
        #expect(error.problem.contains("`broker.append.path`") && error.problem.contains("`broker.placement`"))
    }

    @Test(
        "an empty file, a missing one and one that is not text are errors",
        arguments: [Data(), nil, Data([0xFF, 0x0A])])
    func notSamples(contents: Data?) throws {
        try contents?.write(to: url)
        #expect(throws: ResultsError.self) { try SamplesFile.read(url) }
        #expect(throws: ResultsError.self) { try SamplesFile.resume(at: url, schema: schema) }
    }

    @Test("a file that cannot be written is an error that names it")
    func unwritable() throws {
        let absent = folder.url.appending(path: "absent/samples.csv")
        #expect(throws: ResultsError.self) { try Data("x".utf8).write(results: absent) }
        let error = try #require(throws: ResultsError.self) { try SamplesFile.create(at: absent, schema: schema) }
        #expect(error.description.hasPrefix("\(absent.path): cannot write"))
    }
}

import Foundation
import Results
import Testing

@Suite("Files of limits and plans")
struct LimitsFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("limits come back as they were written, those without a figure with their reason")
    func roundTrip() throws {
        let url = folder.url.appending(path: "limits.csv")
        let limits = [
            MeasuredLimit(
                name: "write-64KiB", title: "plain pwrite", summary: "pwrite, \"64 KiB\" at a time",
                unit: .bytesPerSecond,
                plain: Estimate(median: 3.5e9, low: 3e9, high: 4e9), best: 4.1e9, time: 1_795_388_700),
            MeasuredLimit(
                name: "device", title: "device", summary: "O_DIRECT", unit: .bytesPerSecond, plain: nil,
                notMeasured: "the file system does not take O_DIRECT", time: 1_795_388_701),
        ]
        #expect(try LimitsFile.read(url) == nil)
        try LimitsFile.write(limits, to: url)
        #expect(try LimitsFile.read(url) == limits)
    }

    @Test("what `sluice limits` prints is read too")
    func printed() throws {
        let url = folder.url.appending(path: "limits.csv")
        try Data("component,ours,plain,unit,ratio\nmemory-copy,,2e10,bytes/s,\nhalf,,,ns,\n".utf8).write(to: url)
        let limits = try #require(try LimitsFile.read(url))
        #expect(limits.map(\.name) == ["memory-copy", "half"])
        #expect(limits.map { $0.plain?.median } == [2e10, nil])
    }

    @Test(
        "a file of limits that is damaged is refused with its place",
        arguments: [
            ("component,plain\nx,1\n", "limits.csv:1: the columns component,ours,plain,unit,ratio are missing"),
            ("component,ours,plain,unit,ratio\nx,1\n", "limits.csv:2: 2 fields under 5 columns"),
            ("component,ours,plain,unit,ratio\nx,,1,ns,\ny,,1,parsecs,\n", "limits.csv:3: this is no limit with"),
        ])
    func damaged(_ text: String, _ says: String) throws {
        let url = folder.url.appending(path: "limits.csv")
        try Data(text.utf8).write(to: url)
        let error = #expect(throws: ResultsError.self) { try LimitsFile.read(url) }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }

    @Test("a plan of an older version, without what came later, is read as one that asks for none of it")
    func oldPlan() throws {
        let url = folder.url.appending(path: "plan.json")
        let text = """
            {"plan": {}, "report": {
              "scenario": "old", "title": "Old", "target": "log", "seed": 1, "rounds": 2, "command": "sluice run old.yaml",
              "axes": [{"key": "producer.batch.size", "values": ["1KiB"]}],
              "cells": [{"id": "c1", "axes": [{"key": "producer.batch.size", "value": "1KiB"}]}],
              "charts": [{"metric": "produce_bytes_per_s", "x": "producer.batch.size"}],
              "headline": ["produce_bytes_per_s"]}}
            """
        try Data(text.utf8).write(to: url)
        let plan = try PlanFile.readReport(from: url)
        #expect(plan.claims.isEmpty && plan.gate == nil && plan.question.isEmpty && plan.fixed.isEmpty)
        #expect(plan.charts == [ChartSpec(metric: "produce_bytes_per_s", x: "producer.batch.size")])
        #expect(plan.cells[0].limits == nil)
    }

    @Test("a plan without what every version had is refused with the name of what is missing")
    func noPlan() throws {
        let url = folder.url.appending(path: "plan.json")
        try Data(#"{"report": {"scenario": "old"}}"#.utf8).write(to: url)
        let error = #expect(throws: ResultsError.self) { try PlanFile.readReport(from: url) }
        #expect(error?.problem.contains("`target` is missing") == true)
    }
}

import Foundation
import Results
import Statistics

@testable import Reporting

/// Runs with made-up numbers.
enum SyntheticRun {
    /// - Parameters:
    ///   - axes: the matrix.
    ///   - legs: how many legs each cell has.
    ///   - value: the middle of a metric's values in a cell; nil leaves the metric out.
    static func make(
        in folder: URL, title: String = "Made up", axes: [PlanSummary.Axis], charts: [ChartSpec],
        headline: [String] = ["produce_bytes_per_s"], legs: Int = 10, exclude: (([AxisValue]) -> Bool)? = nil,
        value: (String, [AxisValue]) -> Double?
    ) throws -> Run {
        var points: [[AxisValue]] = [[]]
        for axis in axes {
            points = points.flatMap { point in axis.values.map { point + [AxisValue(axis.key, $0)] } }
        }
        points.removeAll { exclude?($0) ?? false }
        let cells = points.enumerated().map { PlanSummary.Cell(id: "c\($0.offset + 1)", axes: $0.element) }
        let plan = PlanSummary(
            scenario: "made-up", title: title, question: "What does it cost to make numbers up?",
            description: "Numbers from a seeded generator.", target: "log", seed: 42, rounds: legs,
            command: "sluice run Scenarios/made-up.yaml", axes: axes,
            fixed: [AxisValue("topic.partitions", "1"), AxisValue("workload.bytes", "256MiB")], cells: cells,
            charts: charts, headline: headline, verification: "read back through the log: count, order, content")
        var generator = SeededGenerator(seed: 7)
        var samples: [Sample] = []
        for round in stride(from: 1, through: legs, by: 1) {
            for cell in cells {
                var metrics: [String: Double] = [:]
                for metric in MetricCatalog.metrics(target: "log") {
                    guard let middle = value(metric.column, cell.axes) else { continue }
                    let noise =
                        (0..<4).reduce(0.0) { sum, _ in sum + Double(generator.next(below: 1000)) / 1000 } / 2 - 1
                    metrics[metric.column] = middle * (1 + 0.12 * noise)
                }
                samples.append(
                    Sample(
                        cell: cell.id, round: round, leg: samples.count + 1, status: .ok, axes: cell.axes,
                        metrics: metrics))
            }
        }
        let run = try RunFolder.create(
            scenario: "made-up", resultsRoot: folder.appending(path: "Results"),
            plotsRoot: folder.appending(path: "Plots"),
            date: Date(timeIntervalSince1970: 1_795_388_700))
        return Run(
            folder: run, plan: plan,
            environment: Environment(facts: [
                Environment.Fact("processor", "model", "Imaginary 9000"),
                Environment.Fact("processor", "online", "2"),
                Environment.Fact("memory", "total", "25282158592 bytes"),
                Environment.Fact("kernel", "release", "6.1.0"),
                Environment.Fact("file system", "type", "ext4"),
                Environment.Fact("device", "chain", "vda"),
                Environment.Fact("device", "scheduler", notMeasured: "the device has none"),
            ]), schema: plan.samplesSchema, samples: samples)
    }
}

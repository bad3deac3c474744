package import Foundation
package import Results

/// What a machine can do at most, measured by plain loops: `limits.csv` as `sluice limits --format csv` prints it.
package struct MachineLimits: Sendable, Equatable, Codable {
    /// By component, the plain loop's figure.
    package var plain: [String: Double]

    package init(plain: [String: Double]) { self.plain = plain }

    /// The limits that lie as `limits.csv` in a run's folder.
    package static func read(besides folder: URL) throws(ResultsError) -> MachineLimits {
        let url = folder.appending(path: "limits.csv")
        guard let limits = try LimitsFile.read(url) else {
            throw ResultsError(
                path: url.path, problem: "the machine's limits are not known",
                remedy: "measure them there: sluice limits --format csv > \(url.relativePath)")
        }
        let known = limits.compactMap { limit in limit.plain.map { (limit.name, $0.median) } }.filter { $0.1 > 0 }
        return MachineLimits(plain: Dictionary(known) { first, _ in first })
    }

    /// The limit that a metric is held against on another machine, in the metric's own direction: a rate for rates, a
    /// time for times, in nanoseconds. Nil for counters, which a faster machine does not change.
    func scale(of metric: Metric) -> Double? {
        guard metric.unit.isTimed else { return 1 }
        let isRate = metric.unit == .bytesPerSecond || metric.unit == .recordsPerSecond
        guard let rate = plain[Self.component(of: metric)] else { return nil }
        return isRate ? rate : 1e9 / rate
    }

    /// What bounds a metric: the device where bytes have to reach it, memory everywhere else.
    private static func component(of metric: Metric) -> String {
        metric.column.hasPrefix("durable") || metric.column.hasPrefix("flush")
            ? "device-write-1MiB-4-in-flight" : "memory-copy"
    }
}

/// A run in shares of its machine's limits: what runs on other machines are held against.
package struct GateBaseline: Sendable, Equatable, Codable {
    package static let schema = "sluice/baseline/1"

    /// One leg's gated metrics.
    struct Leg: Sendable, Equatable, Codable {
        var cell: [AxisValue]
        var metrics: [String: Double]
    }

    private var schema: String
    package private(set) var scenario: String
    private var legs: [Leg]

    /// The sound legs of `run` with the metrics of its gate; a metric whose limit is not known is left out.
    package init(_ run: Run, limits: MachineLimits) {
        schema = Self.schema
        scenario = run.plan.scenario
        let metrics = (run.plan.gate?.metrics ?? []).compactMap { MetricCatalog.metric(named: $0.metric) }
        legs = run.samples.filter { $0.status == .ok }.map { sample in
            var shares: [String: Double] = [:]
            for metric in metrics {
                guard let value = sample.metrics[metric.column], let scale = limits.scale(of: metric) else { continue }
                shares[metric.column] = value / scale
            }
            return Leg(cell: sample.axes, metrics: shares)
        }
    }

    package static func read(_ url: URL) throws(ResultsError) -> GateBaseline {
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw ResultsError(
                path: url.path, problem: "there is no such baseline",
                remedy: "store one where base runs: sluice check RUN --write-baseline \(url.relativePath)")
        }
        return try ResultsFile.read(GateBaseline.self, from: url)
    }

    package func write(to url: URL) throws(ResultsError) { try ResultsFile.write(self, to: url) }

    /// What it holds, in words.
    package var summary: String {
        let metrics = Set(legs.flatMap(\.metrics.keys)).count
        return "\(scenario): \(legs.count) legs of \(sampleCells.count) cells with \(metrics) of the gate's metrics"
    }

    /// The cells, each known by its coordinates.
    var sampleCells: [PlanSummary.Cell] {
        var seen: Set<String> = []
        return legs.filter { seen.insert($0.cell.place).inserted }
            .map { PlanSummary.Cell(id: $0.cell.place, axes: $0.cell) }
    }

    var samples: [Sample] {
        legs.enumerated().map {
            Sample(
                cell: $0.element.cell.place, round: $0.offset + 1, leg: $0.offset + 1, status: .ok,
                axes: $0.element.cell, metrics: $0.element.metrics)
        }
    }
}

package import Foundation
package import Results
import Statistics

/// Two runs side by side: cells with the same coordinates, metric by metric.
///
/// The runs were made at different times, so legs are not paired: the ratio of the medians has an interval from
/// resampling each side, the test is Mann and Whitney's, and Holm corrects over all that is shown.
package struct Comparison: Sendable {
    /// What can be said of one metric in one cell.
    package enum Verdict: String, Sendable, Codable, CaseIterable {
        case improvement
        case regression
        /// It differs, and neither more nor less of it is better.
        case differs
        /// The whole interval lies within the margin.
        case same
        case inconclusive
    }

    package struct Row: Sendable, Equatable, Codable {
        /// The cell's coordinates in words.
        package var cell: String
        package var metric: String
        package var base: Double
        package var head: Double
        /// Head over base, with its 95 % interval; nil where a value is zero or there are too few legs.
        package var ratio: Double?
        package var low: Double?
        package var high: Double?
        /// Corrected for the number of rows.
        package var p: Double
        package var verdict: Verdict
    }

    /// How rows are ordered.
    package enum Order: String, Sendable, CaseIterable {
        /// As in the scenario.
        case cell
        case metric
        /// The largest change first.
        case change
        /// The surest change first.
        case p
    }

    /// What is compared, and how.
    package struct Choice: Sendable {
        /// The columns; empty for the headline of head.
        package var metrics: [String] = []
        /// By axis, the one value to keep.
        package var only: [String: String] = [:]
        package var order = Order.cell
        /// How far apart the same may be, as a share.
        package var margin = 0.05

        package init() {}
    }

    package private(set) var rows: [Row] = []
    /// What the runs differ in beside what is compared, and what could not be: in sentences.
    package private(set) var warnings: [String]

    /// - Throws: ``ResultsError`` if no cell is in both runs.
    package init(base: Source, head: Source, choice: Choice) throws(ResultsError) {
        warnings = Self.warnings(base, head)
        // An axis that only one of them has tells no cells apart in the other.
        let shared = Set(base.axes).intersection(head.axes)
        let bases = base.cells(by: shared, only: choice.only)
        let heads = head.cells(by: shared, only: choice.only)
        let columns = choice.metrics.isEmpty ? head.headline : choice.metrics
        for (cell, legs) in heads {
            guard let others = bases.first(where: { $0.key == cell })?.legs else {
                warnings.append("\(cell.isEmpty ? "the cell" : cell) is in head alone")
                continue
            }
            for column in columns { add(column, cell, others, legs) }
        }
        for (cell, _) in bases where !heads.contains(where: { $0.key == cell }) {
            warnings.append("\(cell) is in base alone")
        }
        guard !rows.isEmpty else {
            throw ResultsError(
                path: head.path, problem: "no cell of this run, with any of the metrics, is in \(base.path) too",
                remedy: "compare runs of one scenario, and metrics that both measured")
        }
        judge(choice)
    }

    private mutating func add(_ column: String, _ cell: String, _ base: [Sample], _ head: [Sample]) {
        let (from, to) = (base.compactMap { $0.metrics[column] }, head.compactMap { $0.metrics[column] })
        guard let before = Quantile.median(from), let after = Quantile.median(to) else { return }
        let isEnough = min(from.count, to.count) >= Summarizer.fewestLegs
        let interval = MedianBootstrap.ratio(base: from, head: to, seed: 1)
        rows.append(
            Row(
                cell: cell, metric: column, base: before, head: after, ratio: interval?.median,
                low: isEnough ? interval?.low : nil, high: isEnough ? interval?.high : nil,
                p: MannWhitneyTest(base: from, head: to).pValue, verdict: .inconclusive))
    }

    private mutating func judge(_ choice: Choice) {
        for (index, pValue) in HolmCorrection.adjust(rows.map(\.p)).enumerated() {
            rows[index].p = pValue
            rows[index].verdict = Self.verdict(rows[index], margin: choice.margin)
        }
        switch choice.order {
        case .cell: break
        case .metric: rows = stable { $0.metric < $1.metric }
        case .change: rows = stable { Self.size($0) > Self.size($1) }
        case .p: rows = stable { $0.p < $1.p }
        }
    }

    private func stable(_ isBefore: (Row, Row) -> Bool) -> [Row] {
        rows.enumerated().sorted {
            isBefore($0.element, $1.element) || (!isBefore($1.element, $0.element) && $0.offset < $1.offset)
        }.map(\.element)
    }

    private static func size(_ row: Row) -> Double { row.ratio.map { Logarithm.natural($0).magnitude } ?? 0 }

    private static func verdict(_ row: Row, margin: Double) -> Verdict {
        guard let low = row.low, let high = row.high else { return .inconclusive }
        if row.p <= 0.05, low > 1 || high < 1 {
            switch MetricCatalog.metric(named: row.metric)?.better ?? .neither {
            case .higher: return low > 1 ? .improvement : .regression
            case .lower: return low > 1 ? .regression : .improvement
            case .neither: return .differs
            }
        }
        return low >= 1 / (1 + margin) && high <= 1 + margin ? .same : .inconclusive
    }

    private static func warnings(_ base: Source, _ head: Source) -> [String] {
        var found: [String] = []
        for (source, other) in [(base, "head"), (head, "base")] {
            let failed = source.samples.count { $0.status != .ok }
            if failed > 0 { found.append("\(failed) legs of \(source.path) do not count") }
            if source.run == nil {
                found.append(
                    "\(source.path) has no conditions to hold against \(other)'s: name the run's folder for them")
            }
        }
        if let base = base.run, let head = head.run { found += RunDifferences.sentences(base, head) }
        return found
    }
}

extension Comparison {
    /// A side of a comparison: a run's folder, or its samples alone.
    package struct Source: Sendable {
        /// As it was named.
        let path: String
        let samples: [Sample]
        let axes: [String]
        let headline: [String]
        let run: Run?

        /// - Throws: ``ResultsError`` if it is neither a run's folder nor a samples file.
        package init(_ path: String, plotsRoot: URL) throws(ResultsError) {
            self.path = path
            let url = URL(filePath: path)
            guard path.hasSuffix(".csv") else {
                let run = try Run(reading: RunFolder.open(url, plotsRoot: plotsRoot))
                self.run = run
                samples = run.samples
                axes = run.plan.axes.map(\.key)
                headline = run.plan.headline
                return
            }
            let (samples, schema) = try SamplesFile.read(url)
            run = nil
            self.samples = samples
            axes = schema.axes
            headline = schema.metrics.filter { $0.better != .neither }.map(\.column)
        }

        /// The sound legs by coordinates, in the order of their first occurrence in the plan.
        func cells(by shared: Set<String>, only: [String: String]) -> [(key: String, legs: [Sample])] {
            var found: [(key: String, legs: [Sample])] = []
            let ordered = run.map { run in run.plan.cells.flatMap { cell in samples.filter { $0.cell == cell.id } } }
            for sample in ordered ?? samples where sample.status == .ok {
                guard only.allSatisfy({ sample.axes[$0.key] == $0.value }) else { continue }
                let key = sample.axes.filter { shared.contains($0.key) }.place
                if let index = found.firstIndex(where: { $0.key == key }) {
                    found[index].legs.append(sample)
                } else {
                    found.append((key, [sample]))
                }
            }
            return found
        }
    }
}

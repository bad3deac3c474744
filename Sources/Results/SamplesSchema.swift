/// The columns of a run's `samples.csv`:
/// `cell,round,leg,status,reason,<axes>,<metrics>,not_measured,run`; files of older versions end before `run`.
package struct SamplesSchema: Sendable, Equatable {
    private static let lead = ["cell", "round", "leg", "status", "reason"]
    private static let tail = "not_measured"
    private static let runColumn = "run"

    /// The keys of the axes, in the plan's order.
    package var axes: [String]
    /// The metrics, in column order.
    package var metrics: [Metric]

    /// Whether each row says which run it is of.
    package var namesRun: Bool

    /// The schema of a run on `target` whose matrix has `axes`.
    package init(axes: [String], target: String, namesRun: Bool = false) {
        self.axes = axes
        self.namesRun = namesRun
        self.metrics = MetricCatalog.metrics(target: target)
    }

    /// The header's fields.
    package var header: [String] {
        Self.lead + axes + metrics.map(\.column) + [Self.tail] + (namesRun ? [Self.runColumn] : [])
    }

    /// The schema that a file's header describes: what is not a metric of ``MetricCatalog`` is an axis.
    ///
    /// - Throws: ``ResultsError`` if the fixed columns are missing or out of place, or a column occurs twice.
    init(header: CommaSeparated.Row, path: String) throws(ResultsError) {
        func fault(_ column: Int, _ problem: String) -> ResultsError {
            ResultsError(
                path: path, line: header.line, column: column, problem: problem,
                remedy: "a samples file starts with the columns \(Self.lead.joined(separator: ","))")
        }
        let fields = header.fields
        for (index, name) in Self.lead.enumerated() where index >= fields.count || fields[index] != name {
            let found = index < fields.count ? "`\(fields[index])`" : "nothing"
            throw fault(index + 1, "the header has \(found) where `\(name)` belongs")
        }
        namesRun = fields.last == Self.runColumn
        let count = fields.count - (namesRun ? 2 : 1)
        guard count >= 0, fields[count] == Self.tail else {
            throw fault(fields.count, "the header does not end with `\(Self.tail)` or `\(Self.tail),\(Self.runColumn)`")
        }
        var seen = Set<String>()
        axes = []
        metrics = []
        for (index, name) in fields.enumerated() {
            guard seen.insert(name).inserted else { throw fault(index + 1, "column `\(name)` occurs twice") }
            guard index >= Self.lead.count, index < count else { continue }
            if let metric = MetricCatalog.metric(named: name) {
                metrics.append(metric)
            } else if metrics.isEmpty {
                axes.append(name)
            } else {
                throw fault(index + 1, "`\(name)` is not a metric of this version")
            }
        }
    }

    /// One row. A metric without a value is an empty field.
    ///
    /// A metric that the schema lacks, an axis that is missing or a number that is not finite is an error of the
    /// program, not of its user, and traps.
    func row(_ sample: Sample) -> [String] {
        let known = Set(metrics.map(\.column))
        for column in sample.metrics.keys {
            precondition(known.contains(column), "`\(column)` is not a metric of this run's target")
        }
        var fields = [sample.cell, String(sample.round), String(sample.leg), sample.status.rawValue, sample.reason]
        fields += axes.map { key in
            guard let value = sample.axes[key] else { preconditionFailure("cell \(sample.cell) lacks axis `\(key)`") }
            return value
        }
        fields += metrics.map { metric in
            guard let value = sample.metrics[metric.column] else { return "" }
            precondition(value.isFinite, "`\(metric.column)` is \(value)")
            return CommaSeparated.number(value)
        }
        fields.append(NotMeasured.encode(sample.notMeasured, order: metrics.map(\.column)))
        if namesRun { fields.append(sample.run ?? "") }
        return fields
    }

    /// The sample in `row`.
    func sample(_ row: CommaSeparated.Row, path: String) throws(ResultsError) -> Sample {
        let header = header
        func fault(_ index: Int?, _ problem: String) -> ResultsError {
            ResultsError(
                path: path, line: row.line, column: index.map { $0 + 1 }, problem: problem,
                remedy: "mend or delete that line; a resumed run measures that leg again")
        }
        guard row.fields.count == header.count else {
            throw fault(nil, "the row has \(row.fields.count) fields where the header has \(header.count)")
        }
        func whole(_ index: Int) throws(ResultsError) -> Int {
            guard let value = Int(row.fields[index]), value > 0 else {
                throw fault(index, "`\(header[index])` is `\(row.fields[index])`, not a number from 1")
            }
            return value
        }
        guard !row.fields[0].isEmpty else { throw fault(0, "`cell` is empty") }
        guard let status = LegStatus(rawValue: row.fields[3]) else {
            let names = LegStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw fault(3, "`status` is `\(row.fields[3])`, not one of \(names)")
        }
        var sample = Sample(
            cell: row.fields[0], round: try whole(1), leg: try whole(2), status: status, reason: row.fields[4], axes: []
        )
        var index = Self.lead.count
        for key in axes {
            sample.axes.append(AxisValue(key, row.fields[index]))
            index += 1
        }
        for metric in metrics {
            let text = row.fields[index]
            if !text.isEmpty {
                guard let value = Double(text), value.isFinite else {
                    throw fault(index, "`\(metric.column)` is `\(text)`, not a number")
                }
                sample.metrics[metric.column] = value
            }
            index += 1
        }
        do throws(NotMeasured.Malformed) {
            sample.notMeasured = try NotMeasured.decode(row.fields[index])
        } catch {
            throw fault(index, "`\(Self.tail)` has `\(error.text)`, not `reason: column column`")
        }
        if namesRun { sample.run = row.fields[index + 1] }
        return sample
    }
}

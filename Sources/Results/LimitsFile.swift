package import Foundation

/// `limits.csv` in a run's folder: `component,ours,plain,unit,ratio`, as `sluice limits --format csv` prints them,
/// then `plain_low,plain_high,best,title,summary,time,not_measured`. A run measures the plain loops alone, so
/// `ours` and `ratio` are empty.
package enum LimitsFile {
    private static let lead = ["component", "ours", "plain", "unit", "ratio"]
    private static let more = ["plain_low", "plain_high", "best", "title", "summary", "time", "not_measured"]

    package static func text(_ limits: [MeasuredLimit]) -> String {
        let rows = limits.map { limit in
            let figures = [limit.plain?.low, limit.plain?.high, limit.best].map { $0.map(CommaSeparated.number) ?? "" }
            return [
                limit.name, "", limit.plain.map { CommaSeparated.number($0.median) } ?? "", limit.unit.rawValue, "",
            ] + figures + [limit.title, limit.summary, String(limit.time), limit.notMeasured ?? ""]
        }
        return ([lead + more] + rows).map { CommaSeparated.row($0) + "\n" }.joined()
    }

    package static func write(_ limits: [MeasuredLimit], to url: URL) throws(ResultsError) {
        try Data(text(limits).utf8).write(results: url)
    }

    /// Reads what a run wrote or `sluice limits` printed; nil where there is no such file.
    package static func read(_ url: URL) throws(ResultsError) -> [MeasuredLimit]? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let rows = try CommaSeparated.parse(String(decoding: Data(results: url), as: UTF8.self), path: url.path)
        guard let header = rows.first?.fields, lead.allSatisfy(header.contains) else {
            throw ResultsError(
                path: url.path, line: 1, problem: "the columns \(lead.joined(separator: ",")) are missing",
                remedy: "write it anew: sluice limits --format csv > \(url.relativePath)")
        }
        var limits: [MeasuredLimit] = []
        for row in rows.dropFirst() {
            guard row.fields.count == header.count else {
                throw fault(url, row, "\(row.fields.count) fields under \(header.count) columns")
            }
            let fields = Dictionary(zip(header, row.fields)) { first, _ in first }
            func field(_ name: String) -> String? { fields[name].flatMap { $0.isEmpty ? nil : $0 } }
            guard let name = field("component"), let unit = LimitUnit(rawValue: field("unit") ?? "") else {
                throw fault(url, row, "this is no limit with a name and a unit of this version")
            }
            let plain = field("plain").flatMap(Double.init).map { median in
                Estimate(
                    median: median, low: field("plain_low").flatMap(Double.init),
                    high: field("plain_high").flatMap(Double.init))
            }
            limits.append(
                MeasuredLimit(
                    name: name, title: field("title") ?? name, summary: field("summary") ?? "", unit: unit,
                    plain: plain, best: field("best").flatMap(Double.init),
                    notMeasured: field("not_measured"), time: field("time").flatMap { Int($0) } ?? 0))
        }
        return limits
    }

    private static func fault(_ url: URL, _ row: CommaSeparated.Row, _ problem: String) -> ResultsError {
        ResultsError(path: url.path, line: row.line, problem: problem, remedy: "mend or delete that line")
    }
}

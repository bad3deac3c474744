package import Foundation

/// `timeline.csv`: `cell,round,leg,elapsed_ns,series,value`, one row a reading.
package enum TimelineFile {
    private static let header = ["cell", "round", "leg", "elapsed_ns", "series", "value"]

    /// Makes the file of a new run: its header alone, so that a run whose legs were too short for a reading says so.
    package static func create(at url: URL) throws(ResultsError) {
        do {
            try Data((CommaSeparated.row(header) + "\n").utf8).write(to: url, options: .withoutOverwriting)
        } catch {
            throw ResultsError.cannotWrite(url, error)
        }
    }

    /// Adds a leg's readings, and the header if the file is new. A leg that is run again after an interruption may have
    /// stood in the file in part: readers take a leg's rows only if `samples.csv` has the leg.
    package static func append(_ rows: [TimelineRow], of sample: Sample, to url: URL) throws(ResultsError) {
        guard !rows.isEmpty else { return }
        let leg = [sample.cell, String(sample.round), String(sample.leg)]
        let lines = rows.map { row in
            leg + [String(row.elapsedNanoseconds), row.series, CommaSeparated.number(row.value)]
        }
        do {
            let isNew = !FileManager.default.fileExists(atPath: url.path)
            if isNew { try Data().write(to: url, options: .withoutOverwriting) }
            let text = ((isNew ? [header] : []) + lines).map { CommaSeparated.row($0) + "\n" }.joined()
            let handle = try FileHandle(forUpdating: url)
            defer { try? handle.close() }
            let end = try handle.seekToEnd()
            if end > 0 {
                try handle.seek(toOffset: end - 1)
                if try handle.read(upToCount: 1) != Data("\n".utf8) {
                    // An interruption tore the last line: what is left of it goes.
                    let whole = try Data(contentsOf: url).lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
                    try handle.truncate(atOffset: UInt64(whole))
                }
            }
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(text.utf8))
        } catch {
            throw ResultsError.cannotWrite(url, error)
        }
    }

    /// A leg's readings as the file has them.
    package struct Leg: Sendable, Hashable {
        package var cell: String
        package var round: Int
        package var leg: Int

        package init(cell: String, round: Int, leg: Int) {
            self.cell = cell
            self.round = round
            self.leg = leg
        }
    }

    /// All readings, by leg and in the file's order. A run without a timeline has none. A last line that an
    /// interruption tore is left out.
    package static func read(_ url: URL) throws(ResultsError) -> [Leg: [TimelineRow]] {
        guard FileManager.default.fileExists(atPath: url.path) else { return [:] }
        var data = try Data(results: url)
        if let end = data.lastIndex(of: UInt8(ascii: "\n")) { data = data[...end] }
        let rows = try CommaSeparated.parse(String(decoding: data, as: UTF8.self), path: url.path)
        guard rows.first?.fields == header else {
            throw ResultsError(
                path: url.path, line: 1, problem: "the header is not \(header.joined(separator: ","))",
                remedy: "delete the file; the report is then written without timelines")
        }
        var legs: [Leg: [TimelineRow]] = [:]
        for row in rows.dropFirst() {
            guard row.fields.count == header.count, let round = Int(row.fields[1]), let leg = Int(row.fields[2]),
                let elapsed = Int64(row.fields[3]), let value = Double(row.fields[5]), value.isFinite
            else {
                throw ResultsError(
                    path: url.path, line: row.line, problem: "this is not a reading: \(header.joined(separator: ","))",
                    remedy: "mend or delete that line")
            }
            legs[Leg(cell: row.fields[0], round: round, leg: leg), default: []].append(
                TimelineRow(elapsedNanoseconds: elapsed, series: row.fields[4], value: value))
        }
        return legs
    }
}

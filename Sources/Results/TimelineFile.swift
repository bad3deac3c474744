package import Foundation

/// `timeline.csv`: `cell,round,leg,elapsed_ns,series,value`, one row a reading.
package enum TimelineFile {
    private static let header = ["cell", "round", "leg", "elapsed_ns", "series", "value"]

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
}

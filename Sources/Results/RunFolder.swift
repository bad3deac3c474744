package import Foundation

/// The places of one run's files: `<results>/<scenario>/<run id>/` and, for its charts, `<plots>/<scenario>/<run id>/`.
package struct RunFolder: Sendable, Equatable {
    /// The scenario's name.
    package let scenario: String
    /// The run's start in UTC, such as `20261122T224500Z`, with a suffix where that is taken.
    package let id: String
    /// The folder of the run's data and report.
    package let url: URL
    /// The folder of the run's charts.
    package let plots: URL

    /// The folders of an existing run: `url` is `<results>/<scenario>/<run id>` or a link to it, such as `latest`.
    ///
    /// - Parameter plotsRoot: the folder above `<scenario>/<run id>` of the charts.
    /// - Throws: ``ResultsError`` if there is no plan in the folder.
    package static func open(_ url: URL, plotsRoot: URL) throws(ResultsError) -> RunFolder {
        let real = url.resolvingSymlinksInPath().standardizedFileURL
        let run = RunFolder(
            scenario: real.deletingLastPathComponent().lastPathComponent, id: real.lastPathComponent, url: real,
            plotsRoot: plotsRoot)
        guard FileManager.default.fileExists(atPath: run.plan.path) else {
            throw ResultsError(
                path: url.path, problem: "this is not the folder of a run: it has no plan.json",
                remedy: "name a folder such as Results/<scenario>/latest")
        }
        return run
    }

    /// Makes the folders of a new run that starts at `date`.
    package static func create(
        scenario: String, resultsRoot: URL, plotsRoot: URL, date: Date = Date()
    ) throws(ResultsError) -> RunFolder {
        let stamp = Self.stamp(date)
        let parent = resultsRoot.appending(path: scenario, directoryHint: .isDirectory)
        do {
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            var attempt = 1
            while true {
                let id = attempt == 1 ? stamp : "\(stamp)-\(attempt)"
                let url = parent.appending(path: id, directoryHint: .isDirectory)
                do {
                    // Fails where the folder exists, so that two runs of one second do not share it.
                    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
                } catch let error as CocoaError where error.code == .fileWriteFileExists {
                    attempt += 1
                    continue
                }
                return RunFolder(scenario: scenario, id: id, url: url, plotsRoot: plotsRoot)
            }
        } catch {
            throw ResultsError.cannotWrite(parent, error)
        }
    }

    /// Makes the folder of a run that is a part of something larger, such as a side of a comparison. Its charts, if it
    /// is given any, lie beside its data.
    ///
    /// - Throws: ``ResultsError`` if it exists already or cannot be made.
    package static func make(at url: URL) throws(ResultsError) -> RunFolder {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        } catch {
            throw ResultsError.cannotWrite(url, error)
        }
        return RunFolder(
            scenario: url.deletingLastPathComponent().lastPathComponent, id: url.lastPathComponent, url: url,
            plotsRoot: url)
    }

    private init(scenario: String, id: String, url: URL, plotsRoot: URL) {
        self.scenario = scenario
        self.id = id
        self.url = url
        self.plots = plotsRoot.appending(path: scenario, directoryHint: .isDirectory)
            .appending(path: id, directoryHint: .isDirectory)
    }

    package var plan: URL { file("plan.json") }
    package var environment: URL { file("environment.json") }
    package var samples: URL { file("samples.csv") }
    package var summary: URL { file("summary.csv") }
    package var limits: URL { file("limits.csv") }
    package var timeline: URL { file("timeline.csv") }
    package var claims: URL { file("claims.csv") }
    package var reportHTML: URL { file("report.html") }
    package var reportMarkdown: URL { file("report.md") }

    /// Writes a leg's latency curves as `latency/<cell>-r<round>-l<leg>-<operation>.hgrm`.
    package func writeLatencies(_ curves: [LatencyCurve], of sample: Sample) throws(ResultsError) {
        guard !curves.isEmpty else { return }
        let folder = url.appending(path: "latency", directoryHint: .isDirectory)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw ResultsError.cannotWrite(folder, error)
        }
        for curve in curves {
            try Data(curve.hgrm.utf8).write(results: latencyFile(of: sample, operation: curve.operation))
        }
    }

    /// The latency curve of a leg's operation; nil if the leg has none.
    package func latency(of sample: Sample, operation: String) throws(ResultsError) -> LatencyCurve? {
        let url = latencyFile(of: sample, operation: operation)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let text = String(decoding: try Data(results: url), as: UTF8.self)
        guard let curve = LatencyCurve(operation: operation, hgrm: text) else {
            throw ResultsError(
                path: url.path, problem: "this is no latency distribution in HdrHistogram's text form",
                remedy: "delete it; the report is then written without it")
        }
        return curve
    }

    private func latencyFile(of sample: Sample, operation: String) -> URL {
        url.appending(path: "latency", directoryHint: .isDirectory)
            .appending(path: "\(sample.cell)-r\(sample.round)-l\(sample.leg)-\(operation).hgrm")
    }

    /// Points `<results>/<scenario>/latest` to this run, replacing an older link in one step.
    package func makeLatest() throws(ResultsError) {
        let parent = url.deletingLastPathComponent()
        let link = parent.appending(path: "latest")
        let fresh = parent.appending(path: ".latest-\(id)")
        do {
            // There is none, unless an earlier attempt was interrupted; one that cannot be removed fails the next call.
            try? FileManager.default.removeItem(at: fresh)
            try FileManager.default.createSymbolicLink(atPath: fresh.path, withDestinationPath: id)
            guard unsafe rename(fresh.path, link.path) == 0 else {
                let code = errno
                try FileManager.default.removeItem(at: fresh)
                throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
            }
        } catch {
            throw ResultsError.cannotWrite(link, error)
        }
    }

    private func file(_ name: String) -> URL { url.appending(path: name) }

    private static func stamp(_ date: Date) -> String {
        date.formatted(
            Date.ISO8601FormatStyle(dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted))
    }
}

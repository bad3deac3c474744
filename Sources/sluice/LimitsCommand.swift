internal import ArgumentParser
internal import Foundation
internal import Limits
internal import LinuxKernel

struct LimitsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits",
        abstract: "Measure this machine's limits, and our code beside the plainest loop that does the same work.",
        discussion: """
            Both sides of a component run in turn in one process; the ratio is the median of their pairs' ratios, with
            its 95 % interval, and above 1 where ours is better. Figures of files and sockets are by the clock on the
            wall, but those named -cpu by the server's CPU time; all others are by CPU time of the one thread.

            Components:
            \(LimitCatalog.all.map { "  \($0.name)" }.joined(separator: "\n"))

            Example:
              sluice limits
              sluice limits --quick --only crc-32c record-encode-100B --format csv
            """)

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Measure only these components.", valueName: "name"),
        completion: .list(LimitCatalog.all.map(\.name)))
    var only: [String] = []

    @Flag(help: "Fewer and shorter samples, for a first look.")
    var quick = false

    @Option(
        help: ArgumentHelp(
            "The directory that is measured: files go to a fresh directory in it, which is removed.", valueName: "dir"),
        completion: .directory)
    var directory = "."

    @Option(help: "What the order of the samples and the payload are drawn from.")
    var seed: UInt64 = 1

    @Option(help: "How the table is printed.")
    var format = TableFormat.text

    func run() async throws {
        try Measuring.refuseDebugBuild()
        try Measuring.checkDescriptors()
        let results = try await measure(try components())
        switch format {
        case .text:
            Columns.print(LimitsTable.text(results))
            for note in LimitsTable.notes(results) { Terminal.note(note) }
        case .csv: print(LimitsTable.csv(results))
        case .json: print(try LimitsTable.json(results))
        }
    }

    private func components() throws -> [LimitComponent] {
        if only.isEmpty { return LimitCatalog.all }
        return try only.map { name in
            guard let component = LimitCatalog.component(named: name) else {
                throw ValidationError("there is no component '\(name)'; `sluice limits --help` lists them")
            }
            return component
        }
    }

    /// Measures on a task, so that SIGINT and SIGTERM end it in order: with its files removed.
    private func measure(_ components: [LimitComponent]) async throws -> [LimitResult] {
        let path = URL(filePath: directory).standardizedFileURL.path
        guard try Directory.isDirectory(path) else {
            throw ValidationError("--directory \(directory): there is no such directory")
        }
        return try await Measuring.untilStopped("") { [seed, quick] in
            try LimitSuite.measure(components, directory: path, scale: quick ? .quick : .full, seed: seed) {
                Terminal.note("limits: \($0.name)")
            }
        }
    }
}

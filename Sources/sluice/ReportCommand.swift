internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Results

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a run's summary, charts and report again, and print its table.",
        discussion: """
            Example:
              sluice report Results/sequential-vs-random/latest
              sluice report Results/sequential-vs-random/latest --format csv
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
    var folder: String

    @Option(help: ArgumentHelp("The folder that charts are kept in.", valueName: "dir"))
    var plots = "Plots"

    @Option(help: "How the table is printed; other forms than text print it and write nothing.")
    var format = TableFormat.text

    @Flag(help: "Let the exit code say how the claims ended: 1 if one is refuted, 3 if one is undecided.")
    var strict = false

    func run() throws {
        let folder = try RunFolder.open(
            URL(filePath: self.folder, directoryHint: .isDirectory),
            plotsRoot: URL(filePath: plots, directoryHint: .isDirectory))
        guard format == .text else {
            let table = ResultsTable.Format(rawValue: format.rawValue) ?? .text
            return print(try ResultsTable(Run(reading: folder)).render(table), terminator: "")
        }
        let counts = try Run(reading: folder).samples.reduce(into: [:]) { $0[$1.status, default: 0] += 1 }
        if let code = try RunOutput.write(folder, counts: counts, isStrict: strict).exitCode { throw code }
    }
}

internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Results

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the summary, charts and report of runs again, and print their tables.",
        discussion: """
            Example:
              sluice report Results/sequential-vs-random/latest
              sluice report Results/sequential-vs-random/latest --format csv
              sluice report Results/*/latest
            """)

    @Argument(
        help: ArgumentHelp("The runs' folders; several also get one report together.", valueName: "run"),
        completion: .directory)
    var folders: [String]

    @OptionGroup var places: PlaceOptions

    @Option(help: "How the table is printed; other forms than text print it and write nothing.")
    var format = TableFormat.text

    @Flag(help: "Let the exit code say how the claims ended: 1 if one is refuted, 3 if one is undecided.")
    var strict = false

    func run() throws {
        let folders = try folders.map {
            try RunFolder.open(URL(filePath: $0, directoryHint: .isDirectory), plotsRoot: places.plotsURL)
        }
        guard format == .text else {
            let form = ResultsTable.Format(rawValue: format.rawValue) ?? .text
            for folder in folders { print(try ResultsTable(Run(reading: folder)).render(form), terminator: "") }
            return
        }
        let parts = try folders.map { folder in
            let counts = try Run(reading: folder).samples.reduce(into: [:]) { $0[$1.status, default: 0] += 1 }
            return try RunOutput.write(folder, counts: counts, isStrict: strict)
        }
        try RunOutput.writeSuite(parts, results: places.resultsURL)
        if let code = parts.map(\.outcome).max()?.exitCode { throw code }
    }
}

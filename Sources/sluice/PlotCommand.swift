internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Results

struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draw a run's charts again from its files.",
        discussion: """
            Example:
              sluice plot Results/sequential-vs-random/latest
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
    var folder: String

    @Option(help: ArgumentHelp("The folder that charts are kept in.", valueName: "dir"))
    var plots = "Plots"

    func run() throws {
        let folder = try RunFolder.open(
            URL(filePath: self.folder, directoryHint: .isDirectory),
            plotsRoot: URL(filePath: plots, directoryHint: .isDirectory))
        for drawing in try RunOutput.draw(Run(reading: folder)).drawings { print(drawing.svg.relativePath) }
    }
}

internal import ArgumentParser
internal import Foundation
internal import Measurement

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say whether this machine is fit to measure, what is missing and how to get it.",
        discussion: """
            Ends with 0 when nothing is missing; warnings do not change that.

            Example:
              sluice doctor
            """)

    @Option(help: ArgumentHelp("The directory that would be measured.", valueName: "dir"))
    var data = "."

    @Option(help: "How the table is printed.")
    var format = TableFormat.text

    func run() throws {
        let diagnoses = Doctor.examine(dataPath: URL(filePath: data).standardizedFileURL.path)
        switch format {
        case .text: Columns.print(diagnoses.map { [$0.verdict.rawValue, $0.check, $0.finding, $0.advice] })
        case .csv: print(DiagnosisTable.csv(diagnoses))
        case .json: print(try DiagnosisTable.json(diagnoses))
        }
        if diagnoses.contains(where: { $0.verdict == .missing }) { throw ExitCode.failure }
    }
}

internal import ArgumentParser
internal import Foundation
internal import Measurement
internal import Reporting
internal import Runner
internal import Statistics

struct DoctorCommand: AsyncParsableCommand {
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

    func run() async throws {
        let path = URL(filePath: data).standardizedFileURL.path
        let diagnoses = Doctor.examine(dataPath: path) + [await noise(path)]
        switch format {
        case .text: Columns.print(diagnoses.map { [$0.verdict.rawValue, $0.check, $0.finding, $0.advice] })
        case .csv: print(DiagnosisTable.csv(diagnoses))
        case .json: print(try DiagnosisTable.json(diagnoses))
        }
        if diagnoses.contains(where: { $0.verdict == .missing }) { throw ExitCode.failure }
    }

    /// A few short legs, each twice: what differs between them is this machine's noise.
    private func noise(_ path: String) async -> Diagnosis {
        let check = "noise"
        guard !BuildConfiguration.isDebug else {
            return Diagnosis(
                check: check, verdict: .warn, finding: "not measured, because this is a debug build",
                advice: "Build with `swift build -c release`.")
        }
        let folder = URL(filePath: path).appending(path: "sluice-doctor-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            let (report, _) = try await NoiseCommand.measure(
                try NoiseScenario.shortPlan(), rounds: Self.rounds,
                places: RunSession.Places(results: folder, plots: folder))
            let found = report.sentences().joined(separator: "; ")
            let isQuiet = report.rows.allSatisfy { ($0.noise.rounds(toFind: 0.1) ?? .max) <= 20 }
            return Diagnosis(
                check: check, verdict: isQuiet ? .ok : .warn, finding: found,
                advice: isQuiet
                    ? ""
                    : "Stop other programs, use a dedicated host, confine the roles (run.load.cpus, run.broker.cpus), "
                        + "try other values of run.memory.state with `sluice noise`, or plan more rounds.")
        } catch {
            return Diagnosis(
                check: check, verdict: .warn, finding: "not measured, because \(error)",
                advice: "Name a directory with some free space with --data.")
        }
    }

    private static let rounds = 5
}

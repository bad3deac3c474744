internal import ArgumentParser
internal import LinuxKernel

/// The command line of Sluice; every command is a file of this folder.
@main
struct Sluice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "An experiment harness for log brokers: a scenario in, verified results, charts and a report out.",
        discussion: """
            A first run of a few seconds:
              sluice run Scenarios/smoke.yaml

            Exit codes: 0 success, 1 failed, 2 regression, 3 inconclusive or contaminated, 4 verification failed,
            64 usage, a bad scenario included.
            """,
        subcommands: [
            RunCommand.self, ListCommand.self, ValidateCommand.self, SchemaCommand.self, PlotCommand.self,
            ReportCommand.self, CompareCommand.self, AbCommand.self, CheckCommand.self, HistoryCommand.self,
            LimitsCommand.self, NoiseCommand.self, DoctorCommand.self, BrokerCommand.self, LogCommand.self,
            LoadCommand.self,
        ])

    /// Ends the process with an error's message and code. Help, and a version, are output like any other: where they
    /// cannot be written, that is a failure; a verdict that is lost stays the failure that it is.
    private static func end(_ error: any Error) -> Never {
        let code = exitCode(for: error)
        let text = fullMessage(for: error)
        if code == .success {
            if !text.isEmpty { print(text) }
            do { try Terminal.flush() } catch { exit(withError: error) }
            exit(withError: code)
        }
        try? Terminal.flush()
        exit(withError: error)
    }

    static func main() async {
        Terminal.openStandardStreams()
        ProcessHandle.name("sluice")
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            try Terminal.flush()
        } catch {
            end(error)
        }
    }
}

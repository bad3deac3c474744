internal import ArgumentParser

/// The command line of Sluice; every command is a file of this folder.
@main
struct Sluice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "An experiment harness for log brokers.")
}

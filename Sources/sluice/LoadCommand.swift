internal import ArgumentParser
internal import Foundation
internal import Runner

/// The load process of a leg; `run` starts it and nobody else does.
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Run one leg: its order on standard input, its result on standard output.",
        shouldDisplay: false)

    func run() throws {
        let order = FileHandle.standardInput.readDataToEndOfFile()
        print(try LegProcess.answer(to: order))
    }
}

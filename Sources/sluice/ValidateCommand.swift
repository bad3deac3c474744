internal import ArgumentParser
internal import Experiments
internal import Foundation
internal import Runner

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check scenarios without running them.",
        discussion: """
            Every error comes with file, line and column and, for a misspelt word, the nearest one that is valid.

            Example:
              sluice validate Scenarios/*.yaml
            """)

    @Argument(help: ArgumentHelp("Scenario files.", valueName: "file"))
    var files: [String]

    @OptionGroup var overrides: OverrideOptions

    func run() throws {
        var isValid = true
        for file in files {
            do throws(ScenarioErrors) {
                let plan = try RunPlanner.plan(URL(filePath: file), overrides: overrides.overrides)
                print("\(file): valid, \(plan.cells.count) cells, \(plan.legs.count) legs")
            } catch {
                Terminal.note("\(error)")
                isValid = false
            }
        }
        if !isValid { throw ExitCode.validationFailure }
    }
}

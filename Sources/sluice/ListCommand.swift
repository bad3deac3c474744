internal import ArgumentParser
internal import Experiments
internal import Foundation
internal import Results
internal import Runner

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what there is: scenarios, strategies, settings, metrics.",
        discussion: """
            Example:
              sluice list
              sluice list --strategies
              sluice list --paths
              sluice list --setting topic.segment.bytes
            """)

    @Flag(help: "Strategies: append paths, placements, flush policies, codecs, retention methods.")
    var strategies = false

    @Flag(help: "Append and fetch paths: what each copies, calls, needs and cannot do.")
    var paths = false

    @Flag(help: "Settings, with their defaults and ranges.")
    var settings = false

    @Flag(help: "Metrics: the columns of samples.csv and summary.csv.")
    var metrics = false

    @Option(help: ArgumentHelp("Everything about one setting.", valueName: "key"))
    var setting: String?

    @Option(help: ArgumentHelp("The folder that scenarios are looked for in.", valueName: "dir"))
    var scenarios = "Scenarios"

    func run() throws {
        if let setting {
            guard let definition = SettingCatalog.definition(of: setting) else {
                throw ValidationError("there is no setting '\(setting)'; `sluice list --settings` shows all")
            }
            return print(SettingReference.help(definition, vocabulary: StrategyVocabulary.shared))
        }
        if strategies { printStrategies() }
        if paths { print(PathReference.text()) }
        if settings { printSettings() }
        if metrics { printMetrics() }
        if !strategies && !paths && !settings && !metrics { try printScenarios() }
    }

    private func printScenarios() throws {
        let folder = URL(filePath: scenarios, directoryHint: .isDirectory)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            throw ValidationError("--scenarios \(scenarios): there is no such folder, or it cannot be read")
        }
        let rows = names.filter { $0.hasSuffix(".yaml") }.sorted().map { name -> [String] in
            let file = folder.appending(path: name)
            do throws(ScenarioErrors) {
                let plan = try RunPlanner.plan(file, overrides: Overrides())
                return [
                    file.relativePath, plan.title, "\(plan.legs.count) legs",
                    "about " + Progress.text(seconds: plan.estimate.seconds),
                ]
            } catch {
                return [file.relativePath, "\(error.diagnostics.count) errors; see `sluice validate`", "", ""]
            }
        }
        Columns.print(rows)
    }

    private func printStrategies() {
        for definition in SettingCatalog.all where definition.use.isStrategy {
            print(definition.name)
            let entries = StrategyVocabulary.shared.strategies[definition.name, default: []]
            Columns.print(entries.map { ["  " + $0.name, $0.summary] })
        }
    }

    private func printSettings() {
        Columns.print(SettingCatalog.all.map { [$0.name, "[\($0.defaultText)]", $0.summary] })
    }

    private func printMetrics() {
        Columns.print(MetricCatalog.all.map { [$0.column, $0.title] })
    }
}

internal import ArgumentParser
internal import Experiments
internal import Foundation
internal import Results
internal import Runner

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of the scenario file, for editors, or its reference.",
        discussion: """
            Editors with a YAML language server check a scenario while it is written, and complete its keys, if it
            begins with
              # yaml-language-server: $schema=scenario.schema.json

            Example:
              sluice schema > scenario.schema.json
              sluice schema --reference
            """)

    @Flag(help: "The reference of all keys and metrics, as Markdown.")
    var reference = false

    func run() throws {
        let vocabulary = StrategyVocabulary.shared
        guard reference else {
            return print(
                String(decoding: ScenarioSchema.json(vocabulary: vocabulary), as: UTF8.self), terminator: "")
        }
        print(SettingReference.document(vocabulary: vocabulary, metrics: Self.metrics), terminator: "")
    }

    private static var metrics: [[String]] {
        MetricCatalog.all.map { metric in
            ["`\(metric.column)`", metric.title, metric.better == .neither ? "" : metric.better.rawValue]
        }
    }
}

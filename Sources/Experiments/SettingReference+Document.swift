extension SettingReference {
    /// `Documentation/scenario-reference.md`: everything that a scenario may say.
    ///
    /// - Parameter metrics: for each metric its column, its title and which direction is better.
    package static func document(vocabulary: Vocabulary, metrics: [[String]]) -> String {
        let strategies = SettingCatalog.all.filter(\.use.isStrategy).map { definition in
            let entries = vocabulary.strategies[definition.name, default: []]
            return "### \(definition.name)\n\n"
                + table(["name", "what it does"], entries.map { ["`\($0.name)`", $0.summary] })
        }
        return """
            # Scenario reference

            Written from the tables that the parser reads, by `make documentation`. Sizes and times carry units; a
            misspelt key is an error with its place and the nearest valid one.

            ## The file

            \(keys(ScenarioKeys.top))
            The other keys are settings, by section or in full: `topic: { segment.bytes: 64MiB }` is
            `topic.segment.bytes: 64MiB`.

            ## A claim

            \(keys(ScenarioKeys.claim))
            ## The gate

            \(keys(ScenarioKeys.gate))
            ## A chart

            \(keys(ScenarioKeys.chart))
            ## Settings

            \(markdown(vocabulary: vocabulary))
            ## Strategies

            \(strategies.joined(separator: "\n"))
            ## Metrics

            \(table(["column", "what it is", "better"], metrics))
            """
    }

    private static func keys(_ keys: [ScenarioKeys.Key]) -> String {
        table(["key", "meaning"], keys.map { ["`\($0.name)`" + ($0.isRequired ? ", required" : ""), $0.summary] })
    }

    private static func table(_ header: [String], _ rows: [[String]]) -> String {
        ([header, header.map { _ in "---" }] + rows).map { fields in
            "| \(fields.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |\n"
        }.joined()
    }
}
